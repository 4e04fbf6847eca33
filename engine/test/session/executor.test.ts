import { Executor } from '../../src/session/executor';
import type { MediaSession } from '../../src/session/media-session';
import type { EnginePorts } from '../../src/ports';
import type { SessionEffect } from '../../src/session/session-effects';
import { ManualConditions } from '../doubles/manual-conditions';
import { ManualLifecycle } from '../doubles/manual-lifecycle';

const log = (message: string): SessionEffect => ({ type: 'log', level: 'warn', message, context: {} });

function start() {
  const said: string[] = [];
  const ports = {
    clock: { now: () => 0, schedule: () => () => undefined },
    lifecycle: new ManualLifecycle(),
    conditions: new ManualConditions(),
    logger: {
      log: (_level: string, message: string) => {
        said.push(message);
        if (message === 'breaks') throw new Error('broken');
        if (message === 'nests') executor.run(() => [log('inner')]);
      },
    },
  } as unknown as EnginePorts;
  const outlet = {
    deliver: () => undefined,
    progress: () => undefined,
    fail: () => undefined,
    report: () => undefined,
  };
  const session = { leave: () => [log('bye')], handle: () => [] } as unknown as MediaSession;
  const executor: Executor = new Executor(session, ports, outlet);
  return { executor, said };
}

describe('Executor', () => {
  test('what is asked while it performs comes after what was asked before', () => {
    const { executor, said } = start();
    executor.run(() => [log('nests'), log('outer')]);
    executor.run(() => [log('next')]);
    expect(said).toEqual(['nests', 'outer', 'inner', 'next']);
  });

  test('an effect that throws is not tried again, and holds up none of those behind it for good', () => {
    const { executor, said } = start();
    expect(() => executor.run(() => [log('first'), log('breaks'), log('behind')])).toThrow('broken');
    executor.run(() => [log('next')]);
    expect(said).toEqual(['first', 'breaks', 'behind', 'next']);
  });

  test('performs its goodbye, and nothing afterwards', () => {
    const { executor, said } = start();
    executor.close();
    executor.run(() => [log('late')]);
    expect(said).toEqual(['bye']);
  });
});
