// Bundles simple-peer's own file alone: what it requires comes from small modules of ours, and what a data channel does
// not need is left out (docs/decisions/012-simple-peer-alone.md).

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Plugin } from 'esbuild';
import ts from 'typescript';

const NEEDS = 'engine/src/adapters/browser/simple-peer/needs.ts';
const SIMPLE_PEER = /[\\/]node_modules[\\/]simple-peer[\\/]index\.js$/;

/** Package that simple-peer requires → what it gets of `needs.ts` for that; undefined: it is left out. */
const ANSWERS: ReadonlyMap<string, string | undefined> = new Map([
  ['readable-stream', '* as stream'],
  ['buffer', '{ Buffer }'],
  ['get-browser-rtc', '{ getBrowserRTC }'],
  ['queue-microtask', '{ queueMicrotask }'],
  ['randombytes', '{ randombytes }'],
  ['debug', undefined],
  ['err-code', undefined],
]);

/** Methods for audio and video, which stay as empty ones: a peer may offer some all the same. */
const MEDIA_METHODS: ReadonlySet<string> = new Set([
  ...['addTransceiver', 'addStream', 'addTrack', 'replaceTrack', 'removeTrack', 'removeStream', '_onTrack'],
]);

/** The esbuild plugin for every build that takes in `simple-peer-links.ts`. */
export function simplePeerAlone(): Plugin {
  return {
    name: 'simple-peer-alone',
    setup(build) {
      build.onLoad({ filter: SIMPLE_PEER }, ({ path }) => {
        try {
          return { contents: forDataOnly(readFileSync(path, 'utf8')) };
        } catch (error) {
          return { errors: [{ text: String(error) }] };
        }
      });
    },
  };
}

/**
 * `source`, which is simple-peer's, without media, what it logs for its developers, and error codes.
 * @throws Error when a version of it has something else, or does not have something
 */
export function forDataOnly(source: string): string {
  const file = ts.createSourceFile('simple-peer.js', source, ts.ScriptTarget.Latest, true);
  const cuts: (Cut & { readonly start: number; readonly end: number })[] = [];
  const visit = (node: ts.Node): void => {
    const cut = cutOf(node);
    if (cut) cuts.push({ ...cut, start: node.getStart(), end: node.end });
    else ts.forEachChild(node, visit);
  };
  visit(file);
  const missing = new Set([...ANSWERS.keys(), ...MEDIA_METHODS, '_debug', 'errCode', 'module.exports']);
  for (const { name } of cuts) missing.delete(name);
  if (missing.size > 0) throw new Error(`simple-peer has no ${[...missing].join(', ')} any more`);
  // From the end, so that positions stay right.
  return cuts.reduceRight((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), source);
}

interface Cut {
  /** What is cut: a package that is required, a method, or a function that is called. */
  readonly name: string;
  /** What stands there instead. */
  readonly by: string;
}

function cutOf(node: ts.Node): Cut | undefined {
  if (ts.isVariableStatement(node)) {
    const name = /\brequire\('([^']+)'\)/.exec(node.getText())?.[1];
    return name === undefined ? undefined : { name, by: importOf(name) };
  }
  if (ts.isMethodDeclaration(node)) {
    const name = node.name.getText();
    return MEDIA_METHODS.has(name) || name === '_debug' ? { name, by: `${name} () {}` } : undefined;
  }
  if (ts.isExpressionStatement(node)) {
    const { expression } = node;
    if (ts.isCallExpression(expression) && expression.expression.getText().endsWith('._debug')) {
      return { name: '_debug', by: ';' };
    }
    const exported = /^module\.exports = (\w+)$/.exec(node.getText())?.[1];
    return exported === undefined ? undefined : { name: 'module.exports', by: `export default ${exported}` };
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'errCode') {
    return { name: 'errCode', by: node.arguments[0]?.getText() ?? '' };
  }
  return undefined;
}

function importOf(name: string): string {
  if (!ANSWERS.has(name)) throw new Error(`simple-peer requires ${name}: add it to ${NEEDS}`);
  const names = ANSWERS.get(name);
  return names === undefined ? '' : `import ${names} from ${JSON.stringify(resolve(NEEDS))};`;
}
