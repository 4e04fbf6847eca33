// Who was closed because it harms, and comes back.

import { SHUN_MS } from '../../src/swarm/peer-scores';
import { SessionRig } from '../support/session-rig';

const NONSENSE = Uint8Array.of(77);

const isAnswered = (rig: SessionRig, letter: string): boolean => {
  const before = rig.of('answerLink').length;
  const peerId = letter.repeat(20);
  rig.trackerSays({ peer_id: peerId, offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: letter } });
  return rig.of('answerLink').length > before;
};

test('[SCORE-8] who broke the protocol is not answered for 10 minutes', () => {
  const rig = SessionRig.playing(30);
  const linkId = rig.connectPeer('z');
  rig.tell({ type: 'linkFrame', linkId, frame: NONSENSE });
  expect(rig.of('closeLink').map((effect) => effect.linkId)).toContain(linkId);
  expect([isAnswered(rig, 'z'), isAnswered(rig, 'y')]).toEqual([false, true]);
  rig.now += SHUN_MS - 1;
  expect(isAnswered(rig, 'z')).toBe(false);
  rig.now += 1;
  expect(isAnswered(rig, 'z')).toBe(true);
});

// It took up the offers that we had out, and was let in by that door.
test('[SCORE-8] nor may it answer an offer', () => {
  const rig = new SessionRig();
  rig.addManifest();
  for (const { linkId } of rig.of('offerLink'))
    rig.tell({ type: 'linkDescription', linkId, description: { type: 'offer', sdp: 's' } });
  rig.tell({ type: 'trackerOpen', url: 'wss://tracker.example' });
  rig.trackerSays({ interval: 120, complete: 0, incomplete: 4 });
  const linkId = rig.connectPeer('z');
  rig.tell({ type: 'linkFrame', linkId, frame: NONSENSE });
  const { offers } = rig
    .of('sendTracker')
    .map(({ text }) => JSON.parse(text) as { offers?: { offer_id: string }[] })
    .find((message) => (message.offers?.length ?? 0) > 0) ?? { offers: [] };
  const answerFrom = (letter: string, index: number): void =>
    rig.trackerSays({
      peer_id: letter.repeat(20),
      offer_id: offers?.[index]?.offer_id,
      answer: { type: 'answer', sdp: letter },
    });
  answerFrom('z', 0);
  expect(rig.of('acceptAnswer')).toEqual([]);
  answerFrom('y', 1);
  expect(rig.of('acceptAnswer')).toHaveLength(1);
});

test('[SCORE-8] who was closed as useless is let in again where there are few peers', () => {
  const rig = SessionRig.playing(30);
  const linkId = rig.connectPeer('z');
  rig.peerHas(linkId, 3);
  rig.request(3);
  for (let turn = 0; turn < 5; turn += 1) {
    rig.now += 3_000;
    rig.tell({ type: 'wake' });
  }
  rig.now += 60_000;
  rig.play(30);
  for (let turn = 0; turn < 30 && rig.of('closeLink').length === 0; turn += 1) {
    rig.peerSays(linkId, { type: 'pong' });
    rig.request(3);
    rig.play(30);
    rig.now += 3_000;
    rig.tell({ type: 'wake' });
  }
  expect(rig.of('report').some(({ payload }) => 'reason' in payload && payload.reason === 'failed 5 requests')).toBe(
    true,
  );
  expect(isAnswered(rig, 'z')).toBe(true);
});

test('[SCORE-8] nobody is shunned for what another says in its name', () => {
  const rig = SessionRig.playing(30);
  const peerId = 'z'.repeat(20);
  rig.trackerSays({ peer_id: peerId, offer_id: peerId, offer: { type: 'offer', sdp: 'z' } });
  const linkId = rig.of('answerLink').at(-1)?.linkId ?? 0;
  rig.tell({ type: 'linkOpen', linkId });
  rig.tell({ type: 'linkFrame', linkId, frame: NONSENSE });
  expect(rig.of('closeLink').map((effect) => effect.linkId)).toContain(linkId);
  expect(isAnswered(rig, 'z')).toBe(true);
});

test('[SCORE-8] a liar that comes back has its score, and is closed at its next lie', () => {
  const rig = SessionRig.playing(0);
  const lie = (index: number): void => {
    const linkId = rig.connectPeer('z');
    rig.request(index);
    rig.peerHas(linkId, index, undefined, 100);
    rig.originSends(index);
    rig.tell({ type: 'linkClose', linkId, reason: 'gone' });
  };
  lie(1);
  expect(rig.of('closeLink')).toHaveLength(1);
  lie(2);
  const reasons = rig.of('report').flatMap(({ payload }) => ('reason' in payload ? [payload.reason] : []));
  expect(reasons).toContain('false sizes');
  expect(isAnswered(rig, 'z')).toBe(false);
});
