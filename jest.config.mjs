// One project per layer: pure core and tracker in Node, plugins in jsdom, end to end in real Chromium.
const shared = {
  transform: {
    '^.+\\.[mc]?[tj]s$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/'],
};

const project = (displayName, roots, more = {}) => ({
  ...shared,
  displayName,
  roots,
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  ...more,
});

export default {
  projects: [
    project('core', ['<rootDir>/engine/test']),
    project('tracker', ['<rootDir>/tracker/test']),
    project('plugins', ['<rootDir>/plugins'], { testEnvironment: 'jsdom' }),
    project('demo', ['<rootDir>/examples']),
    project('e2e', ['<rootDir>/e2e']),
  ],
};
