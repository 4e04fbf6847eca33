import fc from 'fast-check';
import { EventQueue } from '../src/time/event-queue';
import { Timer } from '../src/time/timer';

describe('EventQueue', () => {
  test('runs tasks by time, those of one time in the order in which they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 500 }), (times) => {
        const queue = new EventQueue();
        const ran: { readonly time: number; readonly order: number }[] = [];
        times.forEach((time, order) =>
          queue.schedule(time, () => {
            expect(queue.now).toBe(time);
            ran.push({ time, order });
          }),
        );
        queue.runUntil(100);
        const expected = times
          .map((time, order) => ({ time, order }))
          .sort((a, b) => a.time - b.time || a.order - b.order);
        expect(ran).toEqual(expected);
        expect(queue).toMatchObject({ size: 0, processedCount: times.length, now: 100 });
      }),
    );
  });

  test('takes in tasks while it runs, and keeps those that come later', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 })), { maxLength: 200 }), (pairs) => {
        const queue = new EventQueue();
        const ran: number[] = [];
        for (const [time, delay] of pairs)
          queue.schedule(time, () => queue.schedule(queue.now + delay, () => ran.push(queue.now)));
        queue.runUntil(30);
        const due = pairs.map(([time, delay]) => time + delay).sort((a, b) => a - b);
        expect(ran).toEqual(due.filter((time) => time <= 30));
        queue.runUntil(60);
        expect(ran).toEqual(due);
      }),
    );
  });

  test('a time that has passed means now', () => {
    const queue = new EventQueue();
    const ran: number[] = [];
    queue.runUntil(10);
    queue.schedule(3, () => ran.push(queue.now));
    queue.runUntil(10);
    expect(ran).toEqual([10]);
  });
});

describe('Timer', () => {
  test('fires once, at the time that was set last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 })), { maxLength: 50 }), (moves) => {
        const queue = new EventQueue();
        const fired: number[] = [];
        const timer = new Timer(queue, () => fired.push(queue.now));
        let dueAt = Infinity;
        const expected: number[] = [];
        for (const [at, delay] of [...moves].sort(([a], [b]) => a - b)) {
          if (dueAt < at) expected.push(dueAt);
          queue.runUntil(at - 0.5);
          dueAt = delay === 0 ? Infinity : at + delay + 0.25;
          if (delay === 0) timer.clear();
          else timer.set(dueAt);
        }
        queue.runUntil(1_000);
        expect(fired).toEqual(dueAt === Infinity ? expected : [...expected, dueAt]);
      }),
    );
  });
});
