// What the multivariant playlist says of a rendition → an identity that is the same for all viewers, whatever
// hosts, paths and tokens their URLs have.

import type { BitsPerSecond } from '../base/units';
import type { TagAttributes } from './attribute-list';
import type { ListedVariant } from './read-playlist';
import { textHash } from './text-hash';

/** What a rendition holds; `single`: the source is one media playlist, which does not tell. */
export type RenditionType = 'video' | 'audio' | 'single';

/** One encoding that the player can pick: a variant, or an alternative audio or video. */
export interface Rendition {
  /** {@link renditionIdOf} its key. */
  readonly id: number;
  /** The canonical text that identifies it, see {@link renditionKeyOf}. */
  readonly key: string;
  /** `video` includes variants with audio muxed in. */
  readonly type: RenditionType;
  /** Peak rate, when the playlist tells. */
  readonly bandwidth?: BitsPerSecond;
}

/** What identifies a rendition, in the order of the canonical text. Absent: not stated. */
export interface RenditionAttributes {
  readonly type: RenditionType;
  readonly bandwidth?: string;
  readonly resolution?: string;
  readonly codecs?: string;
  readonly frameRate?: string;
  readonly videoRange?: string;
  readonly group?: string;
  readonly language?: string;
  readonly channels?: string;
  readonly name?: string;
  readonly stableId?: string;
}

/** First line of a rendition's canonical text. */
export const KEY_HEADER = 'p2p-media-rendition/1';
const AUDIO_CODEC = /^(mp4a|mp3|ac-3|ac-4|ec-3|opus|flac|alac|vorbis|dts[a-z+-]?)/i;
const FRAME_RATE_DECIMALS = 3;

/**
 * The canonical text of a rendition: the line `p2p-media-rendition/1`, then one line `name=value` for each
 * stated attribute, in this order, joined by a line feed (no line feed at the end), in UTF-8:
 * `type` (`video`, `audio`, `single`), `bandwidth` (decimal; not when there is a `stable-id`, because some origins
 * measure it anew for each playlist), `resolution` (`WxH`), `codecs` (lower case, sorted,
 * comma between), `frame-rate` (at most three decimals, no trailing zeros), `video-range`, `group` (EXT-X-MEDIA
 * only), `language` (lower case), `channels`, `name`, `stable-id` (STABLE-VARIANT-ID or STABLE-RENDITION-ID), and
 * `order` when other playlists before it had the same attributes: how many.
 * URLs are no part of it.
 */
export function renditionKeyOf(attributes: RenditionAttributes, order: number): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['type', attributes.type],
    ['bandwidth', attributes.stableId === undefined ? attributes.bandwidth : undefined],
    ['resolution', attributes.resolution],
    ['codecs', attributes.codecs],
    ['frame-rate', attributes.frameRate],
    ['video-range', attributes.videoRange],
    ['group', attributes.group],
    ['language', attributes.language],
    ['channels', attributes.channels],
    ['name', attributes.name],
    ['stable-id', attributes.stableId],
    ['order', order > 0 ? String(order) : undefined],
  ];
  const stated = lines.filter(([, value]) => value !== undefined);
  return [KEY_HEADER, ...stated.map(([name, value]) => `${name}=${value}`)].join('\n');
}

/** The first 32 bits of the SHA-256 of a rendition key, the first byte the most significant. */
export const renditionIdOf = (key: string): number => textHash(key);

/** A rendition from its attributes and its place among those with the same ones. */
export function createRendition(attributes: RenditionAttributes, order: number): Rendition {
  const key = renditionKeyOf(attributes, order);
  const { type, bandwidth } = attributes;
  return { id: renditionIdOf(key), key, type, ...(bandwidth !== undefined && { bandwidth: Number(bandwidth) }) };
}

let single: Rendition | undefined;

/** The rendition of a source that is one media playlist: always the same object. */
export function singleRendition(): Rendition {
  // Not made at load time: a page's unit tests may import the script where TextEncoder is missing.
  return (single ??= createRendition({ type: 'single' }, 0));
}

/** What an EXT-X-STREAM-INF says of its rendition. */
export function variantAttributes({ attributes }: ListedVariant): RenditionAttributes {
  const codecs = normalizeCodecs(textOf(attributes, 'CODECS'));
  const resolution = resolutionOf(textOf(attributes, 'RESOLUTION'));
  const isAudio = !resolution && !!codecs && codecs.split(',').every((codec) => AUDIO_CODEC.test(codec));
  return {
    type: isAudio ? 'audio' : 'video',
    bandwidth: wholeNumberOf(textOf(attributes, 'BANDWIDTH')),
    resolution,
    codecs,
    frameRate: frameRateOf(textOf(attributes, 'FRAME-RATE')),
    videoRange: textOf(attributes, 'VIDEO-RANGE'),
    name: textOf(attributes, 'NAME'),
    stableId: textOf(attributes, 'STABLE-VARIANT-ID'),
  };
}

/**
 * What an EXT-X-MEDIA says of its rendition. The group counts: origins that leave groups out for some devices
 * would otherwise move the order of those that nothing else tells apart.
 */
export function alternativeAttributes(type: 'video' | 'audio', attributes: TagAttributes): RenditionAttributes {
  return {
    type,
    group: textOf(attributes, 'GROUP-ID'),
    language: textOf(attributes, 'LANGUAGE')?.toLowerCase(),
    channels: textOf(attributes, 'CHANNELS'),
    name: textOf(attributes, 'NAME'),
    stableId: textOf(attributes, 'STABLE-RENDITION-ID'),
  };
}

/** An attribute as text; undefined when it is absent or empty. */
export function textOf(attributes: TagAttributes, name: string): string | undefined {
  const text = attributes.get(name);
  return text === '' ? undefined : text;
}

/** Codecs in the one spelling of a canonical text: lower case, sorted. */
export function normalizeCodecs(text: string | undefined): string | undefined {
  const codecs = text?.toLowerCase().split(',');
  const known = codecs?.map((codec) => codec.trim()).filter((codec) => codec !== '');
  return known?.length ? known.sort().join(',') : undefined;
}

/** The whole number that `text` begins with. */
function wholeNumberOf(text = ''): string | undefined {
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

function resolutionOf(text = ''): string | undefined {
  const [w, h] = text.split('x').map((side) => wholeNumberOf(side));
  return w !== undefined && h !== undefined ? `${w}x${h}` : undefined;
}

function frameRateOf(text = ''): string | undefined {
  const value = Number.parseFloat(text);
  return value > 0 && Number.isFinite(value) ? String(Number(value.toFixed(FRAME_RATE_DECIMALS))) : undefined;
}
