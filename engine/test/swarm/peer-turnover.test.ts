import { decodePeerMessage } from '../../src/protocol/peer-messages';
import { PeerSession } from '../../src/swarm/peer-session';
import { PeerTurnover, type TurnoverView } from '../../src/swarm/peer-turnover';
import { encodePeerMessage } from '../../src/protocol/peer-messages';
import { HASH, id, KEY, SELF, whole } from '../support/peer-session-rig';

const NOTHING = () => undefined;

/** A peer that is ready; one that gives has a segment to offer. */
function peer(linkId: number, gives = true): PeerSession {
  const session = new PeerSession(
    { linkId, isInitiator: true, offerId: 'o'.repeat(20) },
    { infoHash: HASH, peerId: SELF },
    {
      send: (_, frame) => void decodePeerMessage(frame),
      onWakeSooner: NOTHING,
      onReady: NOTHING,
      onHave: NOTHING,
      onData: NOTHING,
      onRequestFailed: NOTHING,
      onUploadRequest: NOTHING,
      onUploadCancelled: NOTHING,
      onFree: NOTHING,
      onIntroduction: NOTHING,
      onLateData: NOTHING,
      onUnwanted: NOTHING,
    },
    new Map(),
  );
  const peerId = `${linkId}`.padStart(20, 'p');
  session.expect(peerId, 0);
  session.handleOpen();
  session.handleFrame(encodePeerMessage({ type: 'handshake', version: 1, infoHash: HASH, peerId }), 0);
  if (gives) session.handleFrame(encodePeerMessage({ type: 'have', entries: [whole(5)] }), 0);
  return session;
}

function start(peers: readonly PeerSession[]) {
  const turnover = new PeerTurnover();
  for (const session of peers) turnover.open(session, 0);
  const view = { maxPeers: 24, hasStrangers: true, candidate: false, served: new Set<PeerSession>() };
  const asView = (): TurnoverView => ({
    ...view,
    hasCandidate: () => view.candidate,
    isServed: (session) => view.served.has(session),
  });
  /** Reviews up to `until`; who was let go, and when. */
  const run = (until: number, from = 0): [number, number][] => {
    const gone: [number, number][] = [];
    for (let now = from; now <= until; now += 1_000) {
      const session = turnover.review(asView(), now);
      if (!session) continue;
      gone.push([session.identity.linkId, now]);
      turnover.close(session.identity.linkId);
    }
    return gone;
  };
  return { turnover, view, run };
}

describe('PeerTurnover', () => {
  test('[SWARM-7] past its grace one too many is let go, the least useful first, one in ten seconds', () => {
    const { turnover, view, run } = start([peer(1), peer(2), peer(3), peer(4)]);
    view.maxPeers = 2;
    turnover.noteReceived(1, 500);
    turnover.noteGiven(2, 900);
    turnover.noteReceived(3, 700);
    expect(run(60_000)).toEqual([
      [4, 30_000],
      [1, 40_000],
    ]);
    expect(turnover.wasLetGo('4'.padStart(20, 'p'), 60_000)).toBe(true);
  });

  test('[SWARM-7] what was exchanged lately counts more than what was exchanged once', () => {
    const { turnover, view, run } = start([peer(1), peer(2)]);
    turnover.noteReceived(1, 1_000);
    run(60_000);
    turnover.noteReceived(2, 500);
    view.maxPeers = 1;
    expect(run(80_000, 61_000)).toEqual([[1, 70_000]]);
  });

  test('[SWARM-7] nobody goes while a request is open, in either direction', () => {
    const [first, second] = [peer(1), peer(2)];
    const { view, run } = start([first, second]);
    view.maxPeers = 0;
    first.request(KEY, id, { start: 0, end: 10 }, 0, 0);
    view.served.add(second);
    expect(run(100_000)).toEqual([]);
    view.served.clear();
    expect(run(200_000, 101_000)).toEqual([[2, 110_000]]);
  });

  test('[SWARM-8] a useless peer makes room for a candidate, one in a minute; one with something to give stays', () => {
    const { view, run } = start([peer(1, false), peer(2), peer(3, false)]);
    view.maxPeers = 1;
    view.candidate = true;
    // Three are too many: that is another rule. From here on all places are just taken.
    view.maxPeers = 3;
    expect(run(200_000)).toEqual([[1, 60_000]]);
    view.maxPeers = 2;
    expect(run(300_000, 201_000)).toEqual([[3, 210_000]]);
    view.maxPeers = 1;
    expect(run(900_000, 301_000)).toEqual([]);
  });

  test('[SWARM-8] without a candidate it goes after five minutes, and not at all where nobody else is', () => {
    const { view, run } = start([peer(1, false)]);
    view.maxPeers = 1;
    view.hasStrangers = false;
    expect(run(600_000)).toEqual([]);
    view.hasStrangers = true;
    expect(run(620_000, 601_000)).toEqual([[1, 610_000]]);
    const other = start([peer(1, false)]);
    other.view.maxPeers = 1;
    expect(other.run(900_000)).toEqual([[1, 300_000]]);
  });

  test('[SWARM-8] one that fails counts as having nothing until it delivers again', () => {
    const { turnover, view, run } = start([peer(1)]);
    view.maxPeers = 1;
    view.candidate = true;
    turnover.noteFailure(1);
    turnover.noteFailure(1);
    turnover.noteReceived(1, 1);
    expect(run(200_000)).toEqual([]);
    turnover.noteFailure(1);
    turnover.noteFailure(1);
    expect(run(220_000, 201_000)).toEqual([[1, 210_000]]);
  });

  test('[SWARM-9] where there are too many, those who give stay, and so does a quarter that does not', () => {
    const peers = [1, 2, 3, 4].map((linkId) => peer(linkId, linkId === 4));
    const { turnover, view, run } = start(peers);
    for (const linkId of [1, 2, 3]) turnover.noteGiven(linkId, 1_000 * linkId);
    view.maxPeers = 3;
    expect(run(60_000)).toEqual([[1, 30_000]]);
    view.maxPeers = 2;
    expect(run(100_000, 61_000)).toEqual([[2, 70_000]]);
    // One who gives nothing is kept, although the other was worth less to it.
    view.maxPeers = 1;
    expect(run(140_000, 101_000)).toEqual([[4, 110_000]]);
  });

  test('[SWARM-10] who was let go is remembered for two minutes, 64 of them at most', () => {
    const peers = Array.from({ length: 66 }, (_, index) => peer(index + 1));
    const { turnover, view, run } = start(peers);
    view.maxPeers = 65;
    run(30_000);
    const nameOf = (linkId: number) => `${linkId}`.padStart(20, 'p');
    expect([29_999, 149_999, 150_000].map((now) => turnover.wasLetGo(nameOf(1), now))).toEqual([true, true, false]);
    view.maxPeers = 0;
    run(700_000, 31_000);
    expect(turnover.wasLetGo(nameOf(1), 31_000)).toBe(false);
    expect(turnover.wasLetGo(nameOf(2), 31_000)).toBe(false);
    expect(turnover.wasLetGo(nameOf(3), 31_000)).toBe(true);
  });
});
