import type { Cancel } from './clock';

/** What happens to the page or process that the session lives in. */
export interface PageLifecycleListener {
  /** The page is going away or into the back-forward cache: last moment to say goodbye. */
  onLeave(): void;
  /** The page came back from the back-forward cache. */
  onReturn(): void;
  /** `isHidden` may have changed. */
  onVisibilityChange?(): void;
}

/** Tells when the page goes and comes. Off-browser it never calls. */
export interface PageLifecycle {
  /** Whether nobody can see the page: in another tab, or behind a locked screen. Off-browser false. */
  readonly isHidden: boolean;
  subscribe(listener: PageLifecycleListener): Cancel;
}
