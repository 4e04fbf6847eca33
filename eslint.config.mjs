// Lint rules. Where a rule guards the design, its message says what to do instead.

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import tsdoc from 'eslint-plugin-tsdoc';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CORE = ['base', 'ports', 'protocol', 'media', 'scheduler', 'swarm', 'session'].map(
  (layer) => `engine/src/${layer}/**/*.ts`,
);
const SOURCES = [
  'engine/src/**/*.ts',
  'plugins/*/*.ts',
  'plugins/*/src/**/*.ts',
  'tracker/src/**/*.ts',
  'examples/**/*.ts',
];
const TESTS = ['**/test/**/*.ts', 'e2e/**/*.ts'];

const MAX_LINES_PER_FILE = 400;
const MAX_LINES_PER_TEST = 600;

const CORE_MESSAGE = 'The core takes time, chance and I/O from ports/ so that the simulator can drive it.';
const SYNC_MESSAGE = 'The core answers events at once and by callbacks; promises stay in adapters.';
const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: one thing has one name everywhere.',
};

// The core's tsconfig knows most of these not; Date and globalThis it does, and someone may declare the rest.
const IMPURE = [
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'setImmediate'],
  ...['queueMicrotask', 'requestAnimationFrame', 'requestIdleCallback', 'crypto', 'console', 'fetch'],
  ...['globalThis', 'window', 'self', 'global', 'document', 'navigator', 'location', 'process', 'Buffer'],
  ...['XMLHttpRequest', 'WebSocket', 'RTCPeerConnection', 'Worker', 'localStorage', 'sessionStorage', 'indexedDB'],
  ...['WeakRef', 'FinalizationRegistry'],
];

const NODE_GLOBALS = [
  'process',
  'console',
  'URL',
  'Buffer',
  'fetch',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
];

const PAGE_GLOBALS = [
  ...['window', 'document', 'location', 'navigator', 'console', 'fetch', 'URL', 'URLSearchParams', 'customElements'],
  ...['HTMLElement', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'requestAnimationFrame'],
  ...['videojs', 'P2PMediaLoader'],
];

const readonlyGlobals = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default defineConfig(
  globalIgnores(['dist/', 'build/', 'tracker/dist/', '**/.cache/', 'coverage/', '**/fixtures/', '**/*.min.js']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,

  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: { globals: readonlyGlobals(NODE_GLOBALS) },
  },
  {
    // Scripts of the demo's pages.
    files: ['examples/**/*.js'],
    languageOptions: { globals: readonlyGlobals(PAGE_GLOBALS) },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: readonlyGlobals(['jest', 'globalThis']) },
  },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { tsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'tsdoc/syntax': 'error',
      'max-lines': ['error', MAX_LINES_PER_FILE],
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],

      // Numbers and booleans read well in messages.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `if (late) return this.drop(x);` is one thought.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // `message['info_hash']` marks what came over the wire and is not checked yet.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // It takes a flag that a callback sets meanwhile for one that never changes.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Branded numbers are numbers.
      '@typescript-eslint/no-unsafe-unary-minus': 'off',
      // Inert defaults are empty functions on purpose.
      '@typescript-eslint/no-empty-function': 'off',
      // `bytes[index]!` in a checked loop says what `noUncheckedIndexedAccess` cannot know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Tables of states and of messages are written as types.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
    },
  },

  {
    files: SOURCES,
    ignores: [...TESTS, '**/*.d.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT] },
  },
  {
    files: ['engine/src/**/*.ts', 'plugins/**/*.ts'],
    ignores: [...TESTS, 'engine/src/adapters/shared/console-logger.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: CORE,
    ignores: ['**/*.d.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...IMPURE.map((name) => ({ name, message: CORE_MESSAGE })),
        { name: 'Promise', message: SYNC_MESSAGE },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: CORE_MESSAGE }],
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        { selector: ':function[async=true]', message: SYNC_MESSAGE },
      ],
    },
  },

  {
    files: TESTS,
    extends: [jest.configs['flat/recommended']],
    rules: {
      'max-lines': ['error', MAX_LINES_PER_TEST],
      'jest/no-disabled-tests': 'error',
      'jest/expect-expect': [
        'error',
        // Waiting for something, with a limit, is an assertion; a story has its own.
        {
          assertFunctionNames: [
            ...['expect*', '**.expect*', 'assert*', 'fc.assert', 'tell*'],
            ...['until', '**.reaches', '**.playsTo'],
          ],
        },
      ],
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true, ignoreTypeOfTestName: true }],
      // Contract suites and properties meet their conditions inside loops and callbacks, and export their cases.
      'jest/no-conditional-expect': 'off',
      'jest/no-standalone-expect': 'off',
      'jest/no-export': 'off',
      // Doubles answer with less ceremony than what they stand for.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    // The clauses of a contract assert by themselves; these files only run them.
    files: ['engine/test/contracts/**/*.ts', 'engine/test/adapters/**/*.ts'],
    rules: { 'jest/expect-expect': 'off' },
  },
  prettier,
);
