// One project per layer: pure core and tracker in Node, plugins in jsdom, end to end in real Chromium.
// `npm test` runs all of them (scripts/test.mjs); `npx jest --selectProjects core` runs one.

// No type check here: `tsc -b` does that once for all.
const transform = {
  '^.+\\.[mc]?[tj]s$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
  ],
};

const project = (displayName, roots, timeoutMs, more = {}) => ({
  displayName,
  roots,
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: ['/node_modules/'],
  globals: { TEST_TIMEOUT_MS: timeoutMs },
  setupFilesAfterEnv: ['<rootDir>/scripts/jest-timeout.cjs'],
  // Built copies have a package.json and modules of the same names.
  modulePathIgnorePatterns: ['<rootDir>/(dist|build|\\.cache)/', '<rootDir>/tracker/dist/'],
  ...more,
});

export default {
  reporters: ['default', '<rootDir>/scripts/jest-reporter.mjs'],
  projects: [
    project('core', ['<rootDir>/engine/test'], 5_000),
    project('simulator', ['<rootDir>/simulator/test'], 60_000),
    project('tracker', ['<rootDir>/tracker/test'], 20_000),
    project('plugins', ['<rootDir>/plugins'], 20_000, { testEnvironment: 'jsdom' }),
    project('demo', ['<rootDir>/examples'], 20_000),
    project('e2e', ['<rootDir>/e2e/test'], 120_000),
    project('players', ['<rootDir>/e2e/players'], 120_000),
  ],
};
