// The public entries of the package as its exports map names them.

import { readFileSync } from 'node:fs';

export const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** `{ name, types }` per subpath with declarations; the root subpath is called `engine`. */
export const publicEntries = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  target.import ? [{ name: subpath === '.' ? 'engine' : subpath.slice('./'.length), types: target.import.types }] : [],
);
