// Which playlist URL is which rendition. Owns the multivariant playlist's list; knows no segments.

import { clonedUrl, type PathwayClone } from './content-steering';
import { MAX_LEARNED_PLAYLIST_URLS } from './limits';
import { playlistUrlKey, resolveHttpUrl } from './playlist-url';
import type { MultivariantPlaylist } from './read-playlist';
import {
  alternativeAttributes,
  createRendition,
  renditionKeyOf,
  textOf,
  variantAttributes,
  type Rendition,
  type RenditionAttributes,
} from './rendition';

/** A playlist that is known and not shared. */
export interface NotShared {
  readonly why: string;
}

/** What a playlist URL stands for. */
export type PlaylistTarget = Rendition | NotShared;

/** Tells the two kinds of {@link PlaylistTarget} apart. */
export const isShared = (target: PlaylistTarget): target is Rendition => 'id' in target;

const SUBTITLES: NotShared = { why: 'a subtitle playlist' };
const COLLISION: NotShared = { why: 'two renditions of this source have the same 32-bit identity' };
const AMBIGUOUS: NotShared = { why: 'its URL answered for several renditions' };

interface Listing {
  readonly uri: string;
  readonly attributes: RenditionAttributes;
  /** PATHWAY-ID: the same renditions over another CDN. Undefined: not of a variant, so in all of them. */
  readonly pathway: string | undefined;
}

/** The pathway of variants that name none (draft-pantos-hls-rfc8216bis §4.4.6.2). */
const DEFAULT_PATHWAY = '.';

/** The URLs under which a source's playlists are known: those declared, and those that redirects led to. */
export class PlaylistRegistry {
  private declared = new Map<string, PlaylistTarget>();
  /** Oldest first. */
  private readonly learned = new Map<string, PlaylistTarget>();
  private listed: readonly Rendition[] = [];
  /** All playlists of the multivariant playlist, absolute. */
  private listings: readonly Listing[] = [];

  /** In the order of the multivariant playlist. */
  get renditions(): readonly Rendition[] {
    return this.listed;
  }

  /** Makes `url` the playlist of the source's only rendition. */
  declareSingle(url: string, rendition: Rendition): void {
    this.listed = [rendition];
    this.learn(url, rendition);
  }

  /**
   * Takes the list of a multivariant playlist in place of the one before. URLs of the former list stay known
   * as far as their renditions are listed again: after a reload with new tokens the player may still use them.
   */
  declare(playlist: MultivariantPlaylist, baseUrl: string): void {
    const before = this.declared;
    this.listings = listingsOf(playlist, baseUrl);
    this.declared = targetsOf(playlist, this.listings, baseUrl);
    this.listed = [...new Set([...this.declared.values()].filter(isShared))];
    const byKey = new Map(this.listed.map((rendition) => [rendition.key, rendition]));
    const earlier = [...this.learned, ...before];
    this.learned.clear();
    for (const [url, target] of earlier) {
      const rendition = isShared(target) ? byKey.get(target.key) : target;
      if (rendition) this.learn(url, rendition);
    }
  }

  /** Makes known the playlists of pathways that were added while the stream plays; whether there are any. */
  addClones(clones: readonly PathwayClone[]): boolean {
    // A clone may be the base of one that comes after it.
    const pathways = [...this.listings];
    for (const clone of clones) {
      for (const listing of [...pathways]) {
        if (listing.pathway !== undefined && listing.pathway !== clone.baseId) continue;
        const url = clonedUrl(clone, listing.uri, listing.attributes.stableId);
        const target = this.targetOf(listing.uri);
        if (url === undefined || !target) continue;
        this.learn(url, target);
        if (listing.pathway !== undefined) pathways.push({ ...listing, uri: url, pathway: clone.id });
      }
      if (pathways.length > MAX_LEARNED_PLAYLIST_URLS) break;
    }
    return pathways.length > this.listings.length;
  }

  /** What the playlist at `url`, which answered from `responseUrl`, is; undefined: no such playlist is known. */
  find(url: string, responseUrl: string | undefined): PlaylistTarget | undefined {
    const urls = responseUrl === undefined || responseUrl === url ? [url] : [url, responseUrl];
    const target = urls.map((known) => this.targetOf(known)).find((known) => known !== undefined);
    if (target) for (const known of urls) this.learn(known, target);
    return target;
  }

  private targetOf(url: string): PlaylistTarget | undefined {
    const key = playlistUrlKey(url);
    return key === undefined ? undefined : (this.declared.get(key) ?? this.learned.get(key));
  }

  private learn(url: string, target: PlaylistTarget): void {
    const key = playlistUrlKey(url);
    if (key === undefined || this.declared.has(key)) return;
    const known = this.learned.get(key);
    this.learned.delete(key);
    this.learned.set(key, known && known !== target ? AMBIGUOUS : target);
    if (this.learned.size <= MAX_LEARNED_PLAYLIST_URLS) return;
    for (const [oldest] of this.learned) {
      this.learned.delete(oldest);
      break;
    }
  }
}

function targetsOf(
  playlist: MultivariantPlaylist,
  listings: readonly Listing[],
  baseUrl: string,
): Map<string, PlaylistTarget> {
  const targets = new Map<string, PlaylistTarget>();
  const byId = new Map<number, Rendition>();
  const collided = new Set<number>();
  const orders = new Map<string, number>();

  for (const { uri, attributes, pathway = DEFAULT_PATHWAY } of listings) {
    const url = playlistUrlKey(uri);
    // Listed before, for example with another audio group: the first listing gives the identity, and so it does
    // for every viewer, because the order is the playlist's.
    if (url === undefined || targets.has(url)) continue;
    // Counted per pathway: two CDNs that have the same renditions have them in one swarm.
    const tie = `${pathway}\n${renditionKeyOf(attributes, 0)}`;
    const order = orders.get(tie) ?? 0;
    orders.set(tie, order + 1);
    const rendition = createRendition(attributes, order);
    const owner = byId.get(rendition.id) ?? rendition;
    byId.set(rendition.id, owner);
    if (owner.key !== rendition.key) collided.add(rendition.id);
    targets.set(url, owner);
  }
  for (const [url, target] of targets) if (isShared(target) && collided.has(target.id)) targets.set(url, COLLISION);

  for (const alternative of playlist.alternatives) {
    const uri = textOf(alternative, 'URI');
    const url = uri === undefined || alternative.get('TYPE') !== 'SUBTITLES' ? undefined : playlistUrlKey(uri, baseUrl);
    if (url !== undefined && !targets.has(url)) targets.set(url, SUBTITLES);
  }
  return targets;
}

function listingsOf({ variants, alternatives }: MultivariantPlaylist, baseUrl: string): Listing[] {
  const listed = [
    ...variants.map((variant) => ({
      uri: variant.uri,
      attributes: variantAttributes(variant),
      pathway: textOf(variant.attributes, 'PATHWAY-ID') ?? DEFAULT_PATHWAY,
    })),
    ...alternatives.flatMap((alternative) => {
      const uri = textOf(alternative, 'URI');
      const declared = alternative.get('TYPE');
      const type = declared === 'AUDIO' ? 'audio' : declared === 'VIDEO' ? 'video' : undefined;
      // Without a URI it is muxed into a variant.
      if (uri === undefined || !type) return [];
      return [{ uri, attributes: alternativeAttributes(type, alternative), pathway: undefined }];
    }),
  ];
  return listed.flatMap((listing) => {
    const uri = resolveHttpUrl(listing.uri, baseUrl);
    return uri === undefined ? [] : [{ ...listing, uri }];
  });
}
