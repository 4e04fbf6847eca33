// A playlist that lists other segments under numbers that it had before, and is as long as before or longer. It used to
// be taken for the next refresh: what was kept under those numbers was given for the new segments.

import { SessionRig } from '../support/session-rig';
import { addMedia, mediaText, singleModel, SOURCE, type MediaText } from './playlists';

/** What a refresh does to a live playlist of these. */
function refreshed(before: MediaText, after: MediaText) {
  const model = singleModel();
  addMedia(model, SOURCE, mediaText(before));
  return addMedia(model, SOURCE, mediaText(after));
}

test('[MEDIA-7] other files under known numbers: all that was known is forgotten', () => {
  const { added, removed } = refreshed({ first: 5 }, { first: 5, count: 4, name: (n) => `seg${n + 1}.ts` });
  expect([removed.length, added.length]).toEqual([3, 4]);
});

test('[MEDIA-7] one other file is enough', () => {
  const name = (n: number): string => (n === 6 ? 'slate.ts' : `seg${n}.ts`);
  expect(refreshed({ first: 5 }, { first: 5, name }).removed).toHaveLength(3);
});

test.each<[string, MediaText]>([
  ['a window that moved', { first: 6 }],
  ['a new token behind the name', { name: (n) => `seg${n}.ts?t=2` }],
  ['a new token in the path', { name: (n) => `t=2/seg${n}.ts` }],
  ['another host', { name: (n) => `https://other.example/x/seg${n}.ts` }],
])('[MEDIA-7] %s is not that', (_, after) => {
  expect(refreshed({ first: 5 }, { first: 5, ...after }).removed).toEqual([]);
});

test('[MEDIA-7] other parts of a file are', () => {
  const text = (start: number): string =>
    `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n#EXT-X-BYTERANGE:100@${start}\nall.mp4\n`;
  const model = singleModel();
  addMedia(model, SOURCE, text(0));
  expect(addMedia(model, SOURCE, text(0)).removed).toEqual([]);
  expect(addMedia(model, SOURCE, text(50)).removed).toHaveLength(1);
});

test('[DL-6] what is kept under a number is not given for the segment that has it then', () => {
  const rig = SessionRig.playing(0, { isLive: true });
  rig.request(3);
  rig.originSends(3);
  const shifted = rig.content.playlistAt(0).replace('#EXTINF:2.000,', '#EXTINF:2.000,\nfirst.ts\n#EXTINF:2.000,');
  rig.addManifest(shifted);
  const requestId = rig.request(2);
  expect(rig.of('readSegment')).toEqual([]);
  rig.originSends(2);
  const { bytes } = rig.of('deliver').find(({ delivery }) => delivery.requestId === requestId)?.delivery ?? {};
  expect(Buffer.from(bytes ?? []).equals(rig.content.bytesOf(2))).toBe(true);
});
