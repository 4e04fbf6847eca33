// DASH manifest texts for the tests, and the few lines that every test of the model needs.

import { DASH_FORMAT } from '../../../src/media/dash/dash-model';
import { HLS_FORMAT } from '../../../src/media/hls-model';
import { MediaModel, type ManifestOutcome } from '../../../src/media/media-model';
import type { Segment } from '../../../src/media/segment';

export const MPD_URL = 'https://origin.example/show/main.mpd';

/** URL of a resource next to {@link MPD_URL}. */
export const at = (path: string): string => new URL(path, MPD_URL).href;

/** An MPD of this content. */
export const mpd = (content: string, attributes = 'type="static" mediaPresentationDuration="PT20S"'): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes}>${content}</MPD>`;

/** Attributes of a live MPD. */
export const LIVE = 'type="dynamic" availabilityStartTime="2024-01-01T00:00:00Z" minimumUpdatePeriod="PT2S"';

export interface PeriodText {
  id?: string;
  start?: string;
  duration?: string;
  baseUrl?: string;
  /** The segment information of the AdaptationSet. */
  segments?: string;
  representations?: string;
}

export const TEMPLATE = '<SegmentTemplate media="$RepresentationID$/$Number$.m4s" duration="2" startNumber="1"/>';
const ONE = '<Representation id="v1" bandwidth="800000" width="640" height="360"/>';

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${value}"`;

/** A Period with one video AdaptationSet. */
export function period(options: PeriodText = {}): string {
  const { id, start, duration, baseUrl, segments = TEMPLATE, representations = ONE } = options;
  const head = `<Period${attribute('id', id)}${attribute('start', start)}${attribute('duration', duration)}>`;
  const base = baseUrl === undefined ? '' : `<BaseURL>${baseUrl}</BaseURL>`;
  const set = `<AdaptationSet contentType="video" mimeType="video/mp4" codecs="avc1.4d401e">${segments}${representations}</AdaptationSet>`;
  return `${head}${base}${set}</Period>`;
}

/** A SegmentTemplate with these rows in its SegmentTimeline. */
export const timeline = (media: string, rows: string, attributes = 'timescale="10"'): string =>
  `<SegmentTemplate media="${media}" ${attributes}><SegmentTimeline>${rows}</SegmentTimeline></SegmentTemplate>`;

/** A model that reads DASH, of the source at {@link MPD_URL} unless told otherwise. */
export function dashModel(...texts: string[]): MediaModel {
  const model = new MediaModel({ sourceUrl: MPD_URL, formats: [HLS_FORMAT, DASH_FORMAT] });
  for (const text of texts) addMpd(model, text);
  return model;
}

/** Adds a manifest that the test expects to be taken in. */
export function addMpd(model: MediaModel, text: string, url = MPD_URL): ManifestOutcome {
  const outcome = model.addManifest({ url, text });
  if (outcome.kind !== 'multivariant') throw new Error(`expected to be taken in, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Sequence numbers of segments; undefined for what is no segment. */
export const sequences = (segments: readonly (Segment | undefined)[]): (number | undefined)[] =>
  segments.map((segment) => segment?.id.sequence);

/** The sequence numbers that requests for these paths are for. */
export const sequencesAt = (model: MediaModel, ...paths: string[]): (number | undefined)[] =>
  sequences(paths.map((path) => model.findSegment(at(path))));

/** A `sidx` box, version 0 unless `isLong`, with references of these sizes (negative: to a further index). */
export function sidxBox(
  sizes: readonly number[],
  { isLong = false, firstOffset = 0, timescale = 10 } = {},
): Uint8Array {
  const head = isLong ? 40 : 32;
  const bytes = new Uint8Array(head + 12 * sizes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(4, 0x73696478);
  view.setUint8(8, isLong ? 1 : 0);
  view.setUint32(16, timescale);
  view.setUint32(head - 8, firstOffset);
  view.setUint16(head - 2, sizes.length);
  sizes.forEach((size, i) => {
    view.setUint32(head + 12 * i, size < 0 ? 2 ** 31 - size : size);
    view.setUint32(head + 12 * i + 4, 20);
  });
  return bytes;
}
