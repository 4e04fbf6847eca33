// What is fetched before the player asks for it.

import type { P2POptions } from '../../src/session/options';
import type { ContentOptions } from '../support/content';
import { SessionRig } from '../support/session-rig';

const SIZE = 200_000;

/** A player with 10 s in its buffer, and a peer that has everything. */
function beside(options?: P2POptions, content?: Partial<ContentOptions>) {
  const rig = SessionRig.playing(10, { segmentBytes: SIZE, ...content }, options);
  const peer = rig.connectPeer('z');
  for (let index = 0; index < rig.content.endAt(0); index += 1) rig.peerHas(peer, index);
  let served = 0;
  /** The peer gives what it has been asked for. */
  const serve = (): void => {
    const requests = rig.saidTo(peer, 'request').slice(served);
    served += requests.length;
    for (const request of requests) rig.serve(peer, request);
  };
  /** The same, and what it is asked for meanwhile. */
  const serveAll = (): void => {
    while (rig.saidTo(peer, 'request').length > served) serve();
  };
  const asked = (): number[] => [...new Set(rig.saidTo(peer, 'request').map(({ id }) => id.sequence))];
  return { rig, peer, serve, serveAll, asked };
}
const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('fetching ahead', () => {
  test('[AHEAD-1] on demand, peers give what will be needed within half a minute, and the origin is not asked', () => {
    const { rig, serveAll, asked } = beside();
    rig.request(3);
    serveAll();
    // Segments last 2 s.
    expect(asked()).toEqual(from(3, 14));
    expect(rig.of('fetchHttp')).toEqual([]);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }]);
    // What is there is there at once.
    rig.request(4);
    expect(rig.of('readSegment')).toMatchObject([{ key: rig.keyOf(4) }]);
    expect(rig.counters).toMatchObject({ p2pBytes: 12 * SIZE, httpBytes: 0, wastedBytes: 0 });
  });

  test('[AHEAD-1] its bytes are at most a quarter of the memory for segments', () => {
    const { rig, serveAll, asked } = beside({ memoryLimitBytes: 4 * 3 * SIZE });
    rig.request(3);
    serveAll();
    expect(asked()).toEqual(from(3, 6));
    expect(rig.of('fetchHttp')).toEqual([]);
  });

  test('[AHEAD-2] the player asks for what is on its way: what has come is used, and it comes once', () => {
    const { rig, peer, serve, asked } = beside();
    rig.request(3);
    serve();
    expect(asked()).toEqual([3, 4]);
    const [, , ahead] = rig.saidTo(peer, 'request');
    if (!ahead) throw new Error('nothing was asked ahead');
    rig.serve(peer, ahead, 50_000);
    const before = rig.saidTo(peer, 'request').length;
    rig.request(4);
    const [rest] = rig.saidTo(peer, 'request').slice(before);
    // The second request at that peer: now the player waits for it.
    expect(rest?.range).not.toEqual(ahead.range);
    rig.serve(peer, { ...ahead, range: { start: ahead.range.start + 50_000, end: ahead.range.end } });
    if (rest) rig.serve(peer, rest);
    expect(rig.deliveries()).toMatchObject([{ isRight: true }, { isRight: true }]);
    expect(rig.counters.wastedBytes).toBe(0);
  });

  test('[AHEAD-2] the player goes elsewhere: what it will not ask for is not wanted any more', () => {
    const { rig, peer, serve, asked } = beside();
    rig.request(3);
    serve();
    expect(asked()).toEqual([3, 4]);
    const open = rig.saidTo(peer, 'request').at(-1);
    rig.request(18);
    expect(rig.saidTo(peer, 'cancel')).toEqual([{ type: 'cancel', requestId: open?.requestId }]);
    expect(rig.saidTo(peer, 'request').at(-1)?.id.sequence).toBe(18);
  });

  test('[AHEAD-3] nothing is fetched ahead of a player that stands still, and what was begun ends', () => {
    const { rig, peer, serve, serveAll, asked } = beside();
    rig.request(3);
    serve();
    expect(asked()).toEqual([3, 4]);
    rig.play(10, true);
    // What crosses with the cancel is wasted.
    expect(rig.saidTo(peer, 'cancel')).toHaveLength(1);
    serve();
    rig.request(8);
    serveAll();
    expect(rig.counters.wastedBytes).toBeLessThanOrEqual(SIZE);
    expect(asked()).toEqual([3, 4, 8]);
    rig.play(10);
    serveAll();
    expect(asked()).toEqual([3, 4, 8, ...from(9, 19)]);
  });

  test('[AHEAD-5] live: whose turn it is gets the newest segment from the origin, before its player asks', () => {
    const { rig, serveAll, peer } = beside({}, { isLive: true, segmentCount: 100 });
    rig.request(4);
    serveAll();
    // One more comes out. The peer has not said that it has it, and the player does not ask yet.
    rig.now += 2_000;
    rig.addManifest();
    serveAll();
    const fetched = () => rig.of('fetchHttp').map(({ request }) => request.url);
    rig.pass(8_000);
    expect(fetched()).toEqual([rig.content.segmentUrl(6)]);
    rig.originSends(6);
    rig.pass(100);
    expect(rig.deliveries()).toHaveLength(1);
    expect(rig.saidTo(peer, 'have').flatMap(({ entries }) => entries.map(({ id }) => id.sequence))).toContain(6);
    rig.request(6);
    expect(fetched()).toHaveLength(1);
  });

  test('[AHEAD-6] live: where the page puts tokens on URLs, the origin is asked only as the player asks', () => {
    const { rig, serveAll } = beside({}, { isLive: true, segmentCount: 100 });
    rig.request(4, '?token=5');
    serveAll();
    rig.now += 2_000;
    rig.addManifest();
    serveAll();
    rig.pass(8_000);
    expect(rig.of('fetchHttp')).toEqual([]);
  });

  test('[AHEAD-2] without peers nothing is fetched ahead', () => {
    const rig = SessionRig.playing(10, { isLive: true, segmentCount: 100 });
    rig.request(3);
    rig.pass(4_000);
    expect(rig.of('fetchHttp').map(({ request }) => request.url)).toEqual([rig.content.segmentUrl(3)]);
  });
});
