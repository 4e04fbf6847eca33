// What a DASH manifest says of a Representation and of a Period → identities that are the same for all viewers,
// whatever hosts, paths and tokens their base URLs have.

import type { Milliseconds } from '../../base/units';
import { secondsToMs } from '../../base/units';
import { KEY_HEADER, normalizeCodecs, renditionIdOf, type Rendition } from '../rendition';
import { textHash } from '../text-hash';
import { foldSpace, type MpdPeriod, type MpdRepresentation } from './read-mpd';

/** What the number of a segment is. The same number means another segment in each of them. */
export type Addressing = 'number' | `time/${number}` | `bytes/${number}-${number}`;

/** What identifies a Representation, in the order of the canonical text. Absent: not stated. */
export interface DashAttributes {
  readonly type: 'video' | 'audio';
  readonly bandwidth?: string | undefined;
  readonly resolution?: string | undefined;
  readonly codecs?: string | undefined;
  readonly language?: string | undefined;
  readonly role?: string | undefined;
  readonly id?: string | undefined;
  readonly addressing: Addressing;
}

const PERIOD_HEADER = 'p2p-media-period/1';

/**
 * The canonical text of a DASH Representation, written like that of an HLS rendition: the line
 * `p2p-media-rendition/1`, the line `format=dash`, then one line `name=value` for each stated attribute, in this
 * order, joined by a line feed (no line feed at the end), in UTF-8:
 * `type` (`video` or `audio`: AdaptationSet\@contentType, else the first part of \@mimeType), `bandwidth` (only when
 * there is no `id`: some origins measure it anew for each manifest), `resolution` (`WxH`), `codecs` (lower case,
 * sorted, comma between), `language` (lower case), `role` (the value of the first Role), `id` (Representation\@id),
 * `addressing`, and `order` when others before it in the Period had the same lines: how many.
 * `addressing` is `number` ($Number$, or the place in a SegmentList), `time/` and the timescale ($Time$, or a
 * SegmentList with a SegmentTimeline), or `bytes/` and the index range as the manifest writes it (`829-956`).
 * White space in a value is a single space. URLs are no part of it, nor is the Period: see {@link periodKeyOf}.
 */
export function dashRenditionKeyOf(attributes: DashAttributes, order: number): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['format', 'dash'],
    ['type', attributes.type],
    ['bandwidth', attributes.bandwidth],
    ['resolution', attributes.resolution],
    ['codecs', attributes.codecs],
    ['language', attributes.language],
    ['role', attributes.role],
    ['id', attributes.id],
    ['addressing', attributes.addressing],
    ['order', order > 0 ? String(order) : undefined],
  ];
  const stated = lines.filter(([, value]) => value !== undefined);
  return [KEY_HEADER, ...stated.map(([name, value]) => `${name}=${value}`)].join('\n');
}

/**
 * The canonical text of a Period: the line `p2p-media-period/1`, then `availability-start` (milliseconds since 1970,
 * when the manifest states MPD\@availabilityStartTime: an encoder that began anew has another one, and its numbers
 * begin anew, too), then `id`, or when the Period has none `start` (its start in milliseconds, a whole number).
 * The first 32 bits of its SHA-256 are the `discontinuity` of its segments.
 * Undefined when the Period has neither.
 */
export function periodKeyOf(
  { id, startSeconds }: Pick<MpdPeriod, 'id' | 'startSeconds'>,
  availabilityStart: Milliseconds | undefined,
): string | undefined {
  if (id === '' && startSeconds === undefined) return undefined;
  const lines = [PERIOD_HEADER];
  if (availabilityStart !== undefined) lines.push(`availability-start=${availabilityStart}`);
  lines.push(id === '' ? `start=${Math.round(secondsToMs(startSeconds ?? 0))}` : `id=${id}`);
  return lines.join('\n');
}

/** The 32 bits that stand for a Period. */
export const periodIdOf = (key: string): number => textHash(key);

/** Undefined when it is neither video nor audio: subtitles, thumbnails. */
export function dashAttributesOf(
  { id, attributes }: Pick<MpdRepresentation, 'id' | 'attributes'>,
  addressing: Addressing,
): DashAttributes | undefined {
  const { contentType, mimeType, codecs, lang, role, width, height, bandwidth } = attributes;
  const type = (contentType ?? mimeType?.split('/')[0])?.trim().toLowerCase();
  if (type !== 'video' && type !== 'audio') return undefined;
  const isSized = Number.isSafeInteger(width) && Number.isSafeInteger(height);
  return {
    type,
    bandwidth: id === '' && Number.isSafeInteger(bandwidth) ? String(bandwidth) : undefined,
    resolution: isSized ? `${width}x${height}` : undefined,
    codecs: statedText(normalizeCodecs(codecs)),
    language: statedText(lang?.toLowerCase()),
    role: statedText(role?.value),
    id: statedText(id),
    addressing,
  };
}

/** The rendition of a Representation, and its place among those with the same lines in the Period. */
export function dashRendition(attributes: DashAttributes, order: number, bandwidth: number | undefined): Rendition {
  const key = dashRenditionKeyOf(attributes, order);
  const isKnown = bandwidth !== undefined && Number.isSafeInteger(bandwidth);
  return { id: renditionIdOf(key), key, type: attributes.type, ...(isKnown && { bandwidth }) };
}

function statedText(text: string | undefined): string | undefined {
  const folded = text === undefined ? '' : foldSpace(text);
  return folded === '' ? undefined : folded;
}
