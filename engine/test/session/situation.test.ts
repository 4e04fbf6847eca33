// Whose data and battery it is: phones on a mobile network, people who save data, pages that nobody looks at.

import { Situation } from '../../src/session/situation';
import { DEFAULT_OPTIONS } from '../../src/session/options';
import { SessionRig } from '../support/session-rig';
import { World } from '../support/simulated-world';
import { wireIdOf } from '../support/wire-peer';

const AT_HOME = { isHidden: false, isCellular: false, savesData: false };
const BARRED = [
  { name: 'on a cellular network', line: { ...AT_HOME, isCellular: true } },
  { name: 'where the browser saves data', line: { ...AT_HOME, savesData: true } },
];

function loaded(upload = {}): SessionRig {
  const rig = SessionRig.playing(0, {}, { upload });
  rig.request(3);
  rig.originSends(3);
  return rig;
}

function ask(rig: SessionRig, peer: number): void {
  const range = { start: 0, end: 10 };
  rig.peerSays(peer, { type: 'request', requestId: 1, id: wireIdOf(3), range, neededInMs: 0 });
}

describe('MediaSession: what it gives', () => {
  test.each(BARRED)('[UP-14] nothing is announced or given $name; at home again all is', ({ line }) => {
    const rig = loaded();
    rig.tell({ type: 'surroundings', ...line });
    const peer = rig.connectPeer('z');
    rig.pass(100);
    expect(rig.saidTo(peer, 'have')).toEqual([]);
    ask(rig, peer);
    expect(rig.saidTo(peer, 'reject')).toMatchObject([{ reason: 'upload-off' }]);
    rig.tell({ type: 'surroundings', ...AT_HOME });
    expect(rig.saidTo(peer, 'have')).toMatchObject([{ entries: [{ id: wireIdOf(3), state: 'complete' }] }]);
  });

  // Out of the house in the middle of a film: what is queued goes over the operator's network otherwise.
  test.each(BARRED)('[UP-14] an upload that is under way ends at once $name', ({ line }) => {
    const rig = loaded();
    const peer = rig.connectPeer('z');
    ask(rig, peer);
    const { readId } = rig.of('readSegment')[0] ?? { readId: 0 };
    rig.tell({ type: 'surroundings', ...line });
    rig.tell({ type: 'segmentRead', readId, bytes: rig.content.bytesOf(3) });
    expect(rig.saidTo(peer, 'data')).toEqual([]);
    expect(rig.saidTo(peer, 'reject')).toMatchObject([{ reason: 'upload-off' }]);
  });

  test.each(BARRED)('[UP-14] peers are told at once that nothing is given $name', ({ line }) => {
    const rig = loaded();
    const peer = rig.connectPeer('z');
    rig.play(10);
    const before = rig.saidTo(peer, 'about').at(-1);
    rig.tell({ type: 'surroundings', ...line });
    expect([before?.uploadKbps, rig.saidTo(peer, 'about').at(-1)?.uploadKbps]).toEqual([expect.any(Number), 0]);
    expect(before?.uploadKbps).toBeGreaterThan(0);
  });

  test('[UP-14] what peers have is still asked of them', () => {
    const rig = SessionRig.playing(30);
    rig.tell({ type: 'surroundings', ...AT_HOME, isCellular: true });
    const peer = rig.connectPeer('z');
    rig.peerHas(peer, 5);
    rig.request(5);
    expect(rig.saidTo(peer, 'request').length).toBeGreaterThan(0);
  });

  test('[UP-14] `onCellular` allows it, and takes effect at once; it does not overrule who saves data', () => {
    const rig = loaded();
    rig.tell({ type: 'surroundings', ...AT_HOME, isCellular: true });
    const peer = rig.connectPeer('z');
    rig.setOptions({ upload: { onCellular: true } });
    expect(rig.saidTo(peer, 'have')).toHaveLength(1);
    ask(rig, peer);
    expect(rig.saidTo(peer, 'reject')).toEqual([]);

    const saving = loaded({ onCellular: true });
    saving.tell({ type: 'surroundings', isHidden: false, isCellular: true, savesData: true });
    const other = saving.connectPeer('z');
    ask(saving, other);
    expect(saving.saidTo(other, 'reject')).toMatchObject([{ reason: 'upload-off' }]);
  });

  test('[UP-14] [UP-6] a page that does not upload does not begin to with another line', () => {
    const rig = loaded({ enabled: false, onCellular: true });
    const peer = rig.connectPeer('z');
    rig.tell({ type: 'surroundings', ...AT_HOME, isCellular: true });
    rig.tell({ type: 'surroundings', ...AT_HOME });
    rig.pass(100);
    ask(rig, peer);
    expect(rig.saidTo(peer, 'have')).toEqual([]);
    expect(rig.saidTo(peer, 'reject')).toMatchObject([{ reason: 'upload-off' }]);
  });

  test('[UP-14] all the same whether the line was cellular from the start or becomes so', async () => {
    const world = new World({ seed: 3 });
    const first = world.addViewer();
    await world.run(11_000);
    first.conditions.change({ isCellular: true });
    const phone = world.addIdleViewer();
    phone.conditions.change({ isCellular: true });
    phone.play();
    await world.run(20_000);
    expect([first.stats.uploadedBytes, phone.stats.uploadedBytes]).toEqual([0, 0]);
    first.conditions.change({ isCellular: false });
    await world.run(20_000);
    expect(phone.stats.p2pBytes).toBeGreaterThan(0);
    expect(phone.stats.uploadedBytes).toBe(0);
    await world.expectNothingLeft();
  });
});

describe('MediaSession: what it may fetch ahead', () => {
  test('[PLAY-13] nothing while the player is paused, or has said nothing yet', () => {
    const rig = new SessionRig();
    expect(rig.session.mayPrefetch).toBe(false);
    rig.play(10);
    expect(rig.session.mayPrefetch).toBe(true);
    rig.run(rig.session.reportPlayback({ bufferAheadSeconds: 10, rate: 1, isPaused: true }, 0));
    expect(rig.session.mayPrefetch).toBe(false);
  });

  test.each([...BARRED, { name: 'while the page is hidden', line: { ...AT_HOME, isHidden: true } }])(
    '[PLAY-13] nothing $name; as soon as that is over, it may',
    ({ line }) => {
      const rig = new SessionRig({}, { upload: { onCellular: true } });
      rig.play(10);
      rig.tell({ type: 'surroundings', ...line });
      expect(rig.session.mayPrefetch).toBe(false);
      rig.tell({ type: 'surroundings', ...AT_HOME });
      expect(rig.session.mayPrefetch).toBe(true);
    },
  );

  test('[UP-14] [PLAY-13] an ordinary line takes nothing from the options', () => {
    const situation = new Situation();
    const { enabled, maxBitrate, maxRatio } = DEFAULT_OPTIONS.upload;
    expect(situation.uploadLimits(DEFAULT_OPTIONS)).toEqual({ isEnabled: enabled, maxBitrate, maxRatio });
  });
});
