// Who hears what this viewer has. Each message is put into bytes once, however many peers it goes to.

import type { SegmentKey } from '../media/segment';
import { segmentKeyOf } from '../media/segment';
import { MAX_HAVE_ENTRIES } from '../protocol/limits';
import type { HaveEntry } from '../protocol/peer-messages';
import { encodePeerMessage } from '../protocol/peer-messages';
import { hasAll } from './offer';
import type { PeerSession } from './peer-session';

interface News {
  readonly key: SegmentKey;
  readonly entry: HaveEntry;
}

/** Tells peers what changed here. [HAVE-7] Who has what there is need not hear who else does. */
export function announceTo(peers: readonly PeerSession[], entries: readonly HaveEntry[]): void {
  const news = entries.map((entry) => ({ key: segmentKeyOf(entry.id), entry }));
  let frames: readonly Uint8Array[] | undefined;
  for (const session of peers) {
    if (news.every((item) => isNewsTo(session, item))) send(session, (frames ??= framesOf(entries)));
    else send(session, framesOf(news.filter((item) => isNewsTo(session, item)).map(({ entry }) => entry)));
  }
}

/** Tells one peer all of `entries`. */
export function tell(session: PeerSession, entries: readonly HaveEntry[]): void {
  send(session, framesOf(entries));
}

function isNewsTo(session: PeerSession, { key, entry }: News): boolean {
  const offer = session.offerOf(key);
  if (entry.state === 'gone' || !offer) return true;
  // Of a size that they do not agree on both hear.
  if (!offer.blocks || offer.totalBytes !== entry.totalBytes) return !hasAll(offer);
  return entry.state === 'complete' || !offer.blocks.includes(entry.blocks);
}

function send(session: PeerSession, frames: readonly Uint8Array[]): void {
  for (const frame of frames) session.sendEncoded(frame);
}

/** [HAVE-4] As many messages as it takes; none for nothing. */
function framesOf(entries: readonly HaveEntry[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let start = 0; start < entries.length; start += MAX_HAVE_ENTRIES)
    frames.push(encodePeerMessage({ type: 'have', entries: entries.slice(start, start + MAX_HAVE_ENTRIES) }));
  return frames;
}
