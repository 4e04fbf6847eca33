// The page's comings and goings. pagehide, never unload or beforeunload: those keep a page out of the back-forward
// cache, and mobile browsers do not fire them.

import type { Cancel } from '../../ports/clock';
import type { PageLifecycle, PageLifecycleListener } from '../../ports/page-lifecycle';

/**
 * {@link PageLifecycle} of the window; without one (a worker, server-side rendering) it never calls.
 *
 * @internal
 */
export class WindowLifecycle implements PageLifecycle {
  get isHidden(): boolean {
    return typeof document !== 'undefined' && document.visibilityState === 'hidden';
  }

  subscribe(listener: PageLifecycleListener): Cancel {
    if (typeof window === 'undefined') return () => undefined;
    const onPageHide = (): void => listener.onLeave();
    const onPageShow = (event: PageTransitionEvent): void => {
      // The first pageshow after a load is no return.
      if (event.persisted) listener.onReturn();
    };
    const onVisibilityChange = (): void => listener.onVisibilityChange?.();
    document.addEventListener('visibilitychange', onVisibilityChange);
    window.addEventListener('pagehide', onPageHide);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      document.removeEventListener('visibilitychange', onVisibilityChange);
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('pageshow', onPageShow);
    };
  }
}
