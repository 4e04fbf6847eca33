// A contract is a list of cases, each a clause of a port's text. Cases are data and assert by themselves, so that the
// same ones run under Jest over doubles and Node adapters, and inside a browser page. They know no adapter and never
// sleep: whoever sets them up says how time passes.

import type { Milliseconds } from '../../src/base/units';
import type { Clock } from '../../src/ports/clock';

/** One clause. */
export interface ContractCase<World> {
  readonly name: string;
  run(world: World): Promise<void> | void;
}

/** How time passes where the case runs. */
export interface Waiting {
  /** Waits until `isDone`; fails, naming `what`, when that takes seconds. */
  until(isDone: () => boolean, what: string): Promise<void>;
  /** Lets what is already under way happen: enough for a local network to answer. */
  settle(): Promise<void>;
}

/** A port set up for one case. */
export interface Disposable {
  dispose?(): Promise<void> | void;
}

const PATIENCE_MS = 4000;
const POLL_MS = 2;
const SETTLE_MS = 60;
const VIRTUAL_STEP_MS = 1;

/** Time as it really passes. */
export const realWaiting: Waiting = {
  async until(isDone, what) {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await pause(POLL_MS);
    }
  },
  settle: () => pause(SETTLE_MS),
};

const pause = (duration: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));

/** Time that passes as fast as the cases look. */
export function virtualWaiting(clock: Clock & { advance(by: Milliseconds): void }): Waiting {
  return {
    until(isDone, what) {
      const deadline = clock.now() + PATIENCE_MS;
      while (!isDone() && clock.now() < deadline) clock.advance(VIRTUAL_STEP_MS);
      return isDone() ? Promise.resolve() : Promise.reject(new Error(`waited in vain for ${what}`));
    },
    settle() {
      clock.advance(SETTLE_MS);
      return Promise.resolve();
    },
  };
}

/** Fails the case unless `actual` and `expected` are the same as JSON. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [shown, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (shown !== wanted) throw new Error(`${what}: expected ${wanted}, got ${shown}`);
}

/** Fails the case unless `condition`. */
export function expectTrue(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`expected: ${what}`);
}

/** Fails the case unless both hold the same bytes. */
export function expectSameBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  expectTrue(actual !== undefined, `${what} is there`);
  expectSame(actual.length, expected.length, `length of ${what}`);
  const index = actual.findIndex((byte, position) => byte !== expected[position]);
  if (index >= 0) throw new Error(`${what}: byte ${index} is ${actual[index]}, expected ${expected[index]}`);
}

/** `length` bytes in which a shift, a swap or a repetition shows. */
export function patternBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, state = seed; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[index] = state >> 16;
  }
  return bytes;
}

/** Many pieces as one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}
