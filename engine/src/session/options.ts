// The options a site may give, their defaults, and the check at the door.

import { P2PError } from '../base/p2p-error';
import type { BitsPerSecond, Bytes } from '../base/units';
import { mebibytes } from '../base/units';
import type { Logger } from '../ports/logger';
import type { TokenProvider } from '../ports/token-source';
import { MAX_TOKEN_CHARS } from '../protocol/limits';

/** A STUN or TURN server (W3C WebRTC §4.2.4). */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What this viewer gives to others. */
export interface UploadOptions {
  /** Whether to upload at all. @defaultValue true */
  readonly enabled?: boolean;
  /**
   * Ceiling in bits per second over all peers, above 0; half of the measured uplink is a ceiling too.
   * @defaultValue Infinity
   */
  readonly maxBitrate?: BitsPerSecond;
  /** Ceiling as uploaded ÷ downloaded bytes of this session, 0 or more. @defaultValue 2 */
  readonly maxRatio?: number;
  /**
   * Whether to upload on a cellular network too, where the browser says that it is one. Where the person has asked the
   * browser to save data nothing is uploaded in any case.
   * @defaultValue false
   */
  readonly onCellular?: boolean;
}

/** All optional; with none it works on public trackers and STUN servers. */
export interface P2POptions {
  /** Name under which viewers of this content meet. @defaultValue the manifest URL without query and fragment */
  readonly swarmId?: string;
  /** WebTorrent trackers, ws: or wss: URLs. @defaultValue {@link DEFAULT_TRACKERS} */
  readonly trackers?: readonly string[];
  /**
   * What trackers that ask for it want to be shown: a text of 1 to 512 characters, or a function that gives one, at once
   * or within 10 s by a promise. A function is asked when a source is opened, before the token ends where that can be
   * read from it, and when a tracker refuses it. All `trackers` see it.
   * @defaultValue none
   */
  readonly token?: string | TokenProvider;
  /** STUN and TURN servers. @defaultValue {@link DEFAULT_ICE_SERVERS} */
  readonly iceServers?: readonly IceServer[];
  /** Whether P2P is on; off: the player loads by itself. @defaultValue true */
  readonly enabled?: boolean;
  /** What this viewer gives to others. */
  readonly upload?: UploadOptions;
  /** Memory for segments kept for other viewers, in bytes, 0 or more. @defaultValue 67108864 (64 MiB) */
  readonly memoryLimitBytes?: Bytes;
  /** Most peers to be connected to at once, a whole number from 0 to 100. @defaultValue 24 */
  readonly maxPeers?: number;
  /** Receives log lines. @defaultValue none */
  readonly logger?: Logger;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly swarmId: string | undefined;
  readonly trackers: readonly string[];
  readonly token: string | TokenProvider | undefined;
  readonly iceServers: readonly IceServer[];
  readonly enabled: boolean;
  readonly upload: Required<UploadOptions>;
  readonly memoryLimitBytes: Bytes;
  readonly maxPeers: number;
  readonly logger: Logger | undefined;
}

/** Public WebTorrent trackers, used when the site names none. */
export const DEFAULT_TRACKERS: readonly string[] = ['wss://tracker.openwebtorrent.com', 'wss://tracker.webtorrent.dev'];

/** Public STUN servers, used when the site names none. */
export const DEFAULT_ICE_SERVERS: readonly IceServer[] = [
  { urls: 'stun:stun.l.google.com:19302' },
  { urls: 'stun:stun.cloudflare.com:3478' },
];

/** The defaults, the single source for documentation and code. */
export const DEFAULT_OPTIONS: ResolvedOptions = {
  swarmId: undefined,
  trackers: DEFAULT_TRACKERS,
  token: undefined,
  iceServers: DEFAULT_ICE_SERVERS,
  enabled: true,
  upload: { enabled: true, maxBitrate: Infinity, maxRatio: 2, onCellular: false },
  memoryLimitBytes: mebibytes(64),
  maxPeers: 24,
  logger: undefined,
};

/** More connections than this cost a page more than they bring. */
const MAX_PEERS_CEILING = 100;
/** Trackers in one session. Stops a configuration mistake from opening sockets without end. */
const MAX_TRACKERS = 10;

type Check = (name: string, value: unknown) => void;

const CHECKS: Record<keyof P2POptions, Check> = {
  swarmId: (name, value) => must(typeof value === 'string' && value !== '', name, value, 'a text that is not empty'),
  trackers: checkTrackers,
  token: checkToken,
  iceServers: checkIceServers,
  enabled: checkBoolean,
  upload: (name, value) => checkFields(name, value, UPLOAD_CHECKS),
  memoryLimitBytes: (name, value) => must(isFiniteNumber(value) && value >= 0, name, value, 'a number of bytes ≥ 0'),
  maxPeers: (name, value) =>
    must(
      Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PEERS_CEILING,
      name,
      value,
      `a whole number from 0 to ${MAX_PEERS_CEILING}`,
    ),
  logger: (name, value) =>
    must(isRecord(value) && typeof value['log'] === 'function', name, value, 'an object with a log method'),
};

const UPLOAD_CHECKS: Record<keyof UploadOptions, Check> = {
  enabled: checkBoolean,
  maxBitrate: (name, value) =>
    must(typeof value === 'number' && value > 0, name, value, 'a number of bits per second > 0'),
  maxRatio: (name, value) => must(typeof value === 'number' && value >= 0, name, value, 'a number ≥ 0'),
  onCellular: checkBoolean,
};

/**
 * `changes` laid over `base`. An option that is undefined stays as it was.
 * @throws P2PError `invalid-option`, naming the option, its value and what is allowed; nothing is changed then.
 */
export function applyOptions(base: ResolvedOptions, changes: P2POptions | undefined): ResolvedOptions {
  if (changes === undefined) return base;
  checkFields('', changes, CHECKS);
  const { upload, ...rest } = changes;
  return { ...base, ...definedOnly(rest), upload: { ...base.upload, ...definedOnly(upload ?? {}) } };
}

function checkFields(name: string, value: unknown, checks: Record<string, Check>): void {
  must(isRecord(value), name || 'options', value, 'an object');
  for (const [field, fieldValue] of Object.entries(value as Record<string, unknown>)) {
    const path = name ? `${name}.${field}` : field;
    const check = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (!check) throw P2PError.invalidOption(path, fieldValue, `one of the options ${Object.keys(checks).join(', ')}`);
    if (fieldValue !== undefined) check(path, fieldValue);
  }
}

function checkTrackers(name: string, value: unknown): void {
  must(Array.isArray(value) && value.length <= MAX_TRACKERS, name, value, `a list of at most ${MAX_TRACKERS} URLs`);
  (value as unknown[]).forEach((url, index) => {
    must(isWebSocketUrl(url), `${name}[${index}]`, url, 'a ws: or wss: URL');
  });
}

/** Without the value: errors end up in logs, and a token is nobody else's business. */
function checkToken(name: string, value: unknown): void {
  const isText = typeof value === 'string' && value !== '' && value.length <= MAX_TOKEN_CHARS;
  const allowed = `a text of 1 to ${MAX_TOKEN_CHARS} characters, or a function that gives one`;
  must(isText || typeof value === 'function', name, typeof value, allowed);
}

function checkIceServers(name: string, value: unknown): void {
  must(Array.isArray(value), name, value, 'a list of ICE servers, maybe empty');
  (value as unknown[]).forEach((server, index) => {
    const urls = isRecord(server) ? server['urls'] : undefined;
    const list = Array.isArray(urls) ? (urls as unknown[]) : [urls];
    const isSound = list.length > 0 && list.every((url) => typeof url === 'string' && /^(stun|turn)s?:/i.test(url));
    must(isSound, `${name}[${index}]`, server, '{ urls } with stun:, stuns:, turn: or turns: URLs');
  });
}

function checkBoolean(name: string, value: unknown): void {
  must(typeof value === 'boolean', name, value, 'true or false');
}

function isWebSocketUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return ['ws:', 'wss:'].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function must(isAllowed: boolean, option: string, value: unknown, allowed: string): void {
  if (!isAllowed) throw P2PError.invalidOption(option, value, allowed);
}

function definedOnly<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
