import { RequestLog } from '../request-log';

const target = (path: string) => ({ method: 'GET', path, query: '', range: undefined });

describe('RequestLog', () => {
  test('keeps a bounded number of entries and drops the oldest', () => {
    const log = new RequestLog(10);
    for (let index = 0; index < 25; index++) log.open(target(`/${String(index)}`), index);
    expect(log.entries.length).toBeLessThanOrEqual(10);
    expect(log.entries.at(-1)?.path).toBe('/24');
    expect(log.count(/^\/0$/)).toBe(0);
  });

  test('an entry in hand goes on after the log was cleared, uncounted', () => {
    const log = new RequestLog();
    const entry = log.open(target('/a'), 0);
    log.clear();
    entry.bytes += 5;
    expect(log.bytes()).toBe(0);
  });
});
