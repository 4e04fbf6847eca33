// The licence texts of what is bundled: these libraries may be copied as long as their notice comes along.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

const PACKAGE_OF_PATH = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//;

const read = (name, file) => readFileSync(`node_modules/${name}/${file}`, 'utf8');

/** Writes `<directory>/THIRD-PARTY-LICENSES.txt` for the packages that the source maps in `directory` name. */
export function writeThirdPartyLicences(directory) {
  const names = new Set();
  for (const file of readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.map'))) {
    for (const source of JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')).sources) {
      const name = PACKAGE_OF_PATH.exec(source)?.[1];
      if (name) names.add(name);
    }
  }
  const texts = [...names].sort().map((name) => {
    const { version, license, homepage = '' } = JSON.parse(read(name, 'package.json'));
    const file = readdirSync(`node_modules/${name}`).find((each) => /^licen[cs]e/i.test(each));
    const text = file && existsSync(`node_modules/${name}/${file}`) ? read(name, file).trim() : '';
    return `${name} ${version} (${license}) ${homepage}\n\n${text}`;
  });
  writeFileSync(`${directory}/THIRD-PARTY-LICENSES.txt`, `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}
