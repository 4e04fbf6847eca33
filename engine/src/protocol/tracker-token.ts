// What viewers may know of a token without the secret: `1.key.issued.expires.…`, times in seconds. Other kinds of
// tokens are passed on as they are.

import type { Milliseconds } from '../base/units';
import { secondsToMs } from '../base/units';

const SIGNED_TOKEN = /^1\.[\w-]{1,16}\.(\d{1,12})\.(\d{1,12})\./;

/** How long it lasts, from when it was made: no viewer's clock is asked. Undefined: it does not say. */
export function tokenLifetimeMs(token: string): Milliseconds | undefined {
  const [, issued, expires] = SIGNED_TOKEN.exec(token) ?? [];
  const lifetimeMs = secondsToMs(Number(expires) - Number(issued));
  return lifetimeMs > 0 ? lifetimeMs : undefined;
}

/** By its first word a tracker says that it is the token, and that another one may do. */
export function isTokenRefusal(reason: string): boolean {
  return /^token\b/i.test(reason);
}
