import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Resolves as soon as `isTrue()`. Unlike Jest's own limit, the failure says what was waited for in vain.
 * @param limitMs - far above what it should take: it bounds a failure, not a success
 */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > endsAt) throw new Error(`after ${limitMs} ms still not: ${what}`);
    await delay(POLL_MS);
  }
}
