/**
 * The offers that one peer was sent and may still answer. Only an answer to one of them is
 * relayed, once: so nobody can send a stranger something that it did not ask for.
 */
export class ReceivedOffers {
  // Oldest first, since a Map keeps the order of insertion. There only while it holds something: most
  // offers are answered within a second, and most peers have none at most times.
  #times: Map<string, number> | undefined;

  constructor(
    private readonly lifetimeMs: number,
    private readonly maxCount: number,
  ) {}

  /** How many are kept, the expired ones not yet forgotten among them. */
  get count(): number {
    return this.#times?.size ?? 0;
  }

  add(offererPeerId: string, offerId: string, now: number): void {
    const times = (this.#times ??= new Map<string, number>());
    const key = offererPeerId + offerId;
    // Some clients send one offer again with their next announce: then it is the new one that counts.
    times.delete(key);
    for (const [oldest, time] of times) {
      if (now - time <= this.lifetimeMs && times.size < this.maxCount) break;
      times.delete(oldest);
    }
    times.set(key, now);
  }

  /** Whether the offer is there and young enough; it is used up by asking. */
  take(offererPeerId: string, offerId: string, now: number): boolean {
    const key = offererPeerId + offerId;
    const times = this.#times;
    const time = times?.get(key);
    if (times === undefined || time === undefined) return false;
    times.delete(key);
    if (times.size === 0) this.#times = undefined;
    return now - time <= this.lifetimeMs;
  }
}
