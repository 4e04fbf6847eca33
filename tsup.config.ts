// What the package ships: one list of public entries, built as ESM, CommonJS, declarations and script-tag files.
// Nothing here cleans dist/: with several configs in one run that deletes the declarations of another one,
// so scripts/build.mjs cleans before it starts.

import { defineConfig, type Options } from 'tsup';

import { minifyAgain } from './scripts/minify-again';
import { shortNames } from './scripts/short-names';
import { simplePeerAlone } from './scripts/simple-peer-alone';

interface PublicEntry {
  /** Name of the built module, `dist/<name>.js`; the exports map of package.json leads to it. */
  readonly module: string;
  readonly source: string;
  /** Name of the script-tag build, `dist/global/<name>.js`; absent: there is none. */
  readonly script?: string;
  /** What the script-tag build starts from, when it is another file. */
  readonly scriptSource?: string;
}

const ENTRIES: readonly PublicEntry[] = [
  { module: 'index', source: 'engine/src/index.ts', script: 'engine' },
  { module: 'clappr', source: 'plugins/clappr/index.ts', script: 'clappr', scriptSource: 'plugins/clappr/global.ts' },
  {
    module: 'mediaelement',
    source: 'plugins/mediaelement/index.ts',
    script: 'mediaelement',
    scriptSource: 'plugins/mediaelement/global.ts',
  },
  {
    module: 'videojs',
    source: 'plugins/videojs/index.ts',
    script: 'videojs',
    scriptSource: 'plugins/videojs/global.ts',
  },
  {
    module: 'flowplayer',
    source: 'plugins/flowplayer/index.ts',
    script: 'flowplayer',
    scriptSource: 'plugins/flowplayer/global.ts',
  },
  { module: 'hlsjs', source: 'plugins/hlsjs/index.ts', script: 'hlsjs', scriptSource: 'plugins/hlsjs/global.ts' },
  {
    module: 'jwplayer',
    source: 'plugins/jwplayer/index.ts',
    script: 'jwplayer',
    scriptSource: 'plugins/jwplayer/global.ts',
  },
  { module: 'shaka', source: 'plugins/shaka/index.ts', script: 'shaka', scriptSource: 'plugins/shaka/global.ts' },
  { module: 'dashjs', source: 'plugins/dashjs/index.ts', script: 'dashjs', scriptSource: 'plugins/dashjs/global.ts' },
];

/** Player libraries are the page's own: imported by name in modules, read from this global in script-tag builds. */
const PLAYERS: Readonly<Record<string, string>> = { 'video.js': 'videojs', mediaelement: 'mejs' };

/** The one global of all script-tag builds. Each adds its exports; none takes away what another one put there. */
const GLOBAL = 'P2PMediaLoader';
const EXPORTS = '__p2pMediaLoaderExports';

const PROJECT = 'tsconfig.build.json';

const browser: Options = {
  platform: 'browser',
  target: 'es2020',
  esbuildOptions: withClassFields,
  tsconfig: PROJECT,
  sourcemap: true,
  silent: true,
};

const modules: Options = {
  ...browser,
  entry: Object.fromEntries(ENTRIES.map(({ module, source }) => [module, source])),
  format: ['esm', 'cjs'],
  outDir: 'dist',
  // One copy of the engine for all subpaths, so that they share sessions and connections; in CommonJS too.
  splitting: true,
  external: Object.keys(PLAYERS),
  // Bundled, so that installing the package brings no native module and needs no Node polyfill.
  noExternal: [/^simple-peer$/, /^mpd-parser/],
  esbuildPlugins: [simplePeerAlone(), xmldomOnlyIfUsed()],
  dts: {
    compilerOptions: {
      // tsup sets baseUrl, which TypeScript 6 calls an error.
      ignoreDeprecations: '6.0',
      noEmit: false,
    },
  },
};

const bundledInScripts = (): BundlerPlugin[] => [playersFromGlobals(), simplePeerAlone(), xmldomOnlyIfUsed()];

async function scripts(): Promise<Options[]> {
  const entries = ENTRIES.flatMap(({ script, source, scriptSource = source }) =>
    script === undefined ? [] : [{ script, source: scriptSource }],
  );
  const common = { tsconfig: PROJECT, plugins: bundledInScripts() };
  const short = await shortNames(
    entries.map(({ source }) => source),
    common,
  );
  return entries.map(({ script, source }) => ({
    ...browser,
    entry: { [script]: source },
    format: 'iife',
    outDir: 'dist/global',
    outExtension: () => ({ js: '.js' }),
    minify: true,
    globalName: EXPORTS,
    // The wrapper keeps the exports' own name out of the page's globals.
    banner: { js: '(function(){' },
    footer: { js: `globalThis.${GLOBAL}=Object.assign(globalThis.${GLOBAL}||{},${EXPORTS})})();` },
    esbuildPlugins: bundledInScripts(),
    esbuildOptions: (options) => {
      withClassFields(options);
      options.mangleProps = short.mangleProps;
      options.mangleCache = { ...short.mangleCache };
    },
    plugins: [minifyAgain()],
  }));
}

const demo: Options = {
  entry: { demo: 'examples/server/main.ts' },
  format: 'esm',
  outDir: 'build',
  platform: 'node',
  target: 'node20',
  tsconfig: 'examples/tsconfig.json',
  // Packages stay in node_modules; the tracker is imported by path and comes along.
  skipNodeModulesBundle: true,
  removeNodeProtocol: false,
  splitting: false,
  sourcemap: true,
  silent: true,
};

export default defineConfig(async () => [modules, ...(await scripts()), demo]);

type BundlerPlugin = NonNullable<Options['esbuildPlugins']>[number];

type BundlerOptions = Parameters<NonNullable<Options['esbuildOptions']>>[0];

/**
 * Private and public class fields came to all browsers with or soon after ES2020 (Safari 15, Firefox 90); written out,
 * every `#field` would be a WeakMap.
 */
function withClassFields(options: BundlerOptions): void {
  options.supported = {
    'class-field': true,
    'class-static-field': true,
    'class-private-field': true,
    'class-private-static-field': true,
    'class-private-method': true,
    'class-private-accessor': true,
    'class-private-brand-check': true,
  };
}

/** Lets `import videojs from 'video.js'` mean the page's `window.videojs`. */
function playersFromGlobals(): BundlerPlugin {
  const namespace = 'player-global';
  return {
    name: namespace,
    setup(build) {
      for (const [packageName, globalName] of Object.entries(PLAYERS)) {
        const filter = new RegExp(`^${packageName.replaceAll('.', '\\.')}$`);
        build.onResolve({ filter }, ({ path }) => ({ path, namespace }));
        build.onLoad({ filter, namespace }, () => ({
          contents: `
            if (!globalThis.${globalName}) throw new Error('${GLOBAL}: load ${packageName} before this script');
            module.exports = globalThis.${globalName};`,
        }));
      }
    },
  };
}

/**
 * mpd-parser imports a DOM parser for a function that the engine does not call (docs/decisions/005). Its package does
 * not say that it can be left out, so it would come along with 24 kB.
 */
function xmldomOnlyIfUsed(): BundlerPlugin {
  const filter = /^@xmldom\/xmldom$/;
  const isResolving = Symbol('resolving');
  return {
    name: 'xmldom-only-if-used',
    setup(build) {
      build.onResolve({ filter }, async ({ path, pluginData, ...options }) => {
        if (pluginData === isResolving) return undefined;
        const { importer, resolveDir, kind, with: attributes } = options;
        const found = await build.resolve(path, {
          importer,
          resolveDir,
          kind,
          with: attributes,
          pluginData: isResolving,
        });
        return { ...found, sideEffects: false };
      });
    },
  };
}
