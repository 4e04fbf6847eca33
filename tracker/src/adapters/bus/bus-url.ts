import type { BusDriver } from './bus';
import type { OpenWire } from './bus-wire';
import { createHubWire } from './hub-bus';
import { createNatsWire } from './nats-bus';
import { ReconnectingBus } from './reconnecting-bus';
import { createRedisWire } from './redis-bus';

/** What a URL of a bus may be. */
export const BUS_URL_RULE =
  'must be nats://HOST:PORT or tls://HOST:PORT (NATS), redis://HOST:PORT or rediss://HOST:PORT (Redis, Valkey), or unix:///PATH';

/** First word of all subjects and channels: fleets that share a server have one each. */
const DEFAULT_PREFIX = 'p2p-media-tracker';

const PREFIX = /^[A-Za-z0-9_-]{1,32}$/;
const NATS_PORT = 4222;
const REDIS_PORT = 6379;

/**
 * What a URL names: `nats://[user:password@]host[:port][,host…]`, `redis://[user:password@]host[:port]`,
 * `unix:///path`. `?prefix=NAME` keeps fleets that share a server apart. Nothing is opened or loaded yet.
 * @throws RangeError with a sentence that names what is allowed, and repeats no credentials
 */
export function createBusDriver(url: string): BusDriver {
  const openWire = parseBusUrl(url);
  return (nodeId, events) => new ReconnectingBus(nodeId, events, openWire);
}

function parseBusUrl(text: string): OpenWire {
  const [first = '', ...others] = text.split(',');
  const url = parseUrl(first);
  const scheme = url.protocol;
  const urls = [url, ...others.map((other) => parseUrl(other.includes('://') ? other : `${scheme}//${other}`))];
  const odd = urls.find(({ protocol }) => protocol !== scheme);
  if (odd) throw new RangeError(`bus: hosts of ${scheme} and ${odd.protocol} are not of one cluster`);
  const prefix = parsePrefix(urls.at(-1) ?? url);
  const user = url.username === '' ? undefined : decode(url.username);
  const password = url.password === '' ? undefined : decode(url.password);
  if (scheme === 'nats:' || scheme === 'tls:') {
    const servers = urls.map((server) => `${hostOf(server)}:${server.port || NATS_PORT}`);
    return createNatsWire({ servers, user, password, prefix, isTlsRequired: scheme === 'tls:' });
  }
  if (others.length > 0) throw new RangeError('bus: only NATS takes several hosts');
  if (scheme === 'redis:' || scheme === 'rediss:') {
    const [host, port] = [hostOf(url).replace(/^\[|\]$/g, ''), Number(url.port || REDIS_PORT)];
    return createRedisWire({ host, port, user, password, prefix, isTls: scheme === 'rediss:' });
  }
  if (scheme === 'unix:' && url.hostname === '' && url.pathname.length > 1) {
    return createHubWire(decode(url.pathname));
  }
  throw new RangeError(`bus ${BUS_URL_RULE}, not ${scheme}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError('bus: a % in its URL is not followed by two hexadecimal digits');
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new RangeError(`bus ${BUS_URL_RULE}`);
  }
}

function hostOf({ hostname }: URL): string {
  if (hostname === '') throw new RangeError(`bus ${BUS_URL_RULE}`);
  return hostname;
}

function parsePrefix({ searchParams }: URL): string {
  for (const name of searchParams.keys()) {
    if (name !== 'prefix') throw new RangeError(`bus: prefix is the only parameter of its URL`);
  }
  const prefix = searchParams.get('prefix') ?? DEFAULT_PREFIX;
  if (!PREFIX.test(prefix)) throw new RangeError('bus: prefix must be 1 to 32 letters, digits, - and _');
  return prefix;
}
