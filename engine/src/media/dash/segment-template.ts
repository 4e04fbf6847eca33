// SegmentTemplate@media and the other way round: from the URL of a request to the number or time of its segment.
// That way no clock is needed to know a live stream's segments, and none has to be listed.

import { MAX_SEGMENT_URL_LENGTH } from '../limits';
import { resolveHttpUrl } from '../playlist-url';

/** Values of the identifiers that differ from segment to segment; those that a template does not have are absent. */
export interface SegmentNumbers {
  readonly number?: number;
  readonly time?: number;
}

/** Values of the identifiers that are the same for all segments of a Representation. */
export interface TemplateConstants {
  readonly id: string;
  readonly bandwidth: string;
}

interface Variable {
  readonly name: 'number' | 'time';
  /** Shorter values are filled up with zeros on the left. */
  readonly width: number;
}

/** ISO/IEC 23009-1 §5.3.9.4.4. The tag `%05d` gives the width. */
const IDENTIFIER = /\$([A-Za-z]*)(?:%0(\d{1,3})d)?\$/g;
/** Stands for a number while the URL is made absolute: nothing that making it absolute would change. */
const PLACEHOLDER = 'p-2-p-segment-number-or-time';
/** Real templates have one or two; each more multiplies the ways to read a hostile URL. */
const MAX_VARIABLES = 3;
const MAX_WIDTH = 32;

/** The URLs of one Representation's segments under one base URL. */
export class SegmentTemplate {
  private constructor(
    /** What stands before, between and after the variables: one more than there are variables. */
    private readonly literals: readonly string[],
    private readonly variables: readonly Variable[],
    private readonly pattern: RegExp,
  ) {}

  /** Undefined when the template gives no HTTP URL, has no number or time, or has identifiers that are not known. */
  static compile(media: string, baseUrl: string, constants: TemplateConstants): SegmentTemplate | undefined {
    const variables: Variable[] = [];
    let isKnown = !media.includes(PLACEHOLDER);
    const filled = media.replace(IDENTIFIER, (whole, name: string, width?: string) => {
      if (name === 'Number' || name === 'Time') {
        variables.push({ name: name === 'Number' ? 'number' : 'time', width: Number(width ?? 1) });
        return PLACEHOLDER;
      }
      const constant = fillConstant(name, width, constants);
      isKnown &&= constant !== undefined;
      return constant ?? whole;
    });
    const url = isKnown && filled.length <= MAX_SEGMENT_URL_LENGTH ? resolveHttpUrl(filled, baseUrl) : undefined;
    const literals = url?.split(PLACEHOLDER) ?? [];
    const isUsable =
      variables.length > 0 &&
      variables.length <= MAX_VARIABLES &&
      variables.every(({ width }) => width <= MAX_WIDTH) &&
      // One of them in the fragment, which is not sent, or something that is no variable in their place.
      literals.length === variables.length + 1 &&
      // Where one ends and the next begins, nobody can tell.
      literals.slice(1, -1).every((literal) => /\D/.test(literal));
    if (!isUsable) return undefined;
    const pattern = new RegExp(`^${literals.map(escapePattern).join(`(\\d{1,${MAX_WIDTH}})`)}$`);
    return new SegmentTemplate(literals, variables, pattern);
  }

  /** All before the first variable: what every URL of this template begins with. */
  get prefix(): string {
    return this.literals[0] ?? '';
  }

  /** The template as text, for comparing. */
  get text(): string {
    return this.literals.join('\n');
  }

  /** Whether a time tells the segments apart; else a number does. */
  get hasTime(): boolean {
    return this.variables.some(({ name }) => name === 'time');
  }

  /** The numbers in an absolute URL; undefined when it is not exactly one that this template makes. */
  match(url: string): SegmentNumbers | undefined {
    if (!url.startsWith(this.prefix)) return undefined;
    const values = this.pattern.exec(url)?.slice(1);
    if (!values) return undefined;
    const numbers: { number?: number; time?: number } = {};
    this.variables.forEach(({ name }, i) => (numbers[name] = Number(values[i])));
    return this.format(numbers) === url ? numbers : undefined;
  }

  /** The URL with these numbers; undefined when one is missing or beyond exact numbers. */
  format(numbers: SegmentNumbers): string | undefined {
    let url = this.prefix;
    for (const [i, { name, width }] of this.variables.entries()) {
      const value = numbers[name];
      if (value === undefined || !Number.isSafeInteger(value) || value < 0) return undefined;
      url += String(value).padStart(width, '0') + (this.literals[i + 1] ?? '');
    }
    return url;
  }
}

/** A template without number and time (that of the init segment) as text; undefined when it has other identifiers. */
export function fillTemplate(template: string, constants: TemplateConstants): string | undefined {
  let isKnown = true;
  const filled = template.replace(IDENTIFIER, (whole, name: string, width?: string) => {
    const constant = fillConstant(name, width, constants);
    isKnown &&= constant !== undefined;
    return constant ?? whole;
  });
  return isKnown ? filled : undefined;
}

function fillConstant(name: string, width: string | undefined, { id, bandwidth }: TemplateConstants) {
  if (name === '') return width === undefined ? '$' : undefined;
  if (name === 'RepresentationID') return id;
  if (name === 'Bandwidth') return bandwidth.padStart(Math.min(Number(width ?? 1), MAX_WIDTH), '0');
  return undefined;
}

const escapePattern = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
