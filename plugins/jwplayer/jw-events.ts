// Events as JW's providers have them: `all` hears everything, listeners have a context, and `off` takes any mix of them.

type Listener = (...values: never[]) => void;

interface Registration {
  readonly name: string;
  readonly listener: Listener;
  readonly context: unknown;
  readonly isOnce: boolean;
}

export class JwEvents {
  #registrations: readonly Registration[] = [];

  on(name: string, listener: Listener, context?: unknown): this {
    return this.#add({ name, listener, context, isOnce: false });
  }

  once(name: string, listener: Listener, context?: unknown): this {
    return this.#add({ name, listener, context, isOnce: true });
  }

  /** Removes what fits all that is given; without arguments everything. */
  off(name?: string | null, listener?: Listener | null, context?: unknown): this {
    const fits = (each: Registration): boolean =>
      (!name || each.name === name) &&
      (!listener || each.listener === listener) &&
      (context === undefined || each.context === context);
    this.#registrations = this.#registrations.filter((each) => !fits(each));
    return this;
  }

  /** Listeners to `all` hear the name first. */
  trigger(name: string, data: object = {}): this {
    for (const each of this.#registrations) {
      if (each.name !== name && each.name !== 'all') continue;
      if (each.isOnce) this.#registrations = this.#registrations.filter((other) => other !== each);
      const values = (each.name === 'all' ? [name, data] : [data]) as never[];
      each.listener.apply(each.context, values);
    }
    return this;
  }

  #add(registration: Registration): this {
    this.#registrations = [...this.#registrations, registration];
    return this;
  }
}
