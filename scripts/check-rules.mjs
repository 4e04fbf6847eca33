// Every numbered rule has a test that names it, and every test that names a rule names one that exists.
// A rule is defined as `- **[SCH-4]** text` in a specification and named `[SCH-4]` in a test.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const REQUIRED = ['engine/SPEC.md', 'tracker/SPEC.md'];
const SPECIFICATIONS = [...REQUIRED, 'engine/PROTOCOL.md'].filter((path) => existsSync(path));
const TEST_ROOTS = ['engine/test', 'tracker/test', 'plugins', 'examples', 'e2e'];

const DEFINITION = /^\s*[-*] \*\*\[([A-Z]+-\d+)\]\*\*/gm;
const MENTION = /\[([A-Z]+-\d+)\]/g;

// Contract suites name rules too, and are no .test.ts themselves.
const isTest = (path) => path.endsWith('.test.ts') || (path.includes('/test/') && path.endsWith('.ts'));

const testFiles = TEST_ROOTS.filter((root) => existsSync(root)).flatMap((root) =>
  readdirSync(root, { recursive: true })
    .map((path) => join(root, path).replaceAll('\\', '/'))
    .filter((path) => isTest(path) && !/\/(fixtures|node_modules)\//.test(path)),
);

/** Rule id → the files that `pattern` finds it in. */
function idsIn(files, pattern) {
  const found = new Map();
  for (const file of files) {
    for (const [, id] of readFileSync(file, 'utf8').matchAll(pattern)) found.set(id, [...(found.get(id) ?? []), file]);
  }
  return found;
}

const missing = REQUIRED.filter((path) => !existsSync(path));
const defined = idsIn(SPECIFICATIONS, DEFINITION);
const named = idsIn(testFiles, MENTION);

const problems = [
  ...missing.map((path) => `${path} is missing`),
  ...[...defined]
    .filter(([, files]) => files.length > 1)
    .map(([id, files]) => `[${id}] is defined twice: ${files.join(', ')}`),
  ...[...defined]
    .filter(([id]) => !named.has(id))
    .map(([id, [file]]) => `[${id}] of ${file} has no test that names it`),
  ...[...named]
    .filter(([id]) => !defined.has(id))
    .map(([id, files]) => `[${id}] is named in ${[...new Set(files)].join(', ')} and defined nowhere`),
];

for (const problem of problems) console.error(problem);
console.log(
  `${defined.size} rules, ${named.size} named in ${testFiles.length} test files, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
