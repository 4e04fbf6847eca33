// Two good clients meet while a bad one does its worst on a connection of its own.

import fc from 'fast-check';
import { StockClient } from '../support/client-process';
import { TestSocket } from '../support/test-socket';
import { BuiltCli, type TrackerProcess } from '../support/tracker-process';
import { damagedMessage } from '../support/wire-json';

const INFO_HASH = '00ff80e9'.repeat(5);
const FIRST_ID = '0a'.repeat(20);
const SECOND_ID = 'fe'.repeat(20);
const MESSAGES_PER_SECOND = 200;
const TICK_MS = 5;
/** The bad client has done so much before the good ones come. */
const HEAD_START = 100;

/** Each of these ended the process on some tracker, or took the sender's or somebody else's socket. */
const KNOWN_KILLERS = [
  'null',
  '{"action":"scrape","info_hash":5}',
  `{"action":"announce","info_hash":"${'h'.repeat(20)}","peer_id":"${'p'.repeat(20)}","offers":[null]}`,
  '{"action":"announce","info_hash":"abc","peer_id":"abc"}',
  `{"action":"scrape","x":${'['.repeat(30_000)}`,
  '{"action":"__proto__","__proto__":{"action":"announce"}}',
];

/** Sends bad messages at that rate for as long as it runs. */
class BadClient {
  sentCount = 0;
  answeredCount = 0;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #messages = [
    ...KNOWN_KILLERS,
    ...fc.sample(damagedMessage, { numRuns: 500, seed: 3 }).map((bytes) => bytes.toString()),
  ];

  constructor(readonly client: TestSocket) {
    client.socket.on('message', () => (this.answeredCount += 1));
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) * MESSAGES_PER_SECOND) / 1000;
      for (; this.sentCount < due; this.sentCount += 1) {
        client.socket.send(this.#messages[this.sentCount % this.#messages.length]!);
        if (this.sentCount === HEAD_START) this.#onHeadStart();
      }
    }, TICK_MS);
  }

  #onHeadStart: () => void = () => undefined;
  readonly headStart = new Promise<void>((resolve) => (this.#onHeadStart = resolve));

  end(): void {
    clearInterval(this.#timer);
    this.client.socket.terminate();
  }
}

describe('bad clients beside good ones', () => {
  let cli: BuiltCli;
  let tracker: TrackerProcess;
  let bad: BadClient | undefined;
  const good: StockClient[] = [];

  beforeAll(() => {
    cli = new BuiltCli();
    tracker = cli.start('--host', '127.0.0.1', '--port', '0');
  });

  afterAll(async () => {
    bad?.end();
    await Promise.all([...good.map((client) => client.end()), tracker.kill('SIGKILL')]);
    cli.remove();
  });

  test('[TRK-76] two clients meet while somebody sends 200 malformed messages a second', async () => {
    const url = await tracker.url();
    bad = new BadClient(await TestSocket.open(url));
    await bad.headStart;
    const first = new StockClient(url, INFO_HASH, FIRST_ID);
    const second = new StockClient(url, INFO_HASH, SECOND_ID);
    good.push(first, second);
    await Promise.all([first.next('ready'), second.next('ready')]);
    first.order('start');
    await first.next('update', { complete: 0, incomplete: 1 });
    second.order('start');
    second.order('insist');
    await Promise.all([first.next('connect', { peerId: SECOND_ID }), second.next('connect', { peerId: FIRST_ID })]);
    first.order('say', 'hello');
    await second.next('data', { text: 'hello' });
    expect(bad.answeredCount).toBeGreaterThan(0);
    for (const client of good) expect(client.seen('error')).toBe(0);
  }, 60_000);
});
