interface Entry<Value> {
  readonly value: Value;
  readonly since: number;
}

/** A map whose entries are forgotten after a time, and the oldest of them before that when there are too many. */
export class ExpiringMap<Value> {
  // Oldest first, since a Map keeps the order of insertion.
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly lifetimeMs: number,
    private readonly maxCount: number,
  ) {}

  /** How many are kept, the expired ones not yet forgotten among them. */
  get count(): number {
    return this.#entries.size;
  }

  set(key: string, value: Value, now: number): void {
    this.#entries.delete(key);
    this.sweep(now);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.maxCount) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, since: now });
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && now - entry.since <= this.lifetimeMs ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets what is too old; looks at nothing else. */
  sweep(now: number): void {
    for (const [key, { since }] of this.#entries) {
      if (now - since <= this.lifetimeMs) break;
      this.#entries.delete(key);
    }
  }
}
