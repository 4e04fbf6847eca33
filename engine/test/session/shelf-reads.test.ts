import { SessionRig } from '../support/session-rig';

/** A viewer that has segment 3, and asks for it again. */
function askedAgain() {
  const rig = SessionRig.playing(0);
  rig.request(3);
  rig.originSends(3);
  const requestId = rig.request(3);
  const { readId = 0 } = rig.of('readSegment').at(-1) ?? {};
  rig.effects.length = 0;
  return { rig, requestId, readId };
}

test('[STO-4] a segment that is kept is read, and handed over', () => {
  const { rig, requestId, readId } = askedAgain();
  rig.tell({ type: 'segmentRead', readId, bytes: rig.content.bytesOf(3).slice() });
  expect(rig.deliveries()).toEqual([{ requestId, isRight: true }]);
});

// It was forgotten: a player whose source was closed while the store was slow waited for ever.
test('[PLAY-4] who leaves while the store reads answers the request, and hears no more of it', () => {
  const { rig, requestId, readId } = askedAgain();
  rig.run(rig.session.leave(rig.now));
  expect(rig.of('fail').map((effect) => [effect.requestId, effect.error.reason])).toEqual([[requestId, 'destroyed']]);
  rig.effects.length = 0;
  rig.tell({ type: 'segmentRead', readId, bytes: new Uint8Array(1) });
  expect(rig.effects).toEqual([]);
});

test('[PLAY-4] nor is anything said to one that was aborted', () => {
  const { rig, requestId, readId } = askedAgain();
  rig.run(rig.session.abort(requestId, rig.now));
  rig.tell({ type: 'segmentRead', readId, bytes: new Uint8Array(1) });
  rig.run(rig.session.leave(rig.now));
  expect([rig.of('deliver'), rig.of('fail')]).toEqual([[], []]);
});
