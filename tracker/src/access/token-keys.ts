// Where an operator keeps the secrets of tokens: a file or the environment, never a flag, which every user of the
// machine can see.

import { readFileSync } from 'node:fs';
import type { TokenKey } from './token';

/**
 * Reads keys: one per line, or with `;` between them, each an id, a space and a secret without spaces. Empty lines and
 * those that begin with `#` are left out. The first key mints, all are accepted: a new one is added at the end first,
 * moved to the top once every tracker knows it, and the old one is removed when its last token has ended.
 * @throws RangeError naming the line, never its content
 */
export function parseTokenKeys(text: string): TokenKey[] {
  const keys: TokenKey[] = [];
  text.split(/[\n;]/).forEach((line, index) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) return;
    const [id, secret, ...rest] = words;
    if (id === undefined || secret === undefined || rest.length > 0) {
      throw new RangeError(`token key ${index + 1} must be an id, a space and a secret without spaces`);
    }
    keys.push({ id, secret });
  });
  return keys;
}

/**
 * Reads a file of keys.
 * @throws the error of `node:fs` when it cannot be read, RangeError for a line that is none
 */
export function readTokenKeys(path: string): TokenKey[] {
  return parseTokenKeys(readFileSync(path, 'utf8'));
}
