// Tells the other nodes what this one has: changes every two seconds, everything every half minute.

import type { Random, SwarmCounts } from '../swarm';
import { MAX_COUNTS_PER_MESSAGE, encodeBusMessage, type CountEntry } from './bus-message';

/** Milliseconds between two messages of changes; without changes it is a heartbeat. */
export const CHANGES_INTERVAL_MS = 2000;

/** Milliseconds between two whole states, each time changed by up to a tenth at random. They repair what was lost on the way. */
export const STATE_INTERVAL_MS = 30_000;
const STATE_INTERVAL_JITTER = 0.1;

/** Milliseconds over which the nodes spread the states that a new node, or the bus's return, makes them send. */
export const STATE_SPREAD_MS = 1000;

/** Swarms told of in one tick. A node with 100,000 takes ten ticks for a whole state, and none of them is long. */
export const STATE_ENTRIES_PER_TICK = 10_000;

const STATE_NUMBERS = 256;

/** What the node has. */
export interface LocalSwarms {
  /** Zeros for a swarm that is not here. */
  counts(infoHash: string): SwarmCounts;
  /** Every swarm that is here; one that comes or goes while this is read may be among them or not. */
  infoHashes(): Iterator<string>;
}

interface State {
  readonly number: number;
  readonly infoHashes: Iterator<string>;
  piece: number;
}

export class CountReporter {
  readonly #changed = new Set<string>();
  #isUp = false;
  #changesAt = 0;
  #stateAt = 0;
  #state: State | undefined;
  #stateCount = 0;
  /** Whether a node came while a state was under way, and so missed a part of it. */
  #isAskedAgain = false;

  constructor(
    private readonly swarms: LocalSwarms,
    private readonly incarnation: number,
    private readonly random: Random,
  ) {}

  /** Notes that a swarm has other counts than it had. While nobody hears, a whole state will do later. */
  changed(infoHash: string): void {
    if (this.#isUp) this.#changed.add(infoHash);
  }

  setUp(isUp: boolean, now: number): void {
    this.#isUp = isUp;
    this.#changed.clear();
    this.#state = undefined;
    this.#changesAt = now;
    this.#stateAt = now + this.random() * STATE_SPREAD_MS;
  }

  /** Sends a whole state soon, for a node that is new. */
  requestState(now: number): void {
    if (this.#state) this.#isAskedAgain = true;
    else this.#stateAt = Math.min(this.#stateAt, now + this.random() * STATE_SPREAD_MS);
  }

  /** @returns what is due, for everyone, in this order */
  tick(now: number): Buffer[] {
    if (!this.#isUp) return [];
    const messages: Buffer[] = [];
    if (now >= this.#changesAt) this.#tellChanges(messages, now);
    if (!this.#state && now >= this.#stateAt) this.#startState(now);
    if (this.#state) this.#tellState(messages, this.#state, now);
    return messages;
  }

  #tellChanges(messages: Buffer[], now: number): void {
    this.#changesAt = now + CHANGES_INTERVAL_MS;
    const { incarnation } = this;
    const changed = this.#changed.values();
    let entries;
    do {
      entries = this.#read(changed, MAX_COUNTS_PER_MESSAGE);
      messages.push(encodeBusMessage({ type: 'counts', incarnation, entries }));
    } while (entries.length === MAX_COUNTS_PER_MESSAGE);
    this.#changed.clear();
  }

  #startState(now: number): void {
    this.#stateCount += 1;
    this.#state = { number: this.#stateCount % STATE_NUMBERS, infoHashes: this.swarms.infoHashes(), piece: 0 };
    this.#stateAt = now + STATE_INTERVAL_MS * (1 + STATE_INTERVAL_JITTER * (2 * this.random() - 1));
  }

  #tellState(messages: Buffer[], state: State, now: number): void {
    const { incarnation } = this;
    for (let told = 0; told < STATE_ENTRIES_PER_TICK; told += MAX_COUNTS_PER_MESSAGE) {
      const entries = this.#read(state.infoHashes, MAX_COUNTS_PER_MESSAGE);
      const isLast = entries.length < MAX_COUNTS_PER_MESSAGE;
      const { number, piece } = state;
      messages.push(encodeBusMessage({ type: 'state', incarnation, state: number, piece, isLast, entries }));
      state.piece += 1;
      if (!isLast) continue;
      this.#state = undefined;
      if (this.#isAskedAgain) this.requestState(now);
      this.#isAskedAgain = false;
      return;
    }
  }

  #read(infoHashes: Iterator<string>, count: number): CountEntry[] {
    const entries: CountEntry[] = [];
    while (entries.length < count) {
      const next = infoHashes.next();
      if (next.done) break;
      entries.push({ infoHash: next.value, counts: this.swarms.counts(next.value) });
    }
    return entries;
  }
}
