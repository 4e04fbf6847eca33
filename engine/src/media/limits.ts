// How much of a manifest the engine takes in. The texts come from the origin or from whoever answers in its
// place (a captive portal, a broken packager), so each limit keeps one bad answer from freezing the page or
// filling its memory. What goes over a limit is not shared; the player plays it as if the engine were not there.

/** Stops a text that would hold the main thread: 8 Mi characters take up to half a second to read. */
export const MAX_MANIFEST_LENGTH = 8 * 1024 * 1024;

/** Stops a playlist that fills the memory with segments. 50,000 are more than a day in 2 s segments. */
export const MAX_SEGMENTS_PER_PLAYLIST = 50_000;

/** Stops a multivariant playlist with endless variants and renditions. Large real ones have some 200. */
export const MAX_RENDITIONS = 512;

/** Stops a tag that fills the memory, or a variable whose value does. Real ones have a few hundred characters. */
export const MAX_TAG_LENGTH = 8192;

/** Stops a playlist of endless variables: their values are kept as long as the source. */
export const MAX_DEFINITIONS = 32;

/** Stops an origin that redirects each refresh to a new URL from filling the memory; the oldest are forgotten. */
export const MAX_LEARNED_PLAYLIST_URLS = 256;

/** Stops a player (or page) that loads playlists of which no multivariant playlist ever comes; the oldest are forgotten. */
export const MAX_PENDING_PLAYLISTS = 4;

/**
 * How many segments of a rendition stay known after they left the live playlist: a player that is behind
 * may still ask for them, and so may peers. Stops a live stream of days from filling the memory.
 */
export const KEPT_LEFT_SEGMENTS = 64;

/**
 * Under how many earlier URLs a segment is still found: players ask with the URL of the playlist they read
 * some refreshes ago. Stops a token that changes with each refresh from filling the memory.
 */
export const KEPT_EARLIER_URLS = 2;

/**
 * How many playlists in a row may be older than what is known before they are believed: an edge that lags
 * is behind for a refresh or two, an encoder that began anew stays behind. Stops old segments from being
 * taken for new ones with the same numbers.
 */
export const MAX_STALE_RELOADS = 3;

/** Stops a DASH manifest of millions of tiny elements. A day of segments without repeats in one list is 43,200. */
export const MAX_XML_ELEMENTS = 200_000;

/** Stops a DASH manifest that nests without end. Those with events inside go some ten levels deep. */
export const MAX_XML_DEPTH = 64;

/**
 * Stops a DASH manifest from multiplying: each Representation counts once for each combination of the base URLs
 * around it. 100 Periods between advertisements, with 20 Representations on two CDNs, are 4,000.
 */
export const MAX_REPRESENTATION_URLS = 8192;

/** Stops a DASH manifest from multiplying: each SegmentURL counts once for each base URL of each Representation. */
export const MAX_LISTED_URLS = 200_000;

/** Stops a SegmentTemplate of thousands of characters from being kept for each Representation. */
export const MAX_SEGMENT_URL_LENGTH = 4096;

/** Stops a server that answers the request for an index with a whole film: a `sidx` box has at most 65,535 entries. */
export const MAX_INDEX_BYTES = 1024 * 1024;

/** Stops a steering manifest from multiplying the playlists of a source: each clone has a URL for each of them. */
export const MAX_PATHWAY_CLONES = 16;
