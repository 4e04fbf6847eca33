import type { Cancel } from './clock';

/** What happens to the page or process that the session lives in. */
export interface PageLifecycleListener {
  /** The page is going away or into the back-forward cache: last moment to say goodbye. */
  onLeave(): void;
  /** The page came back from the back-forward cache. */
  onReturn(): void;
}

/** Tells when the page goes and comes. Off-browser it never calls. */
export interface PageLifecycle {
  subscribe(listener: PageLifecycleListener): Cancel;
}
