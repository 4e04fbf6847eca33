import { setImmediate } from 'node:timers/promises';

/** Resolves as soon as `isTrue()`; a test that waits in vain ends by Jest's time limit. */
export async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setImmediate();
}
