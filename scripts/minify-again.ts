// A second minifier over the script-tag builds: esbuild looks at one expression at a time, swc follows values through
// functions.

import { transform } from '@swc/core';
import type { Options } from 'tsup';

type TsupPlugin = NonNullable<Options['plugins']>[number];

/** Notices that must come along: as what esbuild keeps. */
const LEGAL_COMMENT = /\/\*![^]*?\*\//g;

/** For builds whose script is one function that is called: names outside of it would be shortened too. */
export function minifyAgain(): TsupPlugin {
  return {
    name: 'minify-again',
    async renderChunk(code, { path, map: before }) {
      const { code: smaller, map } = await transform(code, {
        isModule: false,
        minify: true,
        // Taken in, so that what comes out maps to the sources.
        ...(typeof before === 'string' && { inputSourceMap: before }),
        sourceMaps: true,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'ecmascript' },
          minify: {
            compress: { ecma: 2020, passes: 4, toplevel: true },
            mangle: { toplevel: true },
            format: { comments: 'some' },
          },
        },
      });
      for (const [notice] of code.matchAll(LEGAL_COMMENT)) {
        if (!smaller.includes(notice)) throw new Error(`${path}: this notice got lost: ${notice}`);
      }
      if (map === undefined) throw new Error(`${path}: no source map`);
      return { code: `${smaller}\n`, map };
    },
  };
}
