import type { IntroductionMessage, PeerSignal } from '../../src/protocol/introduction-messages';
import { Introducer } from '../../src/swarm/introducer';
import { ANSWER_WAIT_MS, Introductions } from '../../src/swarm/introductions';
import type { PeerSession } from '../../src/swarm/peer-session';

const nameOf = (letter: string): string => letter.repeat(20);
const POOR = { roomCount: 20, isPoor: true };
const CONTENT = { roomCount: 5, isPoor: false };

/** As much of a session as introductions touch. */
function peer(linkId: number, letter: string) {
  const sent: IntroductionMessage[] = [];
  const session = {
    identity: { linkId, isInitiator: true, offerId: nameOf('o') },
    peerId: nameOf(letter),
    sendIntroduction: (message: IntroductionMessage) => void sent.push(message),
  } as unknown as PeerSession;
  return { session, sent, linkId, letter };
}
type Peer = ReturnType<typeof peer>;

function start(...introducers: Peer[]) {
  const open = new Set<number>();
  const avoided = new Set<string>();
  let nextLinkId = 101;
  const introductions: Introductions = new Introductions(nameOf('m'), {
    offerLink: () => {
      open.add(nextLinkId);
      return nextLinkId++;
    },
    closeLink: (linkId) => {
      open.delete(linkId);
      introductions.close(linkId);
    },
    makeOfferId: () => `offer ${nextLinkId}`.padStart(20),
    chance: () => 0,
    isAvoided: (peerId) => avoided.has(peerId),
    peerCount: () => 3,
  });
  for (const { session } of introducers) introductions.open(session, 0);
  const tell = ({ linkId }: Peer, letters: string, removed = '') =>
    introductions.handlePeers(linkId, {
      type: 'peers',
      added: Array.from(letters, nameOf),
      removed: Array.from(removed, nameOf),
    });
  const describeAll = () => {
    for (const linkId of [...open]) introductions.handleDescription(linkId, `sdp ${linkId}`);
  };
  return { introductions, open, avoided, tell, describeAll };
}

const relaysOf = ({ sent }: Peer) =>
  sent.flatMap((message) => (message.type === 'relay' ? [{ to: message.peerId[0], ...message.signal }] : []));
const answerOf = (letter: string, { offerId }: Pick<PeerSignal, 'offerId'>) => ({
  type: 'relayed' as const,
  peerId: nameOf(letter),
  signal: { kind: 'answer' as const, offerId, peerCount: 0, sdp: 's' },
});

describe('Introductions: looking for peers', () => {
  test('[INTRO-2] up to eight offers are out at a time, each through somebody who knows the candidate', () => {
    const b = peer(1, 'b');
    const { introductions, open, tell, describeAll } = start(b);
    expect([introductions.isBusy, introductions.seekAt(POOR)]).toEqual([false, Infinity]);
    tell(b, 'nopqrstuvwm');
    expect([introductions.isBusy, introductions.seekAt(POOR)]).toEqual([true, 0]);
    introductions.seek(POOR, 0);
    expect([open.size, introductions.seekAt(POOR)]).toEqual([8, Infinity]);
    describeAll();
    expect(relaysOf(b).map(({ to, kind, peerCount }) => `${to} ${kind} ${peerCount}`)).toEqual(
      Array.from('nopqrstu', (letter) => `${letter} offer 3`),
    );
    const [first] = relaysOf(b);
    expect(introductions.takeAnswer(answerOf('n', first!))).toEqual({ linkId: 101, introducerId: 1 });
    introductions.seek(POOR, 100);
    expect(open.size).toBe(8);
    introductions.noteSuccess(1);
    introductions.seek(POOR, 100);
    expect(open.size).toBe(9);
  });

  test('[INTRO-2] none to itself, to those it is connected to, or beyond its places', () => {
    const b = peer(1, 'b');
    const { introductions, open, avoided, tell } = start(b);
    tell(b, 'mvwx');
    avoided.add(nameOf('v'));
    introductions.seek({ roomCount: 1, isPoor: true }, 0);
    expect(open.size).toBe(1);
    introductions.seek(POOR, 0);
    expect(open.size).toBe(2);
    // Nobody left: it looks again when something changes, or in a minute.
    expect([introductions.isBusy, introductions.seekAt(POOR)]).toEqual([true, 30_000 + 30_000]);
  });

  test('[INTRO-2] who has enough tries one at a time, ever more seldom while it brings nothing', () => {
    const b = peer(1, 'b');
    const { introductions, tell, open } = start(b);
    tell(b, 'nopqrs');
    const triedAt: number[] = [];
    for (let now = 0; now < 120_000; now += 1_000) {
      introductions.wake(now);
      const before = open.size;
      introductions.seek(CONTENT, now);
      if (open.size > before) triedAt.push(now);
    }
    expect(triedAt).toEqual([0, 6_000, 14_000, 30_000, 62_000]);
  });

  test('[INTRO-4] an answer is taken once, and only from the one that was asked', () => {
    const b = peer(1, 'b');
    const { introductions, tell, describeAll } = start(b);
    tell(b, 'v');
    introductions.seek(POOR, 0);
    describeAll();
    const [offer] = relaysOf(b);
    expect(introductions.takeAnswer(answerOf('w', offer!))).toBeUndefined();
    expect(introductions.takeAnswer(answerOf('v', { offerId: nameOf('?') }))).toBeUndefined();
    expect(introductions.takeAnswer(answerOf('v', offer!))).toBeDefined();
    expect(introductions.takeAnswer(answerOf('v', offer!))).toBeUndefined();
  });

  test('[INTRO-5] silence: another introducer is asked, then the candidate is left alone for a while', () => {
    const [b, c, d] = [peer(1, 'b'), peer(2, 'c'), peer(3, 'd')];
    const { introductions, open, tell, describeAll } = start(b, c, d);
    for (const each of [b, c, d]) tell(each, 'v');
    introductions.seek(POOR, 0);
    describeAll();
    expect([b, c, d].map((each) => relaysOf(each).length)).toEqual([1, 0, 0]);
    introductions.wake(ANSWER_WAIT_MS);
    expect([b, c, d].map((each) => relaysOf(each).length)).toEqual([1, 1, 0]);
    introductions.wake(2 * ANSWER_WAIT_MS);
    expect([open.size, introductions.wakeAt]).toEqual([0, Infinity]);
    introductions.seek(POOR, 2 * ANSWER_WAIT_MS);
    expect([open.size, introductions.isBusy]).toEqual([0, false]);
  });

  test('[INTRO-5] an introducer that goes is replaced at once, and its candidates go with it', () => {
    const [b, c] = [peer(1, 'b'), peer(2, 'c')];
    const { introductions, tell, describeAll } = start(b, c);
    tell(b, 'vw');
    tell(c, 'v');
    introductions.seek({ roomCount: 1, isPoor: true }, 0);
    describeAll();
    introductions.close(1);
    expect(introductions.wakeAt).toBe(0);
    introductions.wake(100);
    expect(relaysOf(c).map(({ to }) => to)).toEqual(['v']);
    expect(introductions.hasCandidate(100)).toBe(false);
  });

  test('[INTRO-5] of two offers between the same pair both sides keep the one whose name sorts first', () => {
    const offerFrom = (letter: string) => ({
      type: 'relayed' as const,
      peerId: nameOf(letter),
      signal: { kind: 'offer' as const, offerId: nameOf('o'), peerCount: 0, sdp: 's' },
    });
    for (const [letter, isAnswered, openCount] of [
      ['a', true, 0],
      ['z', false, 1],
    ] as const) {
      const b = peer(1, 'b');
      const { introductions, open, tell, describeAll } = start(b);
      tell(b, letter);
      introductions.seek(POOR, 0);
      describeAll();
      expect(introductions.mayAnswer(1, offerFrom(letter), 10)).toBe(isAnswered);
      expect(open.size).toBe(openCount);
    }
  });

  test('[INTRO-7] attempts are on credit: what comes of them renews it, and so does time', () => {
    const b = peer(1, 'b');
    const { introductions } = start(b);
    const offer = {
      type: 'relayed' as const,
      peerId: nameOf('v'),
      signal: { kind: 'offer' as const, offerId: nameOf('o'), peerCount: 0, sdp: 's' },
    };
    const answered = (count: number, now: number) =>
      Array.from({ length: count }, () => introductions.mayAnswer(1, offer, now)).filter(Boolean).length;
    expect(answered(20, 0)).toBe(8);
    introductions.noteSuccess(1);
    expect(answered(20, 0)).toBe(2);
    expect(answered(20, 180_000)).toBe(3);
  });

  test('[INTRO-1] more names than allowed break the protocol; a name that goes makes room', () => {
    const b = peer(1, 'b');
    const { introductions } = start(b);
    const names = Array.from({ length: 129 }, (_, index) => `${index}`.padStart(20));
    const say = (added: string[], removed: string[] = []) =>
      introductions.handlePeers(1, { type: 'peers', added, removed });
    expect(say(names.slice(0, 128))).toBeUndefined();
    expect(say(names.slice(128), names.slice(0, 1))).toBeUndefined();
    expect(say(names.slice(0, 1))).toBe('more peers than allowed');
  });

  test('an answer goes back by another introducer when the one that brought the offer is gone', () => {
    const [b, c] = [peer(1, 'b'), peer(2, 'c')];
    const { introductions, tell } = start(b, c);
    tell(c, 'v');
    introductions.close(1);
    introductions.answer(1, nameOf('v'), nameOf('o'), 'mine');
    expect(relaysOf(c)).toEqual([{ to: 'v', kind: 'answer', offerId: nameOf('o'), peerCount: 3, sdp: 'mine' }]);
    introductions.answer(1, nameOf('x'), nameOf('o'), 'mine');
    introductions.answer(2, nameOf('v'), nameOf('o'), 's'.repeat(20_000));
    expect(relaysOf(c)).toHaveLength(1);
  });
});

describe('Introducer', () => {
  const signal: PeerSignal = { kind: 'offer', offerId: nameOf('o'), peerCount: 1, sdp: 's' };
  const relayTo = (letter: string) => ({ type: 'relay' as const, peerId: nameOf(letter), signal });

  function introduce(...peers: Peer[]) {
    const present: Peer[] = [];
    const introducer = new Introducer(() => present.map(({ session }) => session));
    const come = (newcomer: Peer) => {
      present.push(newcomer);
      introducer.open(newcomer.session);
    };
    const go = (leaver: Peer) => {
      present.splice(present.indexOf(leaver), 1);
      introducer.close(leaver.session);
    };
    for (const each of peers) come(each);
    const settle = (now: number) => {
      while (introducer.wakeAt <= now) introducer.wake(now);
    };
    return { introducer, come, go, settle };
  }

  test('[INTRO-1] a newcomer hears at once who is there; the others hear of it after two seconds, together', () => {
    const [a, b, c] = [peer(1, 'a'), peer(2, 'b'), peer(3, 'c')];
    const { introducer, settle } = introduce(a, b, c);
    expect([a, b, c].map(({ sent }) => sent)).toEqual([
      [],
      [{ type: 'peers', added: [nameOf('a')], removed: [] }],
      [{ type: 'peers', added: [nameOf('a'), nameOf('b')], removed: [] }],
    ]);
    settle(1_000);
    expect(introducer.wakeAt).toBe(3_000);
    expect(a.sent).toEqual([]);
    settle(3_000);
    expect(a.sent).toEqual([{ type: 'peers', added: [nameOf('b'), nameOf('c')], removed: [] }]);
    expect(introducer.wakeAt).toBe(Infinity);
  });

  test('[INTRO-1] who goes is told of, also when it came a moment ago', () => {
    const [a, b, c] = [peer(1, 'a'), peer(2, 'b'), peer(3, 'c')];
    const { go, settle } = introduce(a, b, c);
    go(b);
    settle(0);
    settle(2_000);
    expect(a.sent).toEqual([{ type: 'peers', added: [nameOf('c')], removed: [nameOf('b')] }]);
  });

  test('[INTRO-3] a signal goes to a direct peer only, once, under the name that its sender has proved', () => {
    const [a, b] = [peer(1, 'a'), peer(2, 'b')];
    const { introducer } = introduce(a, b);
    b.sent.length = 0;
    expect(introducer.passOn(a.session, relayTo('b'), 0)).toBeUndefined();
    expect(introducer.passOn(a.session, relayTo('z'), 0)).toBeUndefined();
    expect(introducer.passOn(a.session, relayTo('a'), 0)).toBeUndefined();
    expect(b.sent).toEqual([{ type: 'relayed', peerId: nameOf('a'), signal }]);
    expect(a.sent).toEqual([]);
  });

  test('[INTRO-6] 60 signals in a minute are taken from a peer, 60 more dropped, and then it is closed', () => {
    const [a, b] = [peer(1, 'a'), peer(2, 'b')];
    const { introducer } = introduce(a, b);
    b.sent.length = 0;
    const pass = (count: number, now: number) =>
      Array.from({ length: count }, () => introducer.passOn(a.session, relayTo('b'), now)).at(-1);
    expect([pass(120, 0), b.sent.length]).toEqual([undefined, 60]);
    expect(pass(1, 59_999)).toBe('signal flood');
    expect([pass(1, 60_000), b.sent.length]).toEqual([undefined, 61]);
  });

  test('[INTRO-6] many who speak to one through us do not have us closed', () => {
    const target = peer(1, 'a');
    const others = Array.from('bcd', (letter, index) => peer(index + 2, letter));
    const { introducer } = introduce(target, ...others);
    target.sent.length = 0;
    for (const { session } of others)
      for (let index = 0; index < 50; index += 1) introducer.passOn(session, relayTo('a'), 0);
    expect(target.sent).toHaveLength(60);
  });
});
