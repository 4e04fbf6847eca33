// The Network Information API. Only some browsers have it, and of those only mobile ones tell the type of the line.

import type { Cancel } from '../../ports/clock';
import type { NetworkConditions } from '../../ports/network-conditions';

/** `navigator.connection`, as far as it is used here. */
interface Connection extends EventTarget {
  readonly type?: string;
  readonly saveData?: boolean;
}

/**
 * {@link NetworkConditions} of `navigator.connection`; without one the line is an ordinary one for ever.
 *
 * @internal
 */
export class NavigatorConditions implements NetworkConditions {
  get isCellular(): boolean {
    return connection()?.type === 'cellular';
  }

  get savesData(): boolean {
    return connection()?.saveData === true;
  }

  subscribe(onChange: () => void): Cancel {
    const source = connection();
    // A listener of its own, so that one function may subscribe twice.
    const listener = (): void => onChange();
    source?.addEventListener('change', listener);
    return () => source?.removeEventListener('change', listener);
  }
}

function connection(): Connection | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator as { connection?: Connection }).connection;
}
