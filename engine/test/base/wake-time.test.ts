import { WakeTime } from '../../src/base/wake-time';

describe('WakeTime', () => {
  test('is the earliest that was noted, until all have been looked at', () => {
    const time = new WakeTime();
    expect(time.at).toBe(Infinity);
    for (const at of [300, 100, 200]) time.note(at);
    expect(time.at).toBe(100);
    time.set(250);
    time.note(400);
    expect(time.at).toBe(250);
  });
});
