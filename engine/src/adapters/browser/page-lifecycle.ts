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
  subscribe(listener: PageLifecycleListener): Cancel {
    if (typeof window === 'undefined') return () => undefined;
    const onPageHide = (): void => listener.onLeave();
    const onPageShow = (event: PageTransitionEvent): void => {
      // The first pageshow after a load is no return.
      if (event.persisted) listener.onReturn();
    };
    window.addEventListener('pagehide', onPageHide);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('pageshow', onPageShow);
    };
  }
}
