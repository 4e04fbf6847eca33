// The WebTorrent tracker protocol, client side: JSON text ↔ typed messages. Ids are strings with one
// character per byte. Snake case stays in this file.

import type { Milliseconds } from '../base/units';
import { secondsToMs } from '../base/units';
import type { SessionDescription } from '../ports/peer-link';
import { isBinaryString } from './binary-string';
import { ProtocolViolation } from './byte-codec';
import { MAX_RETRY_AFTER_MS, MAX_SDP_CHARS, MAX_TRACKER_MESSAGE_CHARS } from './limits';

const ID_LENGTH = 20;

/** Bounds for the announce interval a tracker may ask for. Stop one that would silence us, or make us flood it. */
export const MIN_ANNOUNCE_INTERVAL_MS: Milliseconds = 10_000;
export const MAX_ANNOUNCE_INTERVAL_MS: Milliseconds = 3_600_000;

/** An offer waiting for somebody. */
export interface TrackerOffer {
  readonly offerId: string;
  readonly offer: SessionDescription;
}

/** What we tell a tracker about ourselves. */
export interface Announce {
  readonly infoHash: string;
  readonly peerId: string;
  /** Absent: we are still here. */
  readonly event?: 'started' | 'stopped';
  /** Absent: the tracker asks for none. */
  readonly token?: string;
  readonly offers: readonly TrackerOffer[];
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

/** The answer to an offer that the tracker brought. */
export interface TrackerAnswer {
  readonly infoHash: string;
  readonly peerId: string;
  readonly toPeerId: string;
  readonly offerId: string;
  readonly answer: SessionDescription;
}

/** What a tracker says. */
export type TrackerMessage =
  | {
      readonly type: 'announced';
      /** When to announce again, within the bounds above; undefined when the tracker did not say. */
      readonly intervalMs: Milliseconds | undefined;
      /** Peers in the swarm, this viewer included; undefined when the tracker did not say. */
      readonly swarmSize: number | undefined;
    }
  | { readonly type: 'offer'; readonly peerId: string; readonly offerId: string; readonly offer: SessionDescription }
  | { readonly type: 'answer'; readonly peerId: string; readonly offerId: string; readonly answer: SessionDescription }
  | { readonly type: 'failure'; readonly reason: string; readonly retryInMs: Milliseconds | undefined };

/** An announce as text. `left: 1` says that we are still downloading. */
export function encodeAnnounce(announce: Announce): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: announce.infoHash,
    peer_id: announce.peerId,
    numwant: announce.offers.length,
    uploaded: announce.uploadedBytes,
    downloaded: announce.downloadedBytes,
    left: 1,
    event: announce.event,
    token: announce.token,
    offers: announce.offers.map(({ offerId, offer }) => ({ offer_id: offerId, offer })),
  });
}

/** An answer as text. */
export function encodeAnswer(message: TrackerAnswer): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: message.infoHash,
    peer_id: message.peerId,
    to_peer_id: message.toPeerId,
    offer_id: message.offerId,
    answer: message.answer,
  });
}

/**
 * What `text` says to the swarm `infoHash`; undefined when it is for another swarm (sockets are shared) or of a
 * kind that does not concern us; a {@link ProtocolViolation} when it cannot be understood. Never throws.
 */
export function decodeTrackerMessage(text: string, infoHash: string): TrackerMessage | ProtocolViolation | undefined {
  if (text.length > MAX_TRACKER_MESSAGE_CHARS) return new ProtocolViolation(`message of ${text.length} characters`);
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return new ProtocolViolation('not JSON');
  }
  if (!isRecord(fields)) return new ProtocolViolation('not an object');
  if (fields['info_hash'] !== undefined && fields['info_hash'] !== infoHash) return undefined;
  if (typeof fields['failure reason'] === 'string') {
    return { type: 'failure', reason: fields['failure reason'], retryInMs: decodeInterval(fields) };
  }
  if (fields['info_hash'] === undefined || fields['action'] !== 'announce') return undefined;
  if (fields['offer'] !== undefined) return decodeRelayed('offer', fields);
  if (fields['answer'] !== undefined) return decodeRelayed('answer', fields);
  return { type: 'announced', intervalMs: decodeInterval(fields), swarmSize: decodeSwarmSize(fields) };
}

/** The close code with which a tracker says that it comes back (RFC 6455 registry: service restart). */
const SERVICE_RESTART = 1012;

/**
 * [ANN-20] How long a tracker that closed the socket wants to be left alone; undefined: it does not say, or something
 * that no tracker may ask for.
 */
export function decodeRetryAfter(closeCode: number, closeReason: string): Milliseconds | undefined {
  const [, digits] = /^retry-after-ms=(\d{1,9})$/.exec(closeReason) ?? [];
  if (closeCode !== SERVICE_RESTART || digits === undefined) return undefined;
  const retryAfterMs = Number(digits);
  return retryAfterMs <= MAX_RETRY_AFTER_MS ? retryAfterMs : undefined;
}

function decodeRelayed(type: 'offer' | 'answer', fields: Record<string, unknown>): TrackerMessage | ProtocolViolation {
  const { peer_id: peerId, offer_id: offerId } = fields;
  if (!isBinaryString(peerId, ID_LENGTH)) return new ProtocolViolation(`${type} without peer_id`);
  if (!isBinaryString(offerId, ID_LENGTH)) return new ProtocolViolation(`${type} without offer_id`);
  const description = decodeDescription(type, fields[type]);
  if (description instanceof ProtocolViolation) return description;
  return type === 'offer'
    ? { type, peerId, offerId, offer: description }
    : { type, peerId, offerId, answer: description };
}

function decodeDescription(type: 'offer' | 'answer', value: unknown): SessionDescription | ProtocolViolation {
  if (!isRecord(value) || value['type'] !== type || typeof value['sdp'] !== 'string') {
    return new ProtocolViolation(`${type} without a session description`);
  }
  if (value['sdp'].length > MAX_SDP_CHARS) return new ProtocolViolation(`${type} of ${value['sdp'].length} characters`);
  return { type, sdp: value['sdp'] };
}

function decodeInterval(fields: Record<string, unknown>): Milliseconds | undefined {
  const seconds = fields['interval'];
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return Math.min(MAX_ANNOUNCE_INTERVAL_MS, Math.max(MIN_ANNOUNCE_INTERVAL_MS, secondsToMs(seconds)));
}

function decodeSwarmSize(fields: Record<string, unknown>): number | undefined {
  const { complete, incomplete } = fields;
  if (!isCount(complete) && !isCount(incomplete)) return undefined;
  return (isCount(complete) ? complete : 0) + (isCount(incomplete) ? incomplete : 0);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
