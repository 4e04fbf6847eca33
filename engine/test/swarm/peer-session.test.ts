import { nextState } from '../../src/base/transition-table';
import { MAX_HAVE_ENTRIES, MAX_SEGMENTS_PER_PEER } from '../../src/protocol/limits';
import { encodePeerMessage, type HaveEntry, type PeerMessage } from '../../src/protocol/peer-messages';
import { hasAll } from '../../src/swarm/offer';
import { PEER_SESSION_TRANSITIONS, SILENCE_MS } from '../../src/swarm/peer-session';
import {
  GREETING,
  HASH,
  KEY,
  OTHER,
  readySession,
  SELF,
  startSession,
  whole,
  type SessionRig,
} from '../support/peer-session-rig';

const KEY_6 = '00000001/0/6';

type State = keyof typeof PEER_SESSION_TRANSITIONS;
const INTO: Record<State, () => SessionRig> = {
  connecting: () => {
    const rig = startSession();
    rig.session.expect(OTHER, 0);
    return rig;
  },
  handshaking: () => {
    const rig = INTO.connecting();
    rig.session.handleOpen();
    return rig;
  },
  ready: () => {
    const rig = INTO.handshaking();
    rig.receive(GREETING);
    return rig;
  },
  closed: () => {
    const rig = INTO.ready();
    rig.session.close();
    return rig;
  },
};
const EVENTS = {
  open: ({ session }: SessionRig) => session.handleOpen(),
  greeted: ({ receive }: SessionRig) => receive(GREETING),
  close: ({ session }: SessionRig) => session.close(),
};

describe('PeerSession: states', () => {
  const cells = (Object.keys(INTO) as State[]).flatMap((state) =>
    (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).map((event) => [state, event] as const),
  );

  test.each(cells)('[PEER-1] in state %s, event %s', (state, event) => {
    const rig = INTO[state]();
    const { sent } = rig;
    const sentBefore = sent.length;
    EVENTS[event](rig);
    const next = nextState(PEER_SESSION_TRANSITIONS, state, event);
    // A handshake at any other time is a violation, and ends it.
    const expected = next ?? (event === 'greeted' ? 'closed' : state);
    expect([rig.session.isReady, rig.session.isClosed]).toEqual([expected === 'ready', expected === 'closed']);
    if (!next) expect(sent).toHaveLength(sentBefore);
  });

  test('[PEER-3] greets when open, and is ready once the other side has proven who it is', () => {
    const { session, sent, told, receive } = INTO.connecting();
    session.handleOpen();
    expect(sent).toEqual([{ type: 'handshake', version: 1, infoHash: HASH, peerId: SELF }]);
    receive(GREETING);
    expect([session.isReady, session.peerId, told]).toEqual([true, OTHER, ['ready']]);
  });

  test.each<[string, PeerMessage, string]>([
    ['another version', { ...GREETING, version: 2 }, 'protocol version 2'],
    ['another swarm', { ...GREETING, infoHash: 'x'.repeat(20) }, 'handshake of another swarm'],
    ['another name than signalling said', { ...GREETING, peerId: 'c'.repeat(20) }, 'handshake of another peer'],
    ['anything before the handshake', { type: 'cancel', requestId: 1 }, 'cancel before the handshake'],
  ])('[PEER-3] %s is a violation', (_, message, reason) => {
    const { told, receive } = INTO.handshaking();
    receive(message);
    expect(told).toEqual([`unwanted! ${reason}`]);
  });

  test('[PEER-9] a link that is not ready 20 s after signalling is given up', () => {
    for (const state of ['connecting', 'handshaking'] as const) {
      const { session, told } = INTO[state]();
      expect(session.wakeAt).toBe(20_000);
      session.wake(19_999);
      expect(told).toEqual([]);
      session.wake(20_000);
      expect(told).toEqual(['unwanted not ready in time']);
    }
    expect(INTO.ready().session.wakeAt).toBe(SILENCE_MS);
    expect(INTO.closed().session.wakeAt).toBe(Infinity);
    expect(startSession().session.wakeAt).toBe(Infinity);
  });

  test('after the end nothing is heard, said or awaited', () => {
    const { session, told, sent, receive, ask } = readySession();
    ask(0, 100);
    session.close();
    expect(told).toEqual(['failed 1 closed']);
    sent.length = 0;
    receive({ type: 'have', entries: [whole(6)] });
    session.sendEncoded(encodePeerMessage({ type: 'have', entries: [whole(1)] }));
    expect([told.length, sent.length, session.availability.size, session.openRequests.size]).toEqual([1, 0, 0, 0]);
  });
});

describe('PeerSession: what the other side has', () => {
  test('[HAVE-2] is what it said last of each segment', () => {
    const { session, told, receive } = readySession();
    const six = whole(6).id;
    const partOf = (blocks: number): HaveEntry => ({
      id: six,
      state: 'partial',
      totalBytes: 900_000,
      blocks: Uint8Array.of(blocks),
    });
    receive({ type: 'have', entries: [partOf(0b11), whole(7), partOf(0b100)] });
    receive({ type: 'have', entries: [{ id: whole(7).id, state: 'gone' }] });
    const keys = [KEY, KEY_6, '00000001/0/7'];
    expect(keys.map((key) => session.availability.has(key))).toEqual([true, true, false]);
    expect(session.availability.size).toBe(2);
    expect(told).toHaveLength(4);
    const offer = session.availability.get(KEY_6);
    expect([0, 1, 2, 3].filter((block) => offer?.blocks?.has(block))).toEqual([2]);
    expect([hasAll(offer), hasAll(session.availability.get(KEY)), hasAll(undefined)]).toEqual([false, true, false]);
    receive({ type: 'have', entries: [whole(6)] });
    expect(session.availability.get(KEY_6)).toEqual({ linkId: 3, totalBytes: 1000, blocks: undefined });
  });

  // A view of the frame would keep up to 64 KiB for each of 8192 segments.
  test('what is kept of an announcement is not the frame that it came in', () => {
    const { session } = readySession();
    const blocks = Uint8Array.of(0b1);
    const frame = encodePeerMessage({
      type: 'have',
      entries: [{ id: whole(6).id, state: 'partial', totalBytes: 900_000, blocks }],
    });
    session.handleFrame(frame, 0);
    frame.fill(0xff);
    expect(session.availability.get(KEY_6)?.blocks?.toBytes()).toEqual(blocks);
  });

  test('[PEER-11] is not more than we can remember', () => {
    const { session, told, receive } = readySession();
    for (
      let first = 6;
      session.availability.size + MAX_HAVE_ENTRIES <= MAX_SEGMENTS_PER_PEER;
      first += MAX_HAVE_ENTRIES
    ) {
      receive({ type: 'have', entries: Array.from({ length: MAX_HAVE_ENTRIES }, (_, index) => whole(first + index)) });
    }
    const left = MAX_SEGMENTS_PER_PEER - session.availability.size;
    receive({ type: 'have', entries: Array.from({ length: left }, (_, index) => whole(100_000 + index)) });
    expect(session.availability.size).toBe(MAX_SEGMENTS_PER_PEER);
    expect(told.some((line) => line.startsWith('unwanted'))).toBe(false);
    receive({ type: 'have', entries: [whole(200_000)] });
    expect(told.at(-1)).toBe('unwanted! more segments than allowed');
  });
});

describe('PeerSession: what the other side says of itself', () => {
  test('[PEER-14] is what it said last, and unknown before', () => {
    const { session, told, receive } = readySession();
    expect(session.about).toBeUndefined();
    receive({ type: 'about', uploadKbps: 5_000, isSettled: false });
    receive({ type: 'about', uploadKbps: 0, isSettled: true });
    expect(session.about).toMatchObject({ uploadKbps: 0, isSettled: true });
    expect(told).toEqual([]);
  });

  test('[PEER-14] is said in one message', () => {
    const { session, sent } = readySession();
    session.sendAbout(7_500, true);
    expect(sent).toEqual([{ type: 'about', uploadKbps: 7_500, isSettled: true }]);
  });

  test.each<PeerMessage>([{ type: 'about', uploadKbps: 1, isSettled: true }, { type: 'free' }])(
    '[PEER-3] $type before the handshake is a violation',
    (message) => {
      const { told, receive } = INTO.handshaking();
      receive(message);
      expect(told).toEqual([`unwanted! ${message.type} before the handshake`]);
    },
  );
});
