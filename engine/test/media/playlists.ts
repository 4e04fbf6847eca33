// Playlist texts for the tests, and the few lines that every test of the model needs.

import { MediaModel, type ManifestOutcome, type MediaOutcome } from '../../src/media/media-model';

export const SOURCE = 'https://origin.example/show/main.m3u8';

/** A playlist text of these lines. */
export const m3u8 = (...lines: string[]): string => ['#EXTM3U', '#EXT-X-VERSION:6', ...lines, ''].join('\n');

export interface MediaText {
  first?: number;
  count?: number;
  /** Name of the segment with this media sequence. */
  name?: (sequence: number) => string;
  isEnded?: boolean;
  type?: 'VOD' | 'EVENT';
  discontinuitySequence?: number;
  /** Media sequences that a discontinuity precedes. */
  discontinuities?: number[];
  /** How many of `count` an EXT-X-SKIP stands for. */
  skip?: number;
}

/** A media playlist with `count` segments from media sequence `first`. */
export function mediaText(options: MediaText = {}): string {
  const { first = 0, count = 3, name = (n: number) => `seg${n}.ts`, skip = 0, discontinuities = [] } = options;
  const lines = ['#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${first}`];
  if (options.discontinuitySequence !== undefined) {
    lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${options.discontinuitySequence}`);
  }
  if (options.type) lines.push(`#EXT-X-PLAYLIST-TYPE:${options.type}`);
  if (skip > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skip}`);
  for (let n = first + skip; n < first + count; n++) {
    if (discontinuities.includes(n)) lines.push('#EXT-X-DISCONTINUITY');
    lines.push('#EXTINF:2.000,', name(n));
  }
  if (options.isEnded) lines.push('#EXT-X-ENDLIST');
  return m3u8(...lines);
}

/** Two variants and an audio group, at URLs that `locate` chooses. */
export const multivariantText = (locate: (path: string) => string = (path) => path): string =>
  m3u8(
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",LANGUAGE="en",CHANNELS="2",URI="${locate('en.m3u8')}"`,
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Deutsch",LANGUAGE="de",CHANNELS="2",URI="${locate('de.m3u8')}"`,
    `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",URI="${locate('subs.m3u8')}"`,
    '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="CC",INSTREAM-ID="CC1"',
    `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,URI="${locate('iframes.m3u8')}"`,
    '#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401e,mp4a.40.2",AUDIO="aac"',
    locate('low.m3u8'),
    '#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="aac"',
    locate('high.m3u8'),
  );

/** A model that has read the multivariant playlist at {@link SOURCE}. */
export function modelOf(multivariant: string = multivariantText(), url = SOURCE): MediaModel {
  const model = new MediaModel({ sourceUrl: url });
  model.addManifest({ url, text: multivariant });
  return model;
}

/** Adds a media playlist that the test expects to be taken in. */
export function addMedia(model: MediaModel, url: string, text: string, responseUrl?: string): MediaOutcome {
  return asMedia(model.addManifest({ url, text, ...(responseUrl !== undefined && { responseUrl }) }));
}

/** `outcome`, if it is that of a media playlist; else the test fails with what it is. */
export function asMedia(outcome: ManifestOutcome): MediaOutcome {
  if (outcome.kind !== 'media') throw new Error(`expected a media outcome, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** URL of a resource next to {@link SOURCE}. */
export const at = (path: string): string => new URL(path, SOURCE).href;

/** A model of a source that is one media playlist. */
export const singleModel = (): MediaModel => new MediaModel({ sourceUrl: SOURCE });
