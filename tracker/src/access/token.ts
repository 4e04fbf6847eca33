// Signed tokens: a publisher's backend says with one who may join which swarm, and until when. A token is eight fields
// with dots between them:
//
//   1 . key id . issued . expires . info hash . peer id or nothing . origin or nothing . HMAC-SHA256
//
// Times are seconds since 1970, ids and the origin base64url, and the last field signs everything before it. The times
// can be read by anybody: from them the viewer's engine knows how long it lasts, whatever the clock of the viewer says.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { infoHashOf, MAX_SWARM_ID_LENGTH } from './info-hash';

/** Longest token, in characters, all of them ASCII. Stops a client that makes the tracker hash a whole message. */
export const MAX_TOKEN_LENGTH = 300;

/** Seconds by which the clocks of backend and tracker may differ. */
export const DEFAULT_CLOCK_SKEW_SECONDS = 30;

const VERSION = '1';
const FIELD_COUNT = 8;
const CHARACTERS = /^[A-Za-z0-9._-]+$/;
const SECONDS = /^(0|[1-9]\d{0,11})$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,16}$/;

/** Shortest secret, in bytes: as long as the signature, so that guessing one is no easier than the other. */
const MIN_SECRET_BYTES = 32;
const MAX_SECRET_BYTES = 1024;

/** One secret, and the name under which tokens refer to it. */
export interface TokenKey {
  /** 1 to 16 letters, digits, `-` and `_`. Everybody can read it. */
  readonly id: string;
  /** 32 to 1024 bytes, in UTF-8 if it is a string. Only the backend and the tracker may know it. */
  readonly secret: string | Uint8Array;
}

/** Whom a token is for, and for how long. */
export interface TokenClaims {
  /** The swarm id: the manifest's URL without query and fragment, or the `swarmId` that the page sets. */
  readonly swarmId: string;
  /** Seconds from now until it ends, 1 to 31536000; minutes are enough, since the engine asks for a new one in time. */
  readonly expiresInSeconds: number;
  /** Origin of the pages that may use it, `https://www.example.org`. @defaultValue any */
  readonly origin?: string;
  /** The peer id that may use it, as the engine tells the page's token function. @defaultValue any */
  readonly peerId?: string;
}

/** What a token has to fit. Ids are strings of 20 characters, one byte each. */
export interface TokenBearer {
  readonly infoHash: string;
  readonly peerId: string;
  readonly origin: string | undefined;
}

/** Why a token is refused. */
export const TOKEN_FAULTS = [
  'invalid',
  'not-valid-yet',
  'expired',
  'other-swarm',
  'other-peer',
  'other-origin',
] as const;

export type TokenFault = (typeof TOKEN_FAULTS)[number];

/**
 * Makes a token.
 * @param keys - the first signs
 * @param nowMs - milliseconds since 1970; the present moment unless given
 * @throws RangeError for claims or keys that are out of range, or that make a token of more than 300 characters
 */
export function mintToken(claims: TokenClaims, keys: TokenKey | readonly TokenKey[], nowMs = Date.now()): string {
  const { swarmId, expiresInSeconds, origin = '', peerId = '' } = claims;
  if (typeof swarmId !== 'string' || swarmId === '' || swarmId.length > MAX_SWARM_ID_LENGTH) {
    throw new RangeError(`swarmId must be a text of 1 to ${MAX_SWARM_ID_LENGTH} characters`);
  }
  if (!(expiresInSeconds >= 1 && expiresInSeconds <= 31_536_000)) {
    throw new RangeError(`expiresInSeconds must be a number from 1 to 31536000, not ${String(expiresInSeconds)}`);
  }
  if (peerId !== '' && !/^[\0-\xff]{20}$/.test(peerId)) {
    throw new RangeError('peerId must be a string of 20 characters, each at most U+00FF');
  }
  const [key] = checkKeys(Array.isArray(keys) ? (keys as readonly TokenKey[]) : [keys as TokenKey]);
  const issued = Math.floor(nowMs / 1000);
  const expires = Math.ceil(nowMs / 1000 + expiresInSeconds);
  const ids = [encode(infoHashOf(swarmId), 'latin1'), encode(peerId, 'latin1'), encode(origin, 'utf8')];
  const signed = [VERSION, key.id, issued, expires, ...ids].join('.');
  const token = `${signed}.${sign(signed, key)}`;
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new RangeError(
      `the token would have ${token.length} characters, more than ${MAX_TOKEN_LENGTH}: shorten origin`,
    );
  }
  return token;
}

/** Tells whether tokens are sound. Holds the secrets; shows them nowhere. */
export class TokenVerifier {
  readonly #keys: ReadonlyMap<string, TokenKey>;

  /** @throws RangeError for a key that cannot be one, naming its place, never its content */
  constructor(
    keys: readonly TokenKey[],
    private readonly clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS,
  ) {
    this.#keys = new Map(checkKeys(keys).map((key) => [key.id, key]));
  }

  /**
   * @param nowMs - milliseconds since 1970
   * @returns what is wrong, or undefined
   */
  verify(token: string, bearer: TokenBearer, nowMs: number): TokenFault | undefined {
    if (token.length > MAX_TOKEN_LENGTH || !CHARACTERS.test(token)) return 'invalid';
    const fields = token.split('.');
    const [version, keyId = '', issued = '', expires = '', infoHash, peerId, origin, signature = ''] = fields;
    const key = this.#keys.get(keyId);
    if (fields.length !== FIELD_COUNT || version !== VERSION || !key) return 'invalid';
    if (!isSame(signature, sign(token.slice(0, -signature.length - 1), key))) return 'invalid';
    // From here on it is known to be ours; what remains is whether it is for this client, now.
    if (!SECONDS.test(issued) || !SECONDS.test(expires)) return 'invalid';
    const nowSeconds = nowMs / 1000;
    if (nowSeconds >= Number(expires) + this.clockSkewSeconds) return 'expired';
    if (nowSeconds < Number(issued) - this.clockSkewSeconds) return 'not-valid-yet';
    if (infoHash !== encode(bearer.infoHash, 'latin1')) return 'other-swarm';
    if (peerId !== '' && peerId !== encode(bearer.peerId, 'latin1')) return 'other-peer';
    if (origin !== '' && origin !== encode(bearer.origin ?? '', 'utf8')) return 'other-origin';
    return undefined;
  }
}

/** At least one key, each of them sound, no two with the same id. */
function checkKeys(keys: readonly TokenKey[]): readonly [TokenKey, ...TokenKey[]] {
  const [first, ...rest] = keys;
  if (!first) throw new RangeError('keys must hold at least one key');
  const ids = new Set<string>();
  keys.forEach(({ id, secret }, index) => {
    if (typeof id !== 'string' || !KEY_ID.test(id)) {
      throw new RangeError(`keys[${index}].id must be 1 to 16 letters, digits, - and _`);
    }
    if (ids.has(id)) throw new RangeError(`keys[${index}].id is the id of another key too`);
    ids.add(id);
    const byteCount = typeof secret === 'string' ? Buffer.byteLength(secret) : secret.byteLength;
    if (byteCount < MIN_SECRET_BYTES || byteCount > MAX_SECRET_BYTES) {
      throw new RangeError(`keys[${index}].secret must have ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`);
    }
  });
  return [first, ...rest];
}

function sign(text: string, { secret }: TokenKey): string {
  return createHmac('sha256', secret).update(text, 'ascii').digest('base64url');
}

/** As texts: base64 of the same bytes may be written in several ways, and only one of them was minted. */
function isSame(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

function encode(text: string, encoding: 'latin1' | 'utf8'): string {
  return Buffer.from(text, encoding).toString('base64url');
}
