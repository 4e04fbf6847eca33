// Which names the script-tag builds may shorten, as found in the real sources.

import { simplePeerAlone } from '../../../scripts/simple-peer-alone';
import { shortNames } from '../../../scripts/short-names';

/** Reads the types of all sources. */
const TIMEOUT_MS = 60_000;

let short: Awaited<ReturnType<typeof shortNames>>;

beforeAll(async () => {
  short = await shortNames(['plugins/hlsjs/global.ts'], {
    tsconfig: 'tsconfig.build.json',
    plugins: [simplePeerAlone()],
  });
}, TIMEOUT_MS);

test.each(['handleTrackerMessage', 'durationSeconds', 'skippedCount'])('%s is of the engine alone', (name) => {
  expect(name).toMatch(short.mangleProps);
});

test.each([
  ['connectPlayer', 'is public'],
  ['memoryLimitBytes', 'is a public option'],
  ['p2pBytes', 'is in public statistics'],
  ['standAside', 'is of what bundles of different versions share'],
  ['followShaka', 'is of an object under a symbol of the page'],
  ['addEventListener', 'is the platform’s'],
  ['saveData', 'is the platform’s, though its types do not know it'],
  ['info_hash', 'goes over the wire as JSON, and is read'],
  ['numwant', 'goes over the wire as JSON'],
  ['offer_id', 'goes over the wire inside of another object'],
  ['fLoader', 'is hls.js’s'],
  ['iceCompleteTimeout', 'is simple-peer’s'],
  ['_peerConnectionId', 'is not simple-peer’s, which reads it'],
])('%s stays: it %s', (name) => {
  expect(name).not.toMatch(short.mangleProps);
});

test('no two names become the same one', () => {
  const shortened = Object.values(short.mangleCache);
  expect(shortened.length).toBeGreaterThan(300);
  expect(new Set(shortened).size).toBe(shortened.length);
});
