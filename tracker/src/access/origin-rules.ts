import { checkNames, checkSwitch, refusedOption } from '../core/option-checks';

/** Which pages may connect. */
export interface OriginOptions {
  /**
   * Origins that may connect: `https://www.example.org`, `https://*.example.org` for all below it (not for itself),
   * `null` for pages without one (files, sandboxed frames), `*` for all. Scheme and port must be the same.
   * @defaultValue all
   */
  readonly allow?: readonly string[];
  /** Origins that may not, also where `allow` has them. @defaultValue none */
  readonly deny?: readonly string[];
  /** Whether clients without the header may connect: all that are no browsers. @defaultValue true */
  readonly isMissingAllowed?: boolean;
}

/** Longest list and longest pattern. Stops a configuration mistake from costing every connection. */
const MAX_PATTERNS = 1_000;
const MAX_PATTERN_LENGTH = 300;

const PATTERN = /^(https?):\/\/(\*\.)?([^/*?#@\s]+)$/i;
const ALLOWED = 'an origin such as https://www.example.org or https://*.example.org, null, or *';

type IsMatch = (origin: string) => boolean;

/** Checks the `Origin` header of a connection. */
export class OriginRules {
  readonly #allow: readonly IsMatch[] | undefined;
  readonly #deny: readonly IsMatch[];
  readonly #isMissingAllowed: boolean;

  /** @throws RangeError naming the pattern that is none */
  constructor(options: OriginOptions = {}) {
    checkNames('origins', options, { allow: 0, deny: 0, isMissingAllowed: 0 });
    const { allow, deny = [], isMissingAllowed = true } = options;
    this.#allow = allow && readPatterns('origins.allow', allow);
    this.#deny = readPatterns('origins.deny', deny);
    checkSwitch('origins.isMissingAllowed', isMissingAllowed);
    this.#isMissingAllowed = isMissingAllowed;
  }

  /** @param header - as it came; undefined: there was none */
  allows(header: string | undefined): boolean {
    if (header === undefined) return this.#isMissingAllowed;
    const origin = canonicalOrigin(header);
    // What is no origin can be neither on one list nor told from what is on the other.
    if (origin === undefined) return this.#allow === undefined && this.#deny.length === 0;
    const isOn = (list: readonly IsMatch[]) => list.some((isMatch) => isMatch(origin));
    return !isOn(this.#deny) && (this.#allow === undefined || isOn(this.#allow));
  }
}

/** An origin as browsers write it: lower case, without the scheme's own port. Undefined: it is none. */
export function canonicalOrigin(header: string): string | undefined {
  if (header === 'null') return header;
  if (header.length > MAX_PATTERN_LENGTH) return undefined;
  try {
    const { origin, pathname, search, hash, username, password } = new URL(header);
    const isBare = pathname.length <= 1 && `${search}${hash}${username}${password}` === '' && !header.endsWith('/');
    return isBare && origin !== 'null' ? origin : undefined;
  } catch {
    return undefined;
  }
}

function readPatterns(name: string, patterns: readonly string[]): readonly IsMatch[] {
  if (!Array.isArray(patterns) || patterns.length > MAX_PATTERNS) {
    throw refusedOption(name, patterns, `a list of at most ${MAX_PATTERNS} origins`);
  }
  return patterns.map((pattern, index) => readPattern(`${name}[${index}]`, pattern));
}

function readPattern(name: string, pattern: unknown): IsMatch {
  if (pattern === '*') return () => true;
  if (pattern === 'null') return (origin) => origin === 'null';
  const parts = typeof pattern === 'string' && pattern.length <= MAX_PATTERN_LENGTH ? PATTERN.exec(pattern) : null;
  const [, scheme = '', wildcard, host = ''] = parts ?? [];
  const wanted = parts ? canonicalOrigin(`${scheme}://${host}`) : undefined;
  if (wanted === undefined) throw refusedOption(name, pattern, ALLOWED);
  if (wildcard === undefined) return (origin) => origin === wanted;
  const prefix = `${scheme.toLowerCase()}://`;
  const suffix = `.${wanted.slice(prefix.length)}`;
  return (origin) =>
    origin.startsWith(prefix) && origin.endsWith(suffix) && origin.length > prefix.length + suffix.length;
}
