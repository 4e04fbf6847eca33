// What chance tells a session: frames that are nearly right, and what comes when it is all over.

import { encodePeerMessage, type PeerMessage } from '../../src/protocol/peer-messages';
import type { SessionInput } from '../../src/session/session-effects';
import { wireIdOf } from './wire-peer';

export const TRACKER = 'wss://one.example';

export const TRACKER_NONSENSE: readonly string[] = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '{"action":"announce"}',
    '{"failure reason":"no"}',
    '{"failure reason":"token expired"}',
    '{"offer":{}}',
  ],
];

/** What the page's function gave, or an answer that nobody waits for. */
export function tokenAnswer(lastAskId: number, a: number, b: number): SessionInput {
  const askId = a % 4 > 0 ? lastAskId : a;
  if (b % 3 === 0) return { type: 'tokenFailed', askId, why: 'no' };
  return { type: 'tokenGiven', askId, token: ['opaque', '', undefined, `1.k.${a}.${a + b}.x`, 'x'.repeat(999)][b % 5] };
}

/** A playlist torn at a place, with noise, without its first line, of other names, of durations that cannot be. */
export function brokenManifests(text: string, place: number): readonly string[] {
  const torn = text.slice(0, (place * 37) % text.length);
  const renamed = text.replaceAll('segment-', 'again-');
  return [torn, `${torn}\0\uffff`, text.replace('#EXTM3U', ''), '', renamed, text.replaceAll('2.000', '1e999')];
}

/** A frame with one bit turned, or torn off; about an open request, where there is one. */
export function mutatedFrame(requestId: number, position: number, b: number, c: number): Uint8Array {
  const messages: PeerMessage[] = [
    { type: 'data', requestId, offset: position + (b % 3), payload: new Uint8Array(1 + c) },
    { type: 'have', entries: [{ id: wireIdOf(b), state: 'complete', totalBytes: 1 + c }] },
    { type: 'reject', requestId, reason: 'absent' },
    { type: 'request', requestId: b, id: wireIdOf(b), range: { start: c, end: c + 1 }, neededInMs: 0 },
  ];
  const frame = encodePeerMessage(messages[c % messages.length] ?? { type: 'ping' }).slice();
  const at = (b * 7) % frame.length;
  frame[at] = (frame[at] ?? 0) ^ (1 << (c % 8));
  return b % 4 === 0 ? frame.slice(0, at) : frame;
}

/** Everything that ports may still say after a session has left. */
export function knocks(
  linkIds: readonly number[],
  fetchIds: readonly number[],
  readIds: readonly number[],
): SessionInput[] {
  return [
    { type: 'wake' },
    { type: 'trackerOpen', url: TRACKER },
    { type: 'trackerMessage', url: TRACKER, text: '{}' },
    { type: 'trackerClose', url: TRACKER, reason: '' },
    { type: 'tokenGiven', askId: 1, token: 'late' },
    { type: 'tokenFailed', askId: 1, why: 'late' },
    ...linkIds.flatMap((linkId): SessionInput[] => [
      { type: 'linkOpen', linkId },
      { type: 'linkDescription', linkId, description: { type: 'answer', sdp: '' } },
      { type: 'linkFrame', linkId, frame: encodePeerMessage({ type: 'ping' }) },
      { type: 'linkFlushed', linkId, byteCount: 10 },
      { type: 'linkClose', linkId, reason: '' },
    ]),
    ...fetchIds.map((fetchId): SessionInput => ({ type: 'httpEnd', fetchId })),
    ...readIds.map((readId): SessionInput => ({ type: 'segmentRead', readId, bytes: new Uint8Array(1) })),
    { type: 'segmentPut', key: 'k', isStored: false },
  ];
}
