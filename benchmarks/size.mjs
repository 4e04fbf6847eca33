// What the script-tag builds weigh, beside p2p-media-loader's own where it is installed: `npm run bench:size`.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const OWN_DIRECTORY = 'dist/global';
/** A page loads the first and one of the others. */
const RIVALS = ['p2p-media-loader-core', 'p2p-media-loader-hlsjs', 'p2p-media-loader-shaka'];
const RIVAL_DIRECTORY = 'dist';

const scriptsIn = (directory, ending) =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => name.endsWith(ending))
        .sort()
    : [];

function rowOf(label, path) {
  const bytes = readFileSync(path);
  const sizes = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
  return [label, ...sizes.map(({ length }) => length.toLocaleString('en'))];
}

function rivalRows(name) {
  const directory = join('node_modules', name, RIVAL_DIRECTORY);
  const { version } = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'));
  return scriptsIn(directory, '.min.js').map((file) => rowOf(`${name} ${version}: ${file}`, join(directory, file)));
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const [label, ...sizes] of rows) {
    const cells = sizes.map((size, index) => size.padStart(widths[index + 1]));
    console.log([label.padEnd(widths[0]), ...cells].join('  '));
  }
}

const own = scriptsIn(OWN_DIRECTORY, '.js');
if (own.length === 0) throw new Error(`${OWN_DIRECTORY} has no script: npm run build`);
const installed = RIVALS.filter((name) => existsSync(join('node_modules', name, 'package.json')));
print([
  ['bytes', 'minified', 'gzip', 'brotli'],
  ...own.map((file) => rowOf(`${OWN_DIRECTORY}/${file}`, join(OWN_DIRECTORY, file))),
  ...installed.flatMap(rivalRows),
]);
for (const name of RIVALS.filter((each) => !installed.includes(each))) {
  console.log(`${name}: not in node_modules, so not measured`);
}
