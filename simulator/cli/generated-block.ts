// Parts of documents that a command writes, between two comments; the rest belongs to people.

import { readFileSync, writeFileSync } from 'node:fs';

/** @throws Error when `path` has no such part. */
export function replaceGenerated(path: string, name: string, text: string): void {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const document = readFileSync(path, 'utf8');
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path}: no ${begin} … ${end} to write between`);
  writeFileSync(path, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
}
