import { nextState } from '../../src/base/transition-table';
import { TRACKER_CLIENT_TRANSITIONS, TrackerClient } from '../../src/swarm/tracker-client';

const HASH = 'h'.repeat(20);
const ANNOUNCED = JSON.stringify({ action: 'announce', info_hash: HASH, interval: 60, complete: 0, incomplete: 4 });

const REFUSED = failure('token expired');

function failure(reason: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ action: 'announce', info_hash: HASH, 'failure reason': reason, ...more });
}

/** A client whose host writes everything down. */
function start(chance = 0.5) {
  const did: string[] = [];
  const sent: Record<string, unknown>[] = [];
  const lost: { reason: string; retryInMs: number }[] = [];
  const shown: { token: string | undefined; isAwaited: boolean } = { token: undefined, isAwaited: false };
  const turnedAway: (string | undefined)[] = [];
  const preparing = { offers: false, renewal: false };
  const client = new TrackerClient(HASH, 'p'.repeat(20), {
    open: () => did.push('open'),
    send: (text) => {
      sent.push(JSON.parse(text) as Record<string, unknown>);
      const { event = 'update' } = sent.at(-1) as { event?: string };
      did.push(`send ${event}`);
    },
    close: () => did.push('close'),
    chance: () => chance,
    uploadedBytes: () => 11,
    downloadedBytes: () => 22,
    token: () => shown.token,
    isAwaitingToken: () => shown.isAwaited,
    isPreparingOffers: () => preparing.offers,
    isPreparingRenewal: () => preparing.renewal,
    onAnnounced: (swarmSize, isFirst) => did.push(`announced ${swarmSize} ${isFirst}`),
    onRelayed: ({ type }) => did.push(`relayed ${type}`),
    onLost: (reason, retryInMs) => lost.push({ reason, retryInMs }),
    onTurnedAway: (refusedToken) => turnedAway.push(refusedToken ? `token ${refusedToken.shown}` : undefined),
    onRefused: (reason) => did.push(`refused ${reason}`),
  });
  return { client, did, sent, lost, preparing, shown, turnedAway };
}

type State = keyof typeof TRACKER_CLIENT_TRANSITIONS;
type Rig = ReturnType<typeof start>;

/** Ways into each state. */
const INTO: Record<State, (rig: Rig) => void> = {
  idle: () => undefined,
  connecting: ({ client }) => client.start(0),
  joining: (rig) => {
    INTO.connecting(rig);
    rig.client.handleOpen(100);
  },
  joined: (rig) => {
    INTO.joining(rig);
    rig.client.handleMessage(ANNOUNCED, 200);
  },
  refused: (rig) => {
    INTO.joining(rig);
    rig.client.handleMessage(REFUSED, 200);
  },
  waiting: (rig) => {
    INTO.connecting(rig);
    rig.client.handleClose('refused', 300);
  },
  left: ({ client }) => client.leave(),
};
const EVENTS = {
  start: ({ client }: Rig) => client.start(1000),
  open: ({ client }: Rig) => client.handleOpen(1000),
  answered: ({ client }: Rig) => client.handleMessage(ANNOUNCED, 1000),
  refused: ({ client }: Rig) => client.handleMessage(REFUSED, 1000),
  lost: ({ client }: Rig) => client.handleClose('gone', 1000),
  retry: ({ client }: Rig) => client.wake(client.wakeAt),
  leave: ({ client }: Rig) => client.leave(),
};

/** What can be seen of a state from outside. */
function stateSeen({ client }: Rig): string {
  if (client.isJoined) return 'joined';
  return client.wakeAt === Infinity ? 'idle or left' : 'connecting, joining or waiting';
}
const seenOf = (state: State): string =>
  state === 'joined' ? 'joined' : ['idle', 'left'].includes(state) ? 'idle or left' : 'connecting, joining or waiting';

describe('TrackerClient', () => {
  const cells = (Object.keys(INTO) as State[]).flatMap((state) =>
    (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).map((event) => [state, event] as const),
  );

  test.each(cells)('[ANN-1] in state %s, event %s leads where the table says, or nowhere', (state, event) => {
    const rig = start();
    INTO[state](rig);
    const before = [...rig.did];
    // The alarm means a retry while waiting only; elsewhere it is a time-out or a renewal, tested below.
    if (event === 'retry' && state !== 'waiting' && state !== 'refused') return;
    EVENTS[event](rig);
    const next = nextState(TRACKER_CLIENT_TRANSITIONS, state, event);
    expect(stateSeen(rig)).toBe(seenOf(next ?? state));
    // A refusal is reported whenever there is somebody to hear it.
    if (!next)
      expect(rig.did.filter((what) => !what.startsWith('refused'))).toEqual(
        before.filter((what) => !what.startsWith('refused')),
      );
  });

  test('[ANN-9] joins, renews in the interval that the tracker asks for, and counts what was moved', () => {
    const rig = start();
    INTO.joined(rig);
    expect(rig.did).toEqual(['open', 'send started', 'announced 4 true']);
    expect(rig.sent[0]).toMatchObject({ uploaded: 11, downloaded: 22, left: 1, offers: [] });
    expect(rig.client.wakeAt).toBe(60_200);
    rig.client.wake(60_199);
    expect(rig.did).toHaveLength(3);
    rig.client.wake(60_200);
    rig.client.handleMessage(ANNOUNCED, 60_300);
    expect(rig.did.slice(3)).toEqual(['send update', 'announced 4 false']);
    expect(rig.client.wakeAt).toBe(120_300);
  });

  test('[ANN-2] after a lost socket the client is back within seconds, with jitter', () => {
    const delays = [0, 0.5, 0.999].map((chance) => {
      const rig = start(chance);
      INTO.joined(rig);
      rig.client.handleClose('gone', 300);
      return rig.lost[0]?.retryInMs ?? 0;
    });
    expect(delays).toEqual([1000, 1500, 1999]);
    const rig = start();
    INTO.waiting(rig);
    rig.client.wake(rig.client.wakeAt);
    expect(rig.did).toEqual(['open', 'open']);
  });

  test('[ANN-6] a tracker that is away is tried every 10 s at least for 2 minutes, then ever more seldom', () => {
    const { client, lost } = start(0.999);
    client.start(0);
    for (let now = 0; lost.length < 20; now = client.wakeAt) {
      client.wake(now);
      client.handleClose('refused', now);
    }
    const seconds = lost.map(({ retryInMs }) => Math.ceil(retryInMs / 1000));
    expect(seconds.slice(0, 6)).toEqual([2, 4, 8, 10, 10, 10]);
    // 14 s for the first three, and 11 more of 10 s until 2 minutes are over.
    expect(seconds.slice(13)).toEqual([10, 20, 40, 60, 60, 60, 60]);
  });

  // Measured from the moment of the return, whenever that is: between two tries of the waiting.
  test('[ANN-6] one that comes back after 30 s is found within 10 s', () => {
    for (const chance of [0, 0.25, 0.5, 0.75, 0.999]) {
      const { client } = start(chance);
      client.start(0);
      client.handleClose('gone', 0);
      while (client.wakeAt < 30_000) {
        const now = client.wakeAt;
        client.wake(now);
        client.handleClose('gone', now);
      }
      expect(client.wakeAt).toBeLessThanOrEqual(40_000);
    }
  });

  test('[ANN-6] after a healthy connection an absence begins anew', () => {
    const rig = start(0.999);
    rig.client.start(0);
    for (let now = 0; now < 200_000; now = rig.client.wakeAt) {
      rig.client.wake(now);
      rig.client.handleClose('gone', now);
    }
    const now = rig.client.wakeAt;
    rig.client.wake(now);
    rig.client.handleOpen(now);
    rig.client.handleMessage(ANNOUNCED, now);
    rig.client.handleClose('gone', now + 10_000);
    expect(rig.lost.at(-1)?.retryInMs).toBe(1_999);
  });

  test('[ANN-20] a tracker that says when it is back is left alone until then, and that is no failed try', () => {
    const rig = start(0.999);
    INTO.joined(rig);
    rig.client.handleClose('retry-after-ms=4321', 1_000, 4_321);
    expect(rig.lost).toEqual([{ reason: 'retry-after-ms=4321', retryInMs: 4_321 }]);
    rig.client.wake(5_320);
    expect(rig.did.filter((what) => what === 'open')).toHaveLength(1);
    rig.client.wake(5_321);
    expect(rig.did.filter((what) => what === 'open')).toHaveLength(2);
    rig.client.handleClose('gone', 5_400);
    expect(rig.lost.at(-1)?.retryInMs).toBe(1_999);
  });

  // One that accepts and drops at once is not healthy: its viewers must not come back every second.
  test('[ANN-6] only a connection that lasted resets the waiting', () => {
    const { client, lost } = start(0.999);
    client.start(0);
    const connectFor = (ms: number): void => {
      client.wake(client.wakeAt);
      const now = client.wakeAt;
      client.handleOpen(now);
      client.handleMessage(ANNOUNCED, now);
      client.handleClose('dropped', now + ms);
    };
    client.handleClose('refused', 0);
    for (const ms of [100, 9_999, 10_000, 100]) connectFor(ms);
    expect(lost.map(({ retryInMs }) => Math.ceil(retryInMs / 1000))).toEqual([2, 4, 8, 2, 4]);
  });

  test.each(['connecting', 'joining'] as const)(
    '[ANN-10] an answer that does not come in 15 s is a loss: %s',
    (state) => {
      const rig = start();
      INTO[state](rig);
      expect(rig.client.wakeAt).toBe(15_000);
      rig.client.wake(15_000);
      expect(rig.did.at(-1)).toBe('close');
      expect(rig.lost).toEqual([{ reason: 'no answer in time', retryInMs: 1500 }]);
    },
  );

  // After a sleep the socket may be dead and say nothing for a quarter of an hour.
  test('[ANN-10] nor does one to a renewal', () => {
    const rig = start();
    INTO.joined(rig);
    const renewAt = rig.client.wakeAt;
    rig.client.wake(renewAt + 3_600_000);
    expect(rig.did.at(-1)).toBe('send update');
    expect(rig.client.wakeAt).toBe(renewAt + 3_615_000);
    rig.client.wake(renewAt + 3_615_000);
    expect(rig.lost).toEqual([{ reason: 'no answer in time', retryInMs: 1500 }]);
    rig.client.wake(rig.client.wakeAt);
    expect(rig.did.slice(-2)).toEqual(['close', 'open']);
  });

  test('[ANN-9] an answered renewal is not looked at again', () => {
    const rig = start();
    INTO.joined(rig);
    const renewAt = rig.client.wakeAt;
    rig.client.wake(renewAt);
    rig.client.handleMessage(ANNOUNCED, renewAt + 100);
    expect(rig.client.wakeAt).toBe(renewAt + 100 + 60_000);
  });

  // The socket of the next connection is not open yet: to send on it throws in a browser.
  test('[ANN-2] an answer whose tracker is gone meanwhile is not sent', () => {
    for (const [state, count] of [
      ['connecting', 0],
      ['waiting', 0],
      ['left', 0],
      ['joined', 1],
    ] as const) {
      const rig = start();
      INTO[state](rig);
      const before = rig.sent.length;
      rig.client.sendAnswer({ toPeerId: 'q'.repeat(20), offerId: 'o', answer: { type: 'answer', sdp: 's' } });
      expect([state, rig.sent.length - before]).toEqual([state, count]);
    }
  });

  test('[ANN-3] says goodbye where it was heard before, and closes', () => {
    const said = (state: State): string[] => {
      const rig = start();
      INTO[state](rig);
      const before = rig.did.length;
      rig.client.leave();
      rig.client.leave();
      return rig.did.slice(before);
    };
    expect(said('joined')).toEqual(['send stopped', 'close']);
    expect(said('joining')).toEqual(['send stopped', 'close']);
    expect(said('connecting')).toEqual(['close']);
    expect(said('waiting')).toEqual([]);
    expect(said('idle')).toEqual([]);
  });

  test('hands over what other viewers say, and reports refusals and nonsense', () => {
    const rig = start();
    INTO.joined(rig);
    const before = rig.did.length;
    const relayed = { action: 'announce', info_hash: HASH, peer_id: 'q'.repeat(20), offer_id: 'o'.repeat(20) };
    rig.client.handleMessage(JSON.stringify({ ...relayed, offer: { type: 'offer', sdp: '' } }), 300);
    rig.client.handleMessage(JSON.stringify({ ...relayed, answer: { type: 'answer', sdp: '' } }), 300);
    rig.client.handleMessage(JSON.stringify({ 'failure reason': 'full' }), 300);
    rig.client.handleMessage('{', 300);
    rig.client.handleMessage(JSON.stringify({ ...relayed, info_hash: 'x'.repeat(20) }), 300);
    expect(rig.did.slice(before)).toEqual(['relayed offer', 'relayed answer', 'refused full', 'refused not JSON']);
    rig.client.leave();
    rig.client.handleMessage(ANNOUNCED, 400);
    expect(rig.did.at(-1)).toBe('close');
  });

  test('offers and answers go out as they are handed over', () => {
    const rig = start();
    INTO.joined(rig);
    rig.client.sendOffers([{ offerId: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' } }]);
    rig.client.sendAnswer({ toPeerId: 'q'.repeat(20), offerId: 'o'.repeat(20), answer: { type: 'answer', sdp: 't' } });
    expect(rig.sent.slice(1)).toEqual([
      expect.objectContaining({
        numwant: 1,
        offers: [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' } }],
      }),
      expect.objectContaining({ to_peer_id: 'q'.repeat(20), answer: { type: 'answer', sdp: 't' } }),
    ]);
  });
});

describe('TrackerClient: offers that go along', () => {
  const offer = { offerId: 'o'.repeat(20), offer: { type: 'offer' as const, sdp: 's' } };
  const offerCountOf = ({ sent }: Rig) => (sent.at(-1)?.['offers'] as unknown[] | undefined)?.length;

  test('[ANN-13] those described before the socket is open go with the first announce', () => {
    const rig = start();
    rig.client.start(0);
    rig.client.sendOffers([offer]);
    expect(rig.sent).toEqual([]);
    rig.client.handleOpen(100);
    expect([rig.did.at(-1), offerCountOf(rig)]).toEqual(['send started', 1]);
  });

  test('[ANN-13] it waits for those that are being described, a second at most', () => {
    for (const isInTime of [true, false]) {
      const rig = start();
      rig.preparing.offers = true;
      rig.client.start(0);
      rig.client.handleOpen(100);
      expect([rig.sent, rig.client.wakeAt]).toEqual([[], 1_100]);
      if (isInTime) rig.client.sendOffers([offer]);
      rig.client.wake(1_100);
      expect([rig.sent.length, rig.did.at(-1), offerCountOf(rig)]).toEqual([1, 'send started', isInTime ? 1 : 0]);
    }
  });

  test('[ANN-3] who leaves before its first announce has nothing to take back', () => {
    const rig = start();
    rig.preparing.offers = true;
    rig.client.start(0);
    rig.client.handleOpen(100);
    rig.client.leave();
    expect([rig.sent, rig.did.at(-1), rig.client.wakeAt]).toEqual([[], 'close', Infinity]);
  });

  test('[ANN-15] a renewal waits for an offer that is to go along, and goes without it after 5 s', () => {
    const rig = start();
    INTO.joined(rig);
    rig.preparing.renewal = true;
    const dueAt = rig.client.wakeAt;
    rig.client.wake(dueAt);
    expect([rig.sent.length, rig.client.wakeAt]).toEqual([1, dueAt + 5_000]);
    rig.client.wake(dueAt + 5_000);
    expect([rig.sent.length, rig.did.at(-1)]).toEqual([2, 'send update']);
  });
});

describe('TrackerClient: refused', () => {
  test('[ANN-19] a refused announce is repeated on the same socket, ever more seldom, until it is answered', () => {
    const rig = start(0.999);
    INTO.joining(rig);
    const waits: number[] = [];
    for (let now = 200; waits.length < 5; now = rig.client.wakeAt) {
      rig.client.wake(now);
      rig.client.handleMessage(failure('this stream is not for you'), now);
      waits.push(Math.ceil((rig.client.wakeAt - now) / 1000));
    }
    expect(waits).toEqual([10, 20, 40, 60, 60]);
    rig.client.wake(rig.client.wakeAt);
    rig.client.handleMessage(ANNOUNCED, rig.client.wakeAt);
    expect(rig.did.filter((what) => ['open', 'close'].includes(what))).toEqual(['open']);
    expect(rig.did.filter((what) => what.startsWith('send'))).toEqual(Array(6).fill('send started'));
    expect(rig.did.at(-1)).toBe('announced 4 true');
    expect(rig.turnedAway).toEqual(Array(5).fill(undefined));
  });

  test('[ANN-19] after the time that the tracker names, or up to a quarter more: it says the same to everybody', () => {
    const waits = [0, 0.5, 0.999].map((chance) => {
      const rig = start(chance);
      INTO.joining(rig);
      rig.client.handleMessage(failure('the tracker is overloaded', { interval: 300 }), 1_000);
      return Math.round((rig.client.wakeAt - 1_000) / 1000);
    });
    expect(waits).toEqual([300, 338, 375]);
    const rig = start();
    INTO.joining(rig);
    // Bounded as any interval is.
    rig.client.handleMessage(failure('go away', { interval: 1e9 }), 1_000);
    expect(rig.client.wakeAt).toBeLessThanOrEqual(1_000 + 1.25 * 3_600_000);
  });

  test('[ANN-19] who asks again and is not answered takes the tracker for lost', () => {
    const rig = start();
    INTO.refused(rig);
    rig.client.wake(rig.client.wakeAt);
    rig.client.wake(rig.client.wakeAt);
    expect([rig.did.at(-1), rig.lost.at(-1)?.reason]).toEqual(['close', 'no answer in time']);
  });

  test('[ANN-19] a refused renewal is an answer, and the end of the membership', () => {
    const rig = start();
    INTO.joined(rig);
    const renewAt = rig.client.wakeAt;
    rig.client.wake(renewAt);
    rig.client.handleMessage(failure('this swarm is not served here'), renewAt + 100);
    expect([rig.client.isJoined, rig.turnedAway]).toEqual([false, [undefined]]);
    rig.client.wake(rig.client.wakeAt);
    expect([rig.did.at(-1), rig.lost]).toEqual(['send started', []]);
  });

  test('[ANN-19] a word that refuses neither a join nor a renewal changes nothing', () => {
    const rig = start();
    INTO.joined(rig);
    const { wakeAt } = rig.client;
    rig.client.handleMessage(JSON.stringify({ action: 'announce', 'failure reason': 'too many messages' }), 1_000);
    expect([rig.client.isJoined, rig.client.wakeAt, rig.turnedAway]).toEqual([true, wakeAt, []]);
  });
});

describe('TrackerClient: tokens', () => {
  const offer = { offerId: 'o'.repeat(20), offer: { type: 'offer' as const, sdp: 's' } };

  test('[ANN-16] the token of the moment goes with each announce, and with none when there is none', () => {
    const rig = start();
    INTO.joined(rig);
    rig.shown.token = 'one';
    rig.client.sendOffers([offer]);
    rig.shown.token = 'two';
    rig.client.wake(rig.client.wakeAt);
    rig.client.sendAnswer({ toPeerId: 'q'.repeat(20), offerId: 'o', answer: { type: 'answer', sdp: 's' } });
    expect(rig.sent.map(({ token }) => token)).toEqual([undefined, 'one', 'two', undefined]);
  });

  test('[ANN-16] the first announce waits for the token, and takes along the offers that are ready by then', () => {
    const rig = start();
    rig.shown.isAwaited = true;
    rig.client.start(0);
    rig.client.handleOpen(100);
    rig.client.sendOffers([offer]);
    rig.client.handleToken(200);
    expect(rig.sent).toEqual([]);
    Object.assign(rig.shown, { token: 'new', isAwaited: false });
    rig.client.handleToken(5_000);
    expect(rig.sent).toMatchObject([{ event: 'started', token: 'new', offers: [{ offer_id: offer.offerId }] }]);
  });

  test('[ANN-16] 10 s at most; the tracker then has 15 s to answer as ever', () => {
    const rig = start();
    rig.shown.isAwaited = true;
    rig.client.start(0);
    rig.client.handleOpen(9_000);
    expect(rig.client.wakeAt).toBe(19_000);
    rig.client.wake(19_000);
    expect([rig.did.at(-1), rig.client.wakeAt]).toEqual(['send started', 34_000]);
  });

  test('[ANN-16] offers that are still being described have their second after the token', () => {
    const rig = start();
    rig.shown.isAwaited = rig.preparing.offers = true;
    rig.client.start(0);
    rig.client.handleOpen(0);
    rig.shown.isAwaited = false;
    rig.client.handleToken(4_000);
    expect([rig.sent, rig.client.wakeAt]).toEqual([[], 5_000]);
  });

  test('[ANN-17] refused because of its token it asks again on the same socket as soon as there is another', () => {
    const rig = start();
    rig.shown.token = 'old';
    INTO.joined(rig);
    rig.client.handleMessage(REFUSED, 1_000);
    expect([rig.turnedAway, rig.client.isJoined]).toEqual([['token old'], false]);
    rig.client.handleToken(1_050);
    expect(rig.sent).toHaveLength(1);
    rig.shown.token = 'new';
    rig.client.handleToken(1_100);
    rig.client.handleMessage(ANNOUNCED, 1_200);
    expect(rig.sent).toMatchObject([{ token: 'old' }, { token: 'new', event: 'started' }]);
    expect(rig.did.filter((what) => what === 'open')).toHaveLength(1);
    expect([rig.client.isJoined, rig.lost]).toEqual([true, []]);
  });

  test('[ANN-17] another token is no reason to ask a tracker again that refused for another reason', () => {
    const rig = start();
    INTO.joining(rig);
    rig.client.handleMessage(failure('this swarm is not served here'), 1_000);
    rig.shown.token = 'new';
    rig.client.handleToken(1_100);
    expect(rig.sent).toHaveLength(1);
  });
});
