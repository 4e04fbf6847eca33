import { nextState } from '../../src/base/transition-table';
import { TRACKER_CLIENT_TRANSITIONS, TrackerClient } from '../../src/swarm/tracker-client';

const HASH = 'h'.repeat(20);
const ANNOUNCED = JSON.stringify({ action: 'announce', info_hash: HASH, interval: 60, complete: 0, incomplete: 4 });

/** A client whose host writes everything down. */
function start(chance = 0.5) {
  const did: string[] = [];
  const sent: Record<string, unknown>[] = [];
  const lost: { reason: string; retryInMs: number }[] = [];
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
    isPreparingOffers: () => preparing.offers,
    isPreparingRenewal: () => preparing.renewal,
    onAnnounced: (swarmSize, isFirst) => did.push(`announced ${swarmSize} ${isFirst}`),
    onRelayed: ({ type }) => did.push(`relayed ${type}`),
    onLost: (reason, retryInMs) => lost.push({ reason, retryInMs }),
    onRefused: (reason) => did.push(`refused ${reason}`),
  });
  return { client, did, sent, lost, preparing };
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
    if (event === 'retry' && state !== 'waiting') return;
    EVENTS[event](rig);
    const next = nextState(TRACKER_CLIENT_TRANSITIONS, state, event);
    expect(stateSeen(rig)).toBe(seenOf(next ?? state));
    if (!next) expect(rig.did).toEqual(before);
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

  test('[ANN-6] a tracker that stays away is tried ever more seldom, but at least every minute', () => {
    const { client, lost } = start(0.999);
    client.start(0);
    for (let now = 0; lost.length < 9; now = client.wakeAt) {
      client.wake(now);
      client.handleClose('refused', now);
    }
    expect(lost.map(({ retryInMs }) => Math.ceil(retryInMs / 1000))).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60]);
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
