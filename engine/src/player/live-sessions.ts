// All sessions of the page, whichever bundle they came from: script tags for two players carry an engine each.

import type { SessionHandle } from '../session/session-handle';

const REGISTRY = Symbol.for('p2p-media-loader.sessions');

type PageWithRegistry = typeof globalThis & { [REGISTRY]?: Set<SessionHandle> };

/** The live sessions of the page, in the order they were started. @public */
export const sessions: ReadonlySet<SessionHandle> = ((globalThis as PageWithRegistry)[REGISTRY] ??= new Set());

/** Notes a session that has begun; the returned function notes its end. */
export function noteSession(handle: SessionHandle): () => void {
  const all = sessions as Set<SessionHandle>;
  all.add(handle);
  return () => all.delete(handle);
}
