import { setImmediate } from 'node:timers/promises';

/** Milliseconds after which it is in vain: less than a test may take, or the wait would outlive it and keep Jest from ending. */
const PATIENCE_MS = 15_000;

/** Resolves as soon as `isTrue()`. @throws Error after 15 s */
export async function eventually(isTrue: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (performance.now() > until) throw new Error(`waited in vain for ${isTrue.toString()}`);
    await setImmediate();
  }
}
