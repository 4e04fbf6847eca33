import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

// Run from the repository's root, so every path starts from this file.
const here = path.dirname(fileURLToPath(import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};
const tsconfig = path.join(here, 'tsconfig.json');

export default defineConfig((flags) => ({
  entry: {
    index: path.join(here, 'src/index.ts'),
    token: path.join(here, 'src/token.ts'),
    cli: path.join(here, 'src/cli.ts'),
  },
  outDir: flags.outDir ?? path.join(here, 'dist'),
  tsconfig,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // No shared chunks: their names change with their content, and old ones would stay behind.
  splitting: false,
  external: Object.keys(dependencies),
  define: { TRACKER_VERSION: JSON.stringify(version) },
  esbuildOptions(options) {
    options.charset = 'utf8';
  },
  dts: {
    entry: { index: path.join(here, 'src/index.ts'), token: path.join(here, 'src/token.ts') },
    // tsup sets baseUrl, which TypeScript 6 calls an error unless told otherwise.
    compilerOptions: {
      ignoreDeprecations: '6.0',
      composite: false,
      incremental: false,
      rootDir: path.join(here, 'src'),
    },
  },
  silent: true,
}));
