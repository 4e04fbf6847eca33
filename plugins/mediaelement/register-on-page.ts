// MediaElement.js has no exports: as a script and as a module it leaves `mejs` on the window.

import type { Mejs } from './mediaelement-types';
import { registerMediaElement } from './register';

/** Registers on the page's `mejs`; without one it says in the console what to do. */
export function registerOnPage(): void {
  const { mejs } = globalThis as { mejs?: Mejs };
  if (mejs) return registerMediaElement(mejs);
  // eslint-disable-next-line no-console -- the page has nothing else to see why its player lacks the feature
  console.warn(
    'P2PMediaLoader: window.mejs is missing. Load this script after MediaElement.js, or call registerMediaElement(mejs).',
  );
}
