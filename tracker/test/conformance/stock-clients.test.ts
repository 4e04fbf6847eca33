// The client of `bittorrent-tracker`, which WebTorrent and others are made of, against the tracker as it ships.

import { StockClient } from '../support/client-process';
import { BuiltCli, type TrackerProcess } from '../support/tracker-process';

const INFO_HASH = '00ff80e9'.repeat(5);
const FIRST_ID = '0a'.repeat(20);
const SECOND_ID = 'fe'.repeat(20);

describe('stock clients', () => {
  let cli: BuiltCli;
  let tracker: TrackerProcess;
  let first: StockClient;
  let second: StockClient;

  beforeAll(async () => {
    cli = new BuiltCli();
    tracker = cli.start('--host', '127.0.0.1', '--port', '0');
    const url = await tracker.url();
    first = new StockClient(url, INFO_HASH, FIRST_ID);
    second = new StockClient(url, INFO_HASH, SECOND_ID);
    await Promise.all([first.next('ready'), second.next('ready')]);
  });

  afterAll(async () => {
    await Promise.all([first.end(), second.end(), tracker.kill('SIGKILL')]);
    cli.remove();
  });

  // One story: each part needs the one before it.
  test('[TRK-70] [TRK-71] [TRK-72] they meet, talk, ask, leave, and outlive the tracker', async () => {
    first.order('start');
    const told = await first.next('update', { complete: 0, incomplete: 1 });
    expect(told['interval']).toBeGreaterThanOrEqual(108);
    second.order('start');
    await second.next('update', { complete: 0, incomplete: 2 });
    second.order('insist');

    await Promise.all([first.next('connect', { peerId: SECOND_ID }), second.next('connect', { peerId: FIRST_ID })]);
    first.order('say', 'hello');
    await second.next('data', { text: 'hello' });

    first.order('scrape');
    await first.next('scrape', { complete: 0, incomplete: 2 });

    first.order('stop');
    // It told the same at the start, but that was taken: this is the answer to the stop.
    await first.next('update', { complete: 0, incomplete: 1 });

    await tracker.kill('SIGKILL');
    second.order('say', 'still here');
    await first.next('data', { text: 'still here' });
    first.order('say', 'so am I');
    await second.next('data', { text: 'so am I' });
    for (const client of [first, second]) {
      expect(client.isAlive).toBe(true);
      expect(client.seen('error')).toBe(0);
    }
  }, 60_000);
});
