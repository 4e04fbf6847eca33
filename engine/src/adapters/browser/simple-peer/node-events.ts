// The events of simple-peer, with Node's order and Node's rule about errors.

type Listener = (...values: unknown[]) => void;

interface Registration {
  readonly event: string;
  readonly listener: Listener;
  readonly isOnce: boolean;
}

/**
 * What simple-peer and its owner use of Node's EventEmitter.
 *
 * @internal
 */
export class NodeEvents {
  // Replaced, never changed: whoever is added or removed during an event makes no difference to that event.
  #registrations: readonly Registration[] = [];

  on(event: string, listener: Listener, isOnce = false): this {
    this.#registrations = [...this.#registrations, { event, listener, isOnce }];
    return this;
  }

  once(event: string, listener: Listener): this {
    return this.on(event, listener, true);
  }

  removeListener(event: string, listener: Listener): this {
    return this.#keep((each) => each.event !== event || each.listener !== listener);
  }

  /** An 'error' that nobody listens to is thrown. */
  emit(event: string, ...values: unknown[]): void {
    const heard = this.#registrations.filter((each) => each.event === event);
    if (event === 'error' && heard.length === 0) throw values[0] as Error;
    for (const registration of heard) {
      if (registration.isOnce) this.#keep((each) => each !== registration);
      registration.listener(...values);
    }
  }

  #keep(isKept: (registration: Registration) => boolean): this {
    this.#registrations = this.#registrations.filter(isKept);
    return this;
  }
}
