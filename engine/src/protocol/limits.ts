// Every limit of what the outside may send, and whom it stops. Users find the same list in PROTOCOL.md.

import { kibibytes, mebibytes } from '../base/units';

/** Largest frame accepted from a peer. Stops a peer that makes us reassemble huge data-channel messages. */
export const MAX_FRAME_BYTES = kibibytes(64);

/** Most bytes one request may ask for. Stops a peer from queueing a whole film with one message. */
export const MAX_REQUEST_BYTES = mebibytes(1);

/** Requests that one peer may have open at us. Stops request floods; more are rejected as busy. */
export const MAX_OPEN_REQUESTS_PER_PEER = 16;

/** Requests over the limit that are answered by a reject before the peer is closed. Stops a peer that ignores rejects. */
export const MAX_EXCESS_REQUESTS_PER_PEER = 256;

/** Messages of a peer that cost work and bring nothing: those that are ever taken at once, */
export const MAX_MESSAGES_AT_ONCE = 2_000;

/** and how many more in each second. Stops a peer that keeps the page busy with words. */
export const MAX_MESSAGES_PER_SECOND = 100;

/** Entries in one `have` message. Stops a single message that takes long to read. */
export const MAX_HAVE_ENTRIES = 512;

/** Segments that one peer may say it has. Stops a peer that fills our memory with false availability. */
export const MAX_SEGMENTS_PER_PEER = 8192;

/** Largest segment that is shared. Stops a peer from announcing sizes that no buffer can hold. */
export const MAX_SEGMENT_BYTES = mebibytes(64);

/** Bytes of one block map: 64 MiB in blocks of 128 KiB. Stops a peer that announces blocks that cannot be. */
export const MAX_BLOCK_MAP_BYTES = 64;

/** Largest text accepted from a tracker. Stops a tracker, or whoever speaks through it, from blocking the page. */
export const MAX_TRACKER_MESSAGE_CHARS = kibibytes(64);

/** Largest session description accepted from another viewer. A data-channel one takes 1 to 3 KiB. */
export const MAX_SDP_CHARS = kibibytes(16);

/** Peers that one peer may say it is connected to. Stops a peer that fills our memory with names. */
export const MAX_INTRODUCED_PEERS = 128;

/** Offers and answers for others, or of others, that are taken from one peer in a minute. Stops one that uses us as its megaphone. */
export const MAX_SIGNALS_PER_MINUTE = 60;

/** Offers and answers over that limit, dropped, before the peer is closed. Stops a peer that floods on. */
export const MAX_EXCESS_SIGNALS_PER_MINUTE = 60;

/** Longest token that is shown to trackers. Stops a page's function from swelling each announce; signed ones have 300 at most. */
export const MAX_TOKEN_CHARS = 512;

/** Longest time that a tracker may ask to be left alone. Stops one, or whoever speaks for it, from sending viewers away. */
export const MAX_RETRY_AFTER_MS = 300_000;

/** Offers in one announce; also what trackers accept. */
export const MAX_OFFERS_PER_ANNOUNCE = 5;
