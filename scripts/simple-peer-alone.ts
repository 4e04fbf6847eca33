// Bundles simple-peer's own file alone: what it requires comes from small modules of ours
// (docs/decisions/012-simple-peer-alone.md).

import { resolve } from 'node:path';

import type { Plugin } from 'esbuild';

const NEEDS = 'engine/src/adapters/browser/simple-peer/needs.ts';
const SIMPLE_PEER = /[\\/]node_modules[\\/]simple-peer[\\/]index\.js$/;

/** Package that simple-peer requires → what of `needs.ts` it gets for that; empty: all of it. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['readable-stream', ''],
  ['buffer', ''],
  ['debug', '.debug'],
  ['err-code', '.errCode'],
  ['get-browser-rtc', '.getBrowserRTC'],
  ['queue-microtask', '.queueMicrotask'],
  ['randombytes', '.randombytes'],
]);

/** The esbuild plugin for every build that takes in `simple-peer-links.ts`. */
export function simplePeerAlone(): Plugin {
  const namespace = 'simple-peer-alone';
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^/ }, ({ path, importer }) => {
        if (!SIMPLE_PEER.test(importer)) return undefined;
        if (!ANSWERS.has(path)) return { errors: [{ text: `simple-peer requires ${path}: add it to ${NEEDS}` }] };
        return { path, namespace };
      });
      build.onLoad({ filter: /^/, namespace }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(resolve(NEEDS))})${ANSWERS.get(path) ?? ''};`,
        resolveDir: process.cwd(),
      }));
    },
  };
}
