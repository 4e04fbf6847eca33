import { SeededRandom } from '../src/chance/seeded-random';
import { drawAccess, type Access } from '../src/network/access';
import { canConnect, drawNat, NAT_MIXES } from '../src/network/nat';
import { Network, type NetworkHost } from '../src/network/network';
import { LinkDirectory, SimulatedLinks } from '../src/network/peer-links';
import { EventQueue } from '../src/time/event-queue';

const DATA_TYPE = 5;
const HEADER_BYTES = 3;

const access = (changes: Partial<Access> = {}): Access => ({
  className: 'test',
  downBitrate: 8_000_000,
  upBitrate: 800_000,
  lineRttMs: 10,
  regionMs: 10,
  nat: 'open',
  uploads: true,
  isCellular: false,
  ...changes,
});

function dataFrame(payload: number): Uint8Array {
  const frame = new Uint8Array(payload + HEADER_BYTES);
  frame[0] = DATA_TYPE;
  return frame;
}

/** What one end of a link heard. */
class End {
  readonly frames: Uint8Array[] = [];
  readonly arrivals: number[] = [];
  flushed = 0;
  closed: string | undefined;
  isOpen = false;

  constructor(private readonly queue: EventQueue) {}

  listener(onDescription: (sdp: string) => void) {
    return {
      onDescription: ({ sdp }: { sdp: string }) => onDescription(sdp),
      onOpen: () => void (this.isOpen = true),
      onMessage: (frame: Uint8Array) => {
        this.frames.push(frame);
        this.arrivals.push(this.queue.now);
      },
      onFlushed: (byteCount: number) => void (this.flushed += byteCount),
      onClose: (reason: string) => void (this.closed = reason),
    };
  }
}

function connect(queue: EventQueue, a: NetworkHost, b: NetworkHost) {
  const ends = [new End(queue), new End(queue)] as const;
  const directory = new LinkDirectory();
  const links = [new SimulatedLinks(a, directory), new SimulatedLinks(b, directory)] as const;
  const offering = links[0].offer(
    ends[0].listener((sdp) => {
      answering = links[1].answer(
        { type: 'offer', sdp },
        ends[1].listener((answer) => offering.accept({ type: 'answer', sdp: answer })),
      );
    }),
  );
  let answering = offering;
  queue.runUntil(queue.now + 20_000);
  return { offering, answering, ends, links };
}

function makeWorld() {
  const queue = new EventQueue();
  return { queue, network: new Network(queue, new SeededRandom(1), 1) };
}

describe('links', () => {
  test('what goes in comes out, in order, and no faster than the uplink', () => {
    const { queue, network } = makeWorld();
    const sender = network.addHost(access());
    const { offering, ends } = connect(queue, sender, network.addHost(access()));
    const start = queue.now;
    const sent = Array.from({ length: 40 }, (_, index) => dataFrame(1_000 + index));
    for (const frame of sent) offering.send(frame);
    queue.runUntil(start + 10_000);
    expect(ends[1].frames).toEqual(sent);
    const bytes = sent.reduce((sum, frame) => sum + frame.length, 0);
    expect(ends[0].flushed).toBe(bytes);
    expect(sender.uplink.carriedBytes).toBeCloseTo(bytes);
    // 800 kb/s are 100 bytes per millisecond.
    expect(ends[1].arrivals.at(-1)! - start).toBeGreaterThanOrEqual(bytes / 100);
    expect(ends[1].arrivals.at(-1)! - start).toBeLessThan(bytes / 100 + 100);
    expect(network.totals).toMatchObject({ lostPayload: 0, sentPayload: bytes - 40 * HEADER_BYTES });
    expect(network.totals.arrivedPayload).toBe(network.totals.sentPayload);
  });

  test('connections share an uplink evenly, and a downlink is as slow as it is', () => {
    const { queue, network } = makeWorld();
    const sender = network.addHost(access({ upBitrate: 16_000_000 }));
    const receivers = [network.addHost(access()), network.addHost(access({ downBitrate: 400_000 }))];
    const [fast, slow] = receivers.map((receiver) => connect(queue, sender, receiver));
    const start = queue.now;
    for (let index = 0; index < 200; index += 1)
      for (const link of [fast!, slow!]) link.offering.send(dataFrame(16_384));
    queue.runUntil(start + 1_000);
    const receivedBy = ({ ends }: typeof fast & object) => ends[1].frames.reduce((sum, { length }) => sum + length, 0);
    expect(receivedBy(fast!)).toBeLessThanOrEqual(1_000_000);
    expect(receivedBy(fast!)).toBeGreaterThan(800_000);
    expect(receivedBy(slow!)).toBeLessThanOrEqual(50_000);
    // The window keeps a slow receiver from piling up what is under way.
    expect(sender.uplink.carriedBytes).toBeLessThan(1_000_000 + 50_000 + 2 * 262_144 + 32_768);
  });

  test('a long way caps the rate at window over round trip', () => {
    const { queue, network } = makeWorld();
    const far = { upBitrate: 1e9, downBitrate: 1e9, lineRttMs: 50 };
    const { offering, ends } = connect(queue, network.addHost(access(far)), network.addHost(access(far)));
    const start = queue.now;
    for (let index = 0; index < 1_000; index += 1) offering.send(dataFrame(16_381));
    queue.runUntil(start + 1_060);
    const rate = ends[1].frames.length * 16_384;
    // 256 KiB per 120 ms.
    expect(rate / ((262_144 * 1_000) / 120)).toBeGreaterThan(0.9);
    expect(rate / ((262_144 * 1_000) / 120)).toBeLessThan(1.1);
  });

  test('small messages are not held up by media on other links, and every byte is reported in the end', () => {
    const { queue, network } = makeWorld();
    const sender = network.addHost(access());
    const { offering, ends } = connect(queue, sender, network.addHost(access()));
    for (let index = 0; index < 5_000; index += 1) offering.send(Uint8Array.of(2, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    queue.runUntil(queue.now + 1_000);
    expect(ends[1].frames).toHaveLength(5_000);
    expect(50_000 - ends[0].flushed).toBeLessThanOrEqual(network.windowBytes / 8);
  });

  test('a goodbye is heard at once, a death later', () => {
    const { queue, network } = makeWorld();
    const polite = connect(queue, network.addHost(access()), network.addHost(access()));
    const dead = connect(queue, network.addHost(access()), network.addHost(access()));
    polite.offering.close();
    dead.links[0].vanish();
    queue.runUntil(queue.now + 1_000);
    expect([polite.ends[1].closed, dead.ends[1].closed]).toEqual(['closed by the other side', undefined]);
    queue.runUntil(queue.now + 20_000);
    expect(dead.ends[1].closed).toBe('no sign of life');
  });

  test('a pair that cannot connect finds out', () => {
    const { queue, network } = makeWorld();
    const symmetric = access({ nat: 'symmetric' });
    const { ends } = connect(queue, network.addHost(symmetric), network.addHost(symmetric));
    expect(ends.map(({ isOpen, closed }) => ({ isOpen, closed }))).toEqual([
      { isOpen: false, closed: 'could not connect' },
      { isOpen: false, closed: 'could not connect' },
    ]);
  });
});

describe('the audience', () => {
  test.each(NAT_MIXES)('about 78 %% of its pairs connect: %s', (mix) => {
    const random = new SeededRandom(7);
    const nats = Array.from({ length: 20_000 }, () => drawNat(random, mix));
    const connected = nats.filter((nat, index) => canConnect(nat, nats[(index + 1) % nats.length]!)).length;
    expect(connected / nats.length).toBeGreaterThan(0.75);
    expect(connected / nats.length).toBeLessThan(0.81);
  });

  test.each([0, 0.3, 1])('gives nothing to the part of %d, and a fifth is on mobile networks', (share) => {
    const random = new SeededRandom(7);
    const lines = Array.from({ length: 10_000 }, () => drawAccess(random, 'broadband', share, 'blocked'));
    const mobile = lines.filter(({ className }) => className === 'mobile');
    expect(mobile.length / lines.length).toBeCloseTo(0.2, 1);
    expect(mobile.some(({ uploads }) => uploads)).toBe(false);
    expect(lines.filter(({ uploads }) => !uploads).length / lines.length).toBeCloseTo(Math.max(0.2, share), 1);
  });
});
