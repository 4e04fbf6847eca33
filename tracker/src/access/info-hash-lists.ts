import { readFileSync, statSync } from 'node:fs';
import { checkNames, refusedOption } from '../core/option-checks';
import { infoHashNamed, MAX_SWARM_ID_LENGTH } from './info-hash';

/** Which swarms there may be. Each entry is an info hash of 40 hexadecimal digits, or a swarm id. */
export interface InfoHashOptions {
  /** Swarms that may be joined. With the file of the same name they are one list. @defaultValue all */
  readonly allow?: readonly string[];
  /** Swarms that may not, also where they are allowed. @defaultValue none */
  readonly deny?: readonly string[];
  /** File with one entry per line; empty lines and those that begin with `#` are left out. @defaultValue none */
  readonly allowFile?: string;
  /** The same for `deny`. @defaultValue none */
  readonly denyFile?: string;
}

/** Largest file. Stops a wrong path from filling the memory: 1.5 million hashes fit. */
export const MAX_LIST_BYTES = 64 * 1024 * 1024;

interface Lists {
  /** Undefined: everything is. */
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string>;
}

/** Checks the info hash of an announce. */
export class InfoHashLists {
  #lists: Lists;

  /**
   * @throws RangeError for an option that is not allowed, Error naming the file that cannot be read
   */
  constructor(private readonly options: InfoHashOptions = {}) {
    checkNames('infoHashes', options, { allow: 0, deny: 0, allowFile: 0, denyFile: 0 });
    this.#lists = readLists(options);
  }

  allows(infoHash: string): boolean {
    const { allow, deny } = this.#lists;
    return !deny.has(infoHash) && (allow === undefined || allow.has(infoHash));
  }

  /**
   * Reads the files again. All of it or nothing: with a file that is broken the lists stay as they are.
   * @throws Error naming the file and what is wrong with it
   */
  reload(): void {
    this.#lists = readLists(this.options);
  }
}

function readLists({ allow, deny, allowFile, denyFile }: InfoHashOptions): Lists {
  const allowed = readOption('infoHashes.allow', allow);
  const allowedByFile = allowFile === undefined ? undefined : readListFile(allowFile);
  const denied = [readOption('infoHashes.deny', deny) ?? [], denyFile === undefined ? [] : readListFile(denyFile)];
  return {
    allow: allowed || allowedByFile ? new Set([...(allowed ?? []), ...(allowedByFile ?? [])]) : undefined,
    deny: new Set(denied.flat()),
  };
}

function readOption(name: string, names: readonly string[] | undefined): string[] | undefined {
  if (names === undefined) return undefined;
  if (!Array.isArray(names)) throw refusedOption(name, names, 'a list of info hashes and swarm ids');
  return (names as readonly unknown[]).map((entry, index) => {
    if (typeof entry === 'string' && isName(entry)) return infoHashNamed(entry);
    throw refusedOption(`${name}[${index}]`, entry, 'an info hash of 40 hexadecimal digits or a swarm id');
  });
}

function readListFile(path: string): string[] {
  try {
    const { size } = statSync(path);
    if (size > MAX_LIST_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_LIST_BYTES}`);
    return parseList(readFileSync(path));
  } catch (error) {
    throw new Error(`list ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * The info hashes of a list.
 * @throws Error naming the line that cannot be one
 */
export function parseList(bytes: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const infoHashes: string[] = [];
  text.split('\n').forEach((line, index) => {
    const name = line.trim();
    if (name === '' || name.startsWith('#')) return;
    if (!isName(name)) throw new Error(`line ${index + 1} is neither an info hash nor a swarm id`);
    infoHashes.push(infoHashNamed(name));
  });
  return infoHashes;
}

/** What a binary file has most of, and no URL or name, are control characters. */
function isName(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text !== '' && text.length <= MAX_SWARM_ID_LENGTH && !/[\0-\x1f\x7f]/.test(text);
}
