import type { Clock } from '../../src/ports/clock';
import { expectSame, expectTrue, type ContractCase, type Waiting } from './contract';

/** What the cases need. */
export interface ClockWorld extends Waiting {
  readonly clock: Clock;
}

/** Delays beyond 2^31 ms overflow the timers of browsers and Node, which then fire at once. */
const BEYOND_PLATFORM_TIMERS_MS = 2 ** 31 + 1000;

/** Clauses of {@link Clock}. */
export const clockContract: readonly ContractCase<ClockWorld>[] = [
  {
    name: 'time never goes back',
    async run({ clock, settle }) {
      const before = clock.now();
      await settle();
      expectTrue(clock.now() > before, 'time has passed');
    },
  },
  {
    name: 'a task runs once, after its delay and not before',
    async run({ clock, until, settle }) {
      const start = clock.now();
      const ranAt: number[] = [];
      clock.schedule(25.5, () => ranAt.push(clock.now()));
      await until(() => ranAt.length > 0, 'the task');
      await settle();
      expectSame(ranAt.length, 1, 'runs');
      expectTrue((ranAt[0] ?? 0) >= start + 25.5, `${ranAt[0]} is not before ${start + 25.5}`);
    },
  },
  {
    name: 'a task without delay does not run synchronously',
    async run({ clock, until }) {
      let hasRun = false;
      clock.schedule(0, () => (hasRun = true));
      expectTrue(!hasRun, 'schedule() returned first');
      await until(() => hasRun, 'the task');
    },
  },
  {
    name: 'tasks run by deadline, whatever the order of scheduling',
    async run({ clock, until }) {
      const order: string[] = [];
      clock.schedule(60, () => order.push('c'));
      clock.schedule(5, () => order.push('a'));
      clock.schedule(30, () => order.push('b'));
      await until(() => order.length === 3, 'three tasks');
      expectSame(order, ['a', 'b', 'c'], 'order');
    },
  },
  {
    name: 'tasks due at the same moment run in the order they were scheduled',
    async run({ clock, until }) {
      const order: number[] = [];
      for (let index = 0; index < 50; index++) clock.schedule(20, () => order.push(index));
      await until(() => order.length === 50, 'fifty tasks');
      expectSame(order, [...order.keys()], 'order');
    },
  },
  {
    name: 'a task may schedule the next, which does not run within it',
    async run({ clock, until }) {
      const log: string[] = [];
      clock.schedule(0, () => {
        clock.schedule(0, () => log.push('second'));
        log.push('first');
      });
      await until(() => log.length === 2, 'both tasks');
      expectSame(log, ['first', 'second'], 'order');
    },
  },
  {
    name: 'a cancelled task never runs, the others do',
    async run({ clock, until, settle }) {
      const log: string[] = [];
      const cancel = clock.schedule(10, () => log.push('cancelled'));
      clock.schedule(10, () => log.push('kept'));
      cancel();
      cancel();
      await until(() => log.length > 0, 'the kept task');
      await settle();
      expectSame(log, ['kept'], 'what ran');
    },
  },
  {
    name: 'a task may cancel another that is due at the same moment',
    async run({ clock, until, settle }) {
      const log: string[] = [];
      clock.schedule(10, () => {
        log.push('first');
        cancelSecond();
      });
      const cancelSecond = clock.schedule(10, () => log.push('second'));
      await until(() => log.length > 0, 'the first task');
      await settle();
      expectSame(log, ['first'], 'what ran');
    },
  },
  {
    name: 'cancelling too late, or from within the task, does nothing',
    async run({ clock, until, settle }) {
      const log: string[] = [];
      const cancel = clock.schedule(1, () => {
        cancel();
        log.push('task');
      });
      await until(() => log.length === 1, 'the task');
      clock.schedule(1, () => log.push('other'));
      cancel();
      await settle();
      expectSame(log, ['task', 'other'], 'what ran');
    },
  },
  {
    name: 'a task in the far future, or never, does not run now',
    async run({ clock, settle }) {
      const log: string[] = [];
      const cancels = [BEYOND_PLATFORM_TIMERS_MS, Infinity].map((delay) =>
        clock.schedule(delay, () => log.push(String(delay))),
      );
      await settle();
      cancels.forEach((cancel) => cancel());
      expectSame(log, [], 'what ran');
    },
  },
];
