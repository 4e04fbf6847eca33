// Segments of test streams are small. Those of real ones are many blocks long, and what asks for the first blocks only
// leaves the rest to HTTP without anybody noticing.

import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { SessionRig } from '../support/session-rig';

test('[DL-10] a segment of many blocks comes from a peer as a whole', () => {
  const rig = SessionRig.playing(30, { segmentBytes: 20 * TRANSFER_SIZES.blockBytes });
  const segmentBytes = rig.content.bytesOf(3).length;
  const peer = rig.connectPeer('z');
  rig.peerHas(peer, 3, undefined, segmentBytes);
  const requestId = rig.request(3);
  for (let index = 0; index < 20; index += 1) {
    const asked = rig.saidTo(peer, 'request')[index];
    if (asked) rig.serve(peer, asked);
  }
  expect(rig.deliveries()).toEqual([{ requestId, isRight: true }]);
  expect(rig.of('fetchHttp')).toEqual([]);
  expect(rig.counters).toMatchObject({ p2pBytes: segmentBytes, httpBytes: 0, p2pSegmentCount: 1 });
});
