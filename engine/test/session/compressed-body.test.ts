// Some origins compress everything, media too. Across origins the browser then shows the length of the compressed body
// and hides that it is compressed: who believes it hands the player a segment that is cut off.

import { SessionRig } from '../support/session-rig';

test('[DL-4] a body longer than its stated length is delivered whole', () => {
  const rig = SessionRig.playing(0);
  const requestId = rig.request(3);
  const [fetch] = rig.of('fetchHttp');
  const fetchId = fetch?.fetchId ?? -1;
  const body = rig.content.bytesOf(3);
  rig.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: 150_000 } });
  // The first piece ends exactly where the body is said to end.
  rig.tell({ type: 'httpChunk', fetchId, bytes: body.slice(0, 150_000) });
  expect(rig.of('deliver')).toEqual([]);
  rig.tell({ type: 'httpChunk', fetchId, bytes: body.slice(150_000) });
  expect(rig.of('deliver')).toEqual([]);
  rig.tell({ type: 'httpEnd', fetchId });
  expect(rig.deliveries()).toEqual([{ requestId, isRight: true }]);
  expect(rig.counters).toMatchObject({ httpBytes: body.length, wastedBytes: 0 });
});
