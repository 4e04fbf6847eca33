// What one peer has earned: faults speak against it and fade, blocks that came speak for it. Pure. It says how much the
// peer is to be asked, whether its word about sizes is taken, and when it is to be closed.

import type { Milliseconds } from '../base/units';

/** What speaks against a peer. Only what was seen by this viewer itself counts, never hearsay of others. */
export type PeerFault =
  /** Refused what it had announced. Once is a segment that was just evicted. */
  | 'absent'
  /** Brought less than a frame in the time after which a request is taken back. */
  | 'stalled'
  /** Had brought nothing for a while when HTTP took over. */
  | 'inVain'
  /** The same when others took over. It may be busy with somebody else: two of these are as one in vain. */
  | 'silent'
  /** Had been at one block for a long time when HTTP took over. A small uplink is no lie: it never closes. */
  | 'slow'
  /** Named, of a whole segment and alone, a size that the origin disproved. */
  | 'falseSize'
  /** The same of a segment that it was itself receiving: it may have believed somebody else. */
  | 'hearsaySize'
  /** Named another size than peers that have been right before. */
  | 'deniedSize'
  /** The same as other peers: likely there are two versions of the segment. It never closes. */
  | 'otherSize';

/** A request that brings less than a frame in this time is taken back. */
export const REQUEST_STALL_MS: Milliseconds = 3_000;
/** A request taken back after so long without a frame was in vain, which says something about the peer. */
const IN_VAIN_MS: Milliseconds = 1_000;
/** So does one that was served for so long, and not to its end. */
const SLOW_MS: Milliseconds = 4_000;

interface Weight {
  /** How little it pays to ask the peer now. */
  readonly trouble: number;
  /** What no honest peer does often. */
  readonly lies: number;
  /** How much it counts of a failure. */
  readonly failures: number;
}

const WEIGHTS: Readonly<Record<PeerFault, Weight>> = {
  absent: { trouble: 15, lies: 20, failures: 1 },
  stalled: { trouble: 25, lies: 0, failures: 1 },
  inVain: { trouble: 15, lies: 0, failures: 1 },
  silent: { trouble: 8, lies: 0, failures: 0.5 },
  slow: { trouble: 15, lies: 0, failures: 0 },
  falseSize: { trouble: 50, lies: 60, failures: 0 },
  hearsaySize: { trouble: 25, lies: 30, failures: 0 },
  deniedSize: { trouble: 0, lies: 15, failures: 0 },
  otherSize: { trouble: 0, lies: 0, failures: 0 },
};
const DISPROVED_SIZES: readonly PeerFault[] = ['falseSize', 'hearsaySize', 'otherSize'];

/** What a block that came takes off. */
const BLOCK_CREDIT = { trouble: 10, lies: 6 };
/** Trouble fades by half in this time: networks recover. */
const TROUBLE_HALF_LIFE_MS: Milliseconds = 20_000;
const LIES_HALF_LIFE_MS: Milliseconds = 120_000;
/** With so much trouble a peer is taken to be half as fast as it is. */
const HALF_TRUST_TROUBLE = 25;
/** With so much it is not asked any more, */
const REST_TROUBLE = 50;
/** until so much is left. */
const RESTED_TROUBLE = 20;
/** With so much of lies the peer is closed: at the second false size, unless it brought a lot or a long time passed. */
const MAX_LIES = 100;
/** Failures in a row before the peer is closed as useless. */
const MAX_FAILURES_IN_A_ROW = 5;
/** After a false size the peer must name so many that the origin confirms, doubled with each, before its word counts. */
const OWED_CONFIRMATIONS = 3;
const MAX_DOUBLINGS = 5;

/**
 * [SCORE-1] What a request says of the peer when it is taken back after so long without a frame, and in all.
 * `isHandedOver`: to another peer.
 */
export function faultOf(silentMs: Milliseconds, busyMs: Milliseconds, isHandedOver: boolean): PeerFault | undefined {
  if (isHandedOver) return silentMs >= IN_VAIN_MS ? 'silent' : undefined;
  if (silentMs >= IN_VAIN_MS) return silentMs >= REQUEST_STALL_MS ? 'stalled' : 'inVain';
  return busyMs >= SLOW_MS ? 'slow' : undefined;
}

/** A sum whose parts fade. */
class FadingSum {
  #value = 0;
  #at: Milliseconds = 0;

  constructor(private readonly halfLifeMs: Milliseconds) {}

  at(now: Milliseconds): number {
    return this.#value * 0.5 ** (Math.max(0, now - this.#at) / this.halfLifeMs);
  }

  add(amount: number, now: Milliseconds): void {
    this.#value = Math.max(0, this.at(now) + amount);
    this.#at = Math.max(now, this.#at);
  }

  /** When no more than `value` will be left. */
  fadesTo(value: number, now: Milliseconds): Milliseconds {
    return now + this.halfLifeMs * Math.log2(Math.max(1, this.at(now) / value));
  }
}

export class PeerScore {
  readonly #trouble = new FadingSum(TROUBLE_HALF_LIFE_MS);
  readonly #lies = new FadingSum(LIES_HALF_LIFE_MS);
  #failuresInARow = 0;
  #restsUntil: Milliseconds = 0;
  #falseSizeCount = 0;
  #owedConfirmations = 0;
  #hasConfirmedSize = false;

  /** Something speaks against the peer. */
  noteFault(fault: PeerFault, now: Milliseconds): void {
    const { trouble, lies, failures } = WEIGHTS[fault];
    this.#trouble.add(trouble, now);
    this.#lies.add(lies, now);
    if (trouble > 0 && this.#trouble.at(now) >= REST_TROUBLE)
      this.#restsUntil = this.#trouble.fadesTo(RESTED_TROUBLE, now);
    this.#failuresInARow += failures;
    if (!DISPROVED_SIZES.includes(fault)) return;
    this.#owedConfirmations = OWED_CONFIRMATIONS * 2 ** Math.min(this.#falseSizeCount, MAX_DOUBLINGS);
    this.#falseSizeCount += 1;
  }

  /** It brings what it was asked for. */
  noteProgress(): void {
    this.#failuresInARow = 0;
  }

  /** All of a block came from it. */
  noteBlock(now: Milliseconds): void {
    this.#trouble.add(-BLOCK_CREDIT.trouble, now);
    this.#lies.add(-BLOCK_CREDIT.lies, now);
  }

  /** It named a size that turned out to be the origin's. */
  noteTrueSize(): void {
    this.#owedConfirmations = Math.max(0, this.#owedConfirmations - 1);
    this.#hasConfirmedSize = true;
  }

  /** Whether what it says of sizes is to be left out of account. */
  get isDoubted(): boolean {
    return this.#owedConfirmations > 0;
  }

  /** Whether its word about sizes has been right, and not wrong lately. */
  get isProven(): boolean {
    return this.#hasConfirmedSize && !this.isDoubted;
  }

  /** Whether it is better not asked for a while. */
  isResting(now: Milliseconds): boolean {
    return now < this.#restsUntil;
  }

  /** By how much its rate is to be taken for lower than it is: in (0, 1]. */
  trust(now: Milliseconds): number {
    return 1 / (1 + this.#trouble.at(now) / HALF_TRUST_TROUBLE);
  }

  /** Whether it has told too many lies. */
  isLiar(now: Milliseconds): boolean {
    return this.#lies.at(now) >= MAX_LIES;
  }

  /** Why the peer is to be closed, or undefined. */
  verdict(now: Milliseconds): string | undefined {
    if (this.isLiar(now)) return this.#falseSizeCount > 0 ? 'false sizes' : 'false availability';
    return this.#failuresInARow >= MAX_FAILURES_IN_A_ROW ? `failed ${MAX_FAILURES_IN_A_ROW} requests` : undefined;
  }
}
