// The queue of uploads under whatever peers do to it, and those who are turned away from it.

import fc from 'fast-check';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { startDesk } from '../support/upload-desk-rig';

/** Longest queue while neither a ceiling is set nor the uplink measured. */
const QUEUE_BYTES = 375_000;
const PROBE = 50;
const first = (length: number) => ({ start: 0, end: length });

/** A desk, and what became of each request as its peer sees it. */
function startWorld() {
  const rig = startDesk();
  rig.join(2, 3);
  /** By link and request. */
  const asked = new Map<string, { readonly start: number; readonly end: number }>();
  const takenBack = new Set<string>();
  return { ...rig, asked, takenBack };
}
type World = ReturnType<typeof startWorld>;
type Step = (world: World, now: number) => void;

const links = fc.integer({ min: 1, max: 3 });
const asking = fc
  .record({
    linkId: links,
    key: fc.constantFrom('a', 'partial', 'nothing'),
    start: fc.nat(500_000),
    length: fc.integer({ min: 1, max: 300_000 }),
    neededInMs: fc.nat(3_000),
  })
  .map(({ linkId, key, start, length, neededInMs }): Step => ({ asked, ask }, now) => {
    const requestId = asked.size + 1;
    const range = { start, end: start + length };
    asked.set(`${linkId}/${requestId}`, range);
    ask(linkId, requestId, { key, range, neededInMs, now });
  });
const cancelling = fc.nat().map((choice): Step => ({ asked, takenBack, desk }, now) => {
  const name = [...asked.keys()][choice % Math.max(1, asked.size)];
  if (name === undefined) return;
  takenBack.add(name);
  const [linkId, requestId] = name.split('/').map(Number) as [number, number];
  desk.handleCancel(linkId, requestId, now);
});
/** Something that a peer, its link, the store or the page does. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: asking },
  cancelling,
  fc.tuple(links, fc.double({ min: 0, max: 1, noNaN: true })).map(([linkId, part]): Step => ({ flush }, now) => {
    flush(linkId, now, part);
  }),
  links.map((linkId): Step => ({ desk, asked, takenBack, join }) => {
    desk.close(linkId);
    for (const name of asked.keys()) if (name.startsWith(`${linkId}/`)) takenBack.add(name);
    join(linkId);
  }),
  fc.constant<Step>(({ answer }, now) => answer(now)),
  fc.constant<Step>(({ desk, reads }, now) => {
    for (const { readId } of reads.splice(0)) desk.handleRead(readId, undefined, now);
  }),
  fc.constantFrom(0, 400_000, Infinity).map((maxBitrate): Step => ({ desk, budget }, now) => {
    budget.limits = { ...budget.limits, maxBitrate };
    desk.reconsider(now);
  }),
  fc.constant<Step>(({ partial }) => {
    if (!partial.delete('partial')) partial.add('partial');
  }),
);
const steps = fc.array(step, { maxLength: 80 });

function play(world: World, acts: readonly Step[]): number {
  let now = 0;
  for (const act of acts) {
    now += 30;
    world.desk.wake(now);
    act(world, now);
    for (const bytes of world.unflushed.values()) expect(bytes).toBeLessThanOrEqual(TRANSFER_SIZES.linkHighWaterBytes);
  }
  world.budget.limits = { ...world.budget.limits, maxBitrate: Infinity };
  world.desk.reconsider(now);
  return now;
}

/** The queue takes exactly as much as when nothing had ever been in it. */
function expectEmptyQueue(rig: World, now: number): void {
  rig.join(PROBE);
  rig.rejects.length = 0;
  rig.ask(PROBE, 1, { key: 'a', range: first(QUEUE_BYTES - 1), now });
  rig.ask(PROBE, 2, { key: 'a', range: first(1), now });
  expect(rig.rejects).toEqual([]);
  rig.ask(PROBE, 3, { key: 'a', range: first(1), now });
  expect(rig.rejects).toEqual([`${PROBE}/3 busy`]);
}

describe('UploadDesk: the queue', () => {
  test('[UP-9] is counted right to the byte when all has been served, whatever happened before', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const world = startWorld();
        const now = play(world, acts);
        world.drain(now, now + 300);
        for (const linkId of [1, 2, 3]) expect(world.desk.hasOpenRequests(linkId)).toBe(false);
        expectEmptyQueue(world, now + 300);
      }),
      { numRuns: 300 },
    );
  });

  test('[UP-9] is counted right to the byte when all have left, whatever happened before', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const world = startWorld();
        const now = play(world, acts);
        for (const linkId of [1, 2, 3]) world.desk.close(linkId);
        expectEmptyQueue(world, now);
      }),
      { numRuns: 300 },
    );
  });

  test('[UP-2] each request is answered once: by all its bytes in order, or by a reject', () => {
    fc.assert(
      fc.property(steps, (acts) => {
        const world = startWorld();
        const { asked, takenBack, frames, rejects } = world;
        const now = play(world, acts);
        world.drain(now, now + 300);
        const positions = new Map([...asked].map(([name, { start }]) => [name, start]));
        for (const { linkId, requestId, offset, length } of frames) {
          const name = `${linkId}/${requestId}`;
          expect(offset).toBe(positions.get(name));
          expect(length).toBeLessThanOrEqual(TRANSFER_SIZES.dataFrameBytes);
          positions.set(name, offset + length);
        }
        const refused = rejects.map((line) => line.split(' ')[0]);
        expect(new Set(refused).size).toBe(refused.length);
        for (const [name, { end }] of asked) {
          if (takenBack.has(name)) continue;
          expect([name, positions.get(name) === end]).toEqual([name, !refused.includes(name)]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('UploadDesk: those who were turned away', () => {
  /** Link 1 has a full queue, links 2 to 4 were turned away: 3 needs its bytes first, then 4, then 2. */
  function startFull() {
    const rig = startDesk();
    rig.join(2, 3, 4);
    rig.ask(1, 1, { range: first(QUEUE_BYTES + TRANSFER_SIZES.linkHighWaterBytes), neededInMs: 0 });
    rig.ask(2, 1, { neededInMs: 9_000 });
    rig.ask(3, 1, { neededInMs: 4_000 });
    rig.ask(4, 1, { neededInMs: 6_000 });
    expect(rig.rejects).toEqual(['2/1 busy', '3/1 busy', '4/1 busy']);
    return rig;
  }

  test('[UP-12] the one that needs its bytes first is called when the queue has come down to half, then the next', () => {
    const { flush, called } = startFull();
    flush(1, 100);
    expect(called).toEqual([]);
    flush(1, 200);
    expect(called).toEqual([3]);
    flush(1, 300);
    expect(called).toEqual([3, 4]);
  });

  test('[UP-12] a cancel makes room too', () => {
    const { desk, called } = startFull();
    desk.handleCancel(1, 1, 100);
    expect(called).toEqual([3]);
  });

  test('[UP-12] nobody is called who has left, asked again and was taken, or needs its bytes no more', () => {
    const left = startFull();
    left.desk.close(3);
    left.flush(1, 100);
    left.flush(1, 200);
    expect(left.called).toEqual([4]);

    const taken = startFull();
    taken.flush(1, 100);
    taken.ask(3, 2, { range: first(10), now: 110 });
    taken.flush(1, 200);
    expect(taken.called).toEqual([4]);

    const late = startFull();
    late.flush(1, 4_000);
    late.flush(1, 4_000);
    expect(late.called).toEqual([4]);
  });

  test('[UP-12] nobody is called twice for one refusal', () => {
    const { flush, called } = startFull();
    for (let now = 100; now < 2_000; now += 100) flush(1, now);
    expect(called.filter((linkId) => linkId === 3)).toEqual([3]);
    expect(new Set(called).size).toBe(called.length);
  });

  test('[UP-12] nobody is called while nothing may be given', () => {
    const { desk, budget, called, flush } = startFull();
    budget.limits = { ...budget.limits, isEnabled: false };
    desk.reconsider(100);
    flush(1, 200);
    expect(called).toEqual([]);
    budget.limits = { ...budget.limits, isEnabled: true };
    desk.reconsider(300);
    expect(called).toEqual([3]);
  });

  test('[UP-12] whoever asks too much at once is told that we are busy, and is not called', () => {
    const { desk, ask, answer, called, rejects } = startDesk();
    for (let requestId = 1; requestId <= 17; requestId += 1) ask(1, requestId, { key: 'a', range: first(10) });
    expect(rejects).toEqual(['1/17 busy']);
    answer();
    desk.wake(100);
    expect(called).toEqual([]);
  });
});
