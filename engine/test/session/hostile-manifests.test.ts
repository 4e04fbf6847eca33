// Manifests that are torn, mixed up or hostile, in the middle of playback: the session never throws, and what the player
// asks for is answered, or left to its own loader.

import fc from 'fast-check';
import { SessionRig } from '../support/session-rig';

const INDEX = 3;

/** A playlist with pieces of it moved, doubled, cut out, or replaced by something that ought not to be there. */
const hostile = (text: string) => {
  const place = fc.nat({ max: text.length });
  const foreign = fc.constantFrom(
    '#EXT-X-ENDLIST\n',
    '#EXT-X-MEDIA-SEQUENCE:99999999999999999999\n',
    '#EXT-X-DISCONTINUITY-SEQUENCE:-1\n',
    '#EXT-X-BYTERANGE:99999999999@99999999999\n',
    '#EXT-X-SKIP:SKIPPED-SEGMENTS=4294967295\n',
    '#EXT-X-STREAM-INF:BANDWIDTH=NaN\nother.m3u8\n',
    '#EXTINF:-1e308,\n',
    '#EXT-X-KEY:METHOD=AES-128,URI="',
    '\u0000\uD800',
    'https://[::::]/\n',
    '<MPD',
  );
  const edit = fc.record({
    from: place,
    to: place,
    at: place,
    piece: fc.oneof(fc.constant(undefined), foreign, fc.string()),
  });
  return fc.array(edit, { minLength: 1, maxLength: 6 }).map((edits) =>
    edits.reduce((result, { from, to, at, piece }) => {
      const cut = result.slice(Math.min(from, to), Math.max(from, to));
      return result.slice(0, at) + (piece ?? cut) + result.slice(piece === undefined ? at : Math.max(at, to));
    }, text),
  );
};

test.each([false, true])('[MEDIA-3] live %p: whatever the next manifest says', (isLive) => {
  const { content } = new SessionRig({ isLive });
  fc.assert(
    fc.property(hostile(content.playlistAt(0)), fc.boolean(), (text, isMidway) => {
      const rig = SessionRig.playing(0, { isLive });
      const requestId = rig.request(INDEX);
      if (isMidway) rig.originSends(INDEX, { end: 50_000 });
      rig.addManifest(text);
      const isLost = rig.of('fail').length > 0;
      if (!isLost) {
        rig.pass(12_000);
        rig.originSends(INDEX);
        rig.pass(20_000);
      }
      const answers = [...rig.of('deliver').map(({ delivery }) => delivery), ...rig.of('fail')];
      expect(answers.map((answer) => answer.requestId)).toEqual([requestId]);
      expect(rig.deliveries().every(({ isRight }) => isRight)).toBe(true);
      // So with the next sound one: what is not left to the player is answered.
      rig.addManifest();
      for (let index = 0; index < 6; index += 1) {
        if (index === INDEX || !rig.session.findSegment(rig.content.segmentUrl(index), undefined)) continue;
        const before = rig.deliveries().length;
        rig.request(index);
        rig.originSends(index);
        expect(rig.deliveries().slice(before)).toMatchObject([{ isRight: true }]);
      }
      rig.run(rig.session.leave(rig.now));
      expect(rig.wakeAt).toBe(Infinity);
    }),
    { seed: 1, numRuns: 150 },
  );
});
