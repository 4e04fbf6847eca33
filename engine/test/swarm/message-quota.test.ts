import { MAX_MESSAGES_AT_ONCE, MAX_MESSAGES_PER_SECOND } from '../../src/protocol/limits';
import { encodePeerMessage, type PeerMessage } from '../../src/protocol/peer-messages';
import { MessageQuota } from '../../src/swarm/message-quota';
import { id, readySession, whole } from '../support/peer-session-rig';

const FRAME_BYTES = 1_600;
const PING: PeerMessage = { type: 'ping' };

/** How many of them are taken at once. */
function countOf(message: PeerMessage | undefined, most = 10_000): number {
  const quota = new MessageQuota(FRAME_BYTES);
  let count = 0;
  while (count < most && quota.take(message, 0)) count += 1;
  return count;
}

const data = (length: number): PeerMessage => ({
  type: 'data',
  requestId: 1,
  offset: 0,
  payload: new Uint8Array(length),
});
const request = (length: number): PeerMessage => ({
  type: 'request',
  requestId: 1,
  id,
  range: { start: 0, end: length },
  neededInMs: 0,
});

test.each<[string, PeerMessage | undefined, number]>([
  ['words', PING, MAX_MESSAGES_AT_ONCE],
  ['messages of unknown types', undefined, MAX_MESSAGES_AT_ONCE],
  ['announcements of 64 segments', { type: 'have', entries: Array.from({ length: 64 }, () => whole(1)) }, 1_000],
  ['crumbs of data', data(99), MAX_MESSAGES_AT_ONCE],
  ['pieces of data', data(100), 10_000],
  ['small requests', request(FRAME_BYTES - 1), MAX_MESSAGES_AT_ONCE],
  ['requests', request(FRAME_BYTES), 10_000],
  ['rejects', { type: 'reject', requestId: 1, reason: 'busy' }, 10_000],
])('[PEER-16] of %s so many are taken at once as they cost work', (_, message, count) => {
  expect(countOf(message)).toBe(count);
});

test('[PEER-16] more are taken as time passes, never more at once', () => {
  const quota = new MessageQuota(FRAME_BYTES);
  for (let count = 0; count < MAX_MESSAGES_AT_ONCE; count += 1) quota.take(PING, 0);
  for (let count = 0; count < MAX_MESSAGES_PER_SECOND; count += 1) expect(quota.take(PING, 1_000)).toBe(true);
  expect(quota.take(PING, 1_000)).toBe(false);
  for (let count = 0; count < MAX_MESSAGES_AT_ONCE; count += 1) expect(quota.take(PING, 9_000_000)).toBe(true);
  expect(quota.take(PING, 9_000_000)).toBe(false);
});

test('[PEER-16] a clock that goes back gives nothing and takes nothing', () => {
  const quota = new MessageQuota(FRAME_BYTES);
  for (let count = 0; count < MAX_MESSAGES_AT_ONCE; count += 1) quota.take(PING, 5_000);
  expect(quota.take(PING, 4_000)).toBe(false);
  expect(quota.take(PING, 5_000)).toBe(false);
});

test('[PEER-16] a peer that sends one more is closed', () => {
  const { session, told } = readySession();
  const ping = encodePeerMessage(PING);
  // The greeting and the announcement have taken some.
  for (let count = 0; count < MAX_MESSAGES_AT_ONCE && !session.isClosed; count += 1) session.handleFrame(ping, 0);
  expect(told).toEqual(['unwanted! message flood']);
});
