import type { PageLifecycle, PageLifecycleListener } from '../../src/ports/page-lifecycle';
import { expectSame, type ContractCase } from './contract';

/** What the cases need: a page that can be made to go and come. */
export interface LifecycleWorld {
  readonly lifecycle: PageLifecycle;
  leave(): void;
  return(): void;
  /** Lets the page be seen, or not. */
  show(isShown: boolean): void;
}

/** Clauses of {@link PageLifecycle}. */
export const pageLifecycleContract: readonly ContractCase<LifecycleWorld>[] = [
  {
    name: 'tells when the page goes and when it comes back',
    run(world) {
      const { log, listener } = recorder();
      const cancel = world.lifecycle.subscribe(listener);
      world.leave();
      world.return();
      world.leave();
      cancel();
      expectSame(log, ['leave', 'return', 'leave'], 'what was told');
    },
  },
  {
    name: 'tells nothing by itself, nor after cancel',
    run(world) {
      const { log, listener } = recorder();
      const cancel = world.lifecycle.subscribe(listener);
      cancel();
      cancel();
      world.leave();
      world.return();
      expectSame(log, [], 'what was told');
    },
  },
  {
    name: 'tells every listener',
    run(world) {
      const [first, second] = [recorder(), recorder()];
      const cancelFirst = world.lifecycle.subscribe(first.listener);
      const cancelSecond = world.lifecycle.subscribe(second.listener);
      world.leave();
      cancelFirst();
      world.return();
      cancelSecond();
      expectSame([first.log, second.log], [['leave'], ['leave', 'return']], 'what was told');
    },
  },
  {
    name: 'says whether the page can be seen, and tells when that changes',
    run({ lifecycle, show }) {
      const seen: boolean[] = [];
      const { listener } = recorder();
      const cancel = lifecycle.subscribe({ ...listener, onVisibilityChange: () => seen.push(lifecycle.isHidden) });
      const cancelOther = lifecycle.subscribe(listener);
      show(false);
      show(true);
      cancel();
      show(false);
      show(true);
      cancelOther();
      expectSame(seen, [true, false], 'what was said');
      expectSame(lifecycle.isHidden, false, 'whether it is hidden');
    },
  },
];

function recorder(): { readonly log: string[]; readonly listener: PageLifecycleListener } {
  const log: string[] = [];
  return { log, listener: { onLeave: () => log.push('leave'), onReturn: () => log.push('return') } };
}
