// Browsers notice a peer that vanished after half a minute or more. Until then it would be asked for segments, and be
// elected to fetch new ones.

import { ANSWER_MS, SILENCE_MS } from '../../src/swarm/peer-session';
import { GREETING, OTHER, startSession } from '../support/peer-session-rig';

function readySession() {
  const rig = startSession();
  rig.session.expect(OTHER, 0);
  rig.session.handleOpen();
  rig.receive(GREETING, 1_000);
  return rig;
}

test('[PEER-12] a silent peer is asked once, and closed when it does not answer', () => {
  const { session, sent, told } = readySession();
  const askedAt = 1_000 + SILENCE_MS;
  expect(session.wakeAt).toBe(askedAt);
  session.wake(askedAt - 1);
  expect(sent.filter(({ type }) => type === 'ping')).toHaveLength(0);
  session.wake(askedAt);
  session.wake(askedAt + 1);
  expect(sent.filter(({ type }) => type === 'ping')).toHaveLength(1);
  expect(session.wakeAt).toBe(askedAt + ANSWER_MS);
  session.wake(askedAt + ANSWER_MS);
  expect(told).toContain('unwanted silent');
  expect(session.isClosed).toBe(true);
});

test('[PEER-12] any word of the peer is an answer', () => {
  const { session, sent, told, receive } = readySession();
  session.wake(1_000 + SILENCE_MS);
  receive({ type: 'pong' }, 12_000);
  expect(session.wakeAt).toBe(12_000 + SILENCE_MS);
  session.wake(12_000 + SILENCE_MS);
  receive({ type: 'have', entries: [] }, 23_000);
  session.wake(23_000 + SILENCE_MS - 1);
  expect(told.filter((line) => line.startsWith('unwanted'))).toEqual([]);
  expect(sent.filter(({ type }) => type === 'ping')).toHaveLength(2);
});

test('[PEER-12] after a sleep of an hour a peer is asked before it is given up', () => {
  const { session, sent } = readySession();
  session.wake(3_600_000);
  expect(session.isClosed).toBe(false);
  expect(sent.at(-1)).toEqual({ type: 'ping' });
});

test('[PEER-12] a ping is answered', () => {
  const { sent, receive } = readySession();
  receive({ type: 'ping' }, 2_000);
  expect(sent.at(-1)).toEqual({ type: 'pong' });
});
