import { segmentKeyOf, type Segment } from '../../src/media/segment';
import { LookAhead } from '../../src/session/look-ahead';

const SECONDS = 4;
const SIZE = 1_000;
const MANNER = { headers: {}, withCredentials: false };

const segmentOf = (rendition: number, sequence: number): Segment => {
  const id = { rendition, discontinuity: 0, sequence };
  return { id, key: segmentKeyOf(id), url: `https://cdn/${rendition}/${sequence}`, durationSeconds: SECONDS };
};

function start({ memoryLimitBytes = Infinity, listed = 100 } = {}) {
  const awaited = new Set<string>();
  const world = { memoryLimitBytes, listed, usualBytes: SIZE };
  const lookAhead = new LookAhead({
    segmentsAfter: ({ id }, count) =>
      Array.from({ length: Math.min(count, world.listed - 1 - id.sequence) }, (_, index) =>
        segmentOf(id.rendition, id.sequence + 1 + index),
      ),
    segment: (key) => segmentOf(Number.parseInt(key, 16), Number(key.split('/')[2])),
    isAwaited: (key) => awaited.has(key),
    usualBytes: () => world.usualBytes,
    memoryLimitBytes: () => world.memoryLimitBytes,
  });
  const ask = (rendition: number, sequence: number): void =>
    lookAhead.noteRequest(segmentOf(rendition, sequence), MANNER);
  const due = (now: number, dryAt: number): string[] =>
    lookAhead.wanted(now, dryAt).flatMap(({ segment, isDue }) => (isDue ? [segment.url.slice(12)] : []));
  return { lookAhead, awaited, world, ask, due };
}

describe('LookAhead', () => {
  test('[AHEAD-1] what will be needed within half a minute follows what was asked for last', () => {
    const { lookAhead, ask, due, awaited } = start();
    expect(due(0, 20_000)).toEqual([]);
    ask(1, 7);
    expect(due(0, 20_000)).toEqual(['1/8', '1/9', '1/10']);
    expect(lookAhead.wanted(0, 20_000).map(({ deadline }) => deadline)).toEqual([
      20_000, 24_000, 28_000, 32_000, 36_000, 40_000, 44_000,
    ]);
    // The player's buffer does not reach to the end of what it still waits for.
    awaited.add(segmentOf(1, 7).key);
    expect(due(0, 20_000)).toEqual(['1/8', '1/9']);
    expect(due(0, 31_000)).toEqual([]);
  });

  test('[AHEAD-1] its bytes are at most a quarter of the memory', () => {
    const { world, ask, due } = start({ memoryLimitBytes: 4 * 3 * SIZE });
    ask(1, 7);
    expect(due(0, 0)).toEqual(['1/8', '1/9', '1/10']);
    world.usualBytes = 2 * SIZE;
    expect(due(0, 0)).toEqual(['1/8']);
    world.memoryLimitBytes = 0;
    expect(due(0, 0)).toEqual([]);
  });

  // The end of the window moves to and fro with each report of the player: what was begun was thrown away, again and again.
  test('[AHEAD-2] what was begun is kept for half as long again', () => {
    const { lookAhead, ask } = start({ memoryLimitBytes: 4 * 9 * SIZE });
    ask(1, 7);
    const isDueAt = (dryAt: number) => lookAhead.wanted(0, dryAt).map(({ isDue }) => isDue);
    expect(isDueAt(26_000)).toEqual([true, true, false, false, false]);
    expect(isDueAt(30_500)).toEqual([false, false, false, false]);
    expect(isDueAt(45_000)).toEqual([false]);
    expect(isDueAt(45_001)).toEqual([]);
    // By memory: nine fit.
    expect(isDueAt(-20_000)).toEqual([...new Array<boolean>(9).fill(true), ...new Array<boolean>(4).fill(false)]);
  });

  test('[AHEAD-1] sound and picture are both followed; a rendition that is played no more is not', () => {
    const { ask, due } = start();
    ask(1, 7);
    ask(2, 3);
    expect(due(0, 26_000)).toEqual(['1/8', '1/9', '2/4', '2/5']);
    for (const sequence of [8, 9, 10, 11]) ask(1, sequence);
    expect(due(0, 26_000)).toEqual(['2/4', '2/5', '1/12', '1/13']);
    ask(1, 12);
    expect(due(0, 26_000)).toEqual(['1/13', '1/14']);
  });

  test('[AHEAD-1] a new manifest lists more', () => {
    const { lookAhead, world, ask, due } = start({ listed: 9 });
    ask(1, 7);
    expect(due(0, 0)).toEqual(['1/8']);
    world.listed = 10;
    lookAhead.noteManifest();
    expect(due(0, 0)).toEqual(['1/8', '1/9']);
  });

  test('[AHEAD-6] where the page changes URLs nobody knows how the origin is to be asked', () => {
    const { lookAhead, ask } = start();
    ask(1, 7);
    expect(lookAhead.wanted(0, 29_000)[0]?.manner).toEqual(MANNER);
    lookAhead.noteRequest({ ...segmentOf(1, 8), url: 'https://cdn/1/8?token=5' }, MANNER);
    expect(lookAhead.wanted(0, 29_000)[0]).toMatchObject({ segment: { url: 'https://cdn/1/9' }, manner: undefined });
  });
});
