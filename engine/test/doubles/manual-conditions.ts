import type { Cancel } from '../../src/ports/clock';
import type { NetworkConditions } from '../../src/ports/network-conditions';

/** A line that becomes another one when the test says so. */
export class ManualConditions implements NetworkConditions {
  isCellular = false;
  savesData = false;
  readonly #listeners = new Set<() => void>();

  subscribe(onChange: () => void): Cancel {
    const listener = (): void => onChange();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change({ isCellular = this.isCellular, savesData = this.savesData }): void {
    this.isCellular = isCellular;
    this.savesData = savesData;
    for (const listener of [...this.#listeners]) listener();
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}
