// Writes the table of settings into the tracker's README. tracker/test/config/readme.test.ts checks that it is current.

import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const README = 'tracker/README.md';
const PLACE = /<!-- settings -->\n[^]*<!-- \/settings -->/;

const { outputFiles } = await build({
  entryPoints: ['tracker/src/config/config-texts.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const { settingsMarkdown } = await import(`data:text/javascript;base64,${source}`);
const readme = readFileSync(README, 'utf8');
if (!PLACE.test(readme)) throw new Error(`${README} has no <!-- settings --> … <!-- /settings -->`);
writeFileSync(
  README,
  readme.replace(PLACE, () => `<!-- settings -->\n${settingsMarkdown()}<!-- /settings -->`),
);
