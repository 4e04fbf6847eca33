import type { Cancel } from '../../src/ports/clock';
import type { PageLifecycle, PageLifecycleListener } from '../../src/ports/page-lifecycle';

/** A page that goes and comes when the test says so. */
export class ManualLifecycle implements PageLifecycle {
  isHidden = false;
  readonly #listeners = new Set<PageLifecycleListener>();

  subscribe(listener: PageLifecycleListener): Cancel {
    // A subscription of its own, so that the same listener may subscribe twice.
    const subscription: PageLifecycleListener = {
      onLeave: () => listener.onLeave(),
      onReturn: () => listener.onReturn(),
      onVisibilityChange: () => listener.onVisibilityChange?.(),
    };
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  /** The page goes into the back-forward cache or away. */
  leave(): void {
    for (const listener of [...this.#listeners]) listener.onLeave();
  }

  /** The page comes back. */
  return(): void {
    for (const listener of [...this.#listeners]) listener.onReturn();
  }

  /** The page goes out of sight, or into it. */
  show(isShown: boolean): void {
    this.isHidden = !isShown;
    for (const listener of [...this.#listeners]) listener.onVisibilityChange?.();
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}
