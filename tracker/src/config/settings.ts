// The table of settings: the only place that knows their names, ranges, defaults and texts. The file, the
// environment, the flags, --help, --print-config and the README's table all come from it. A setting is one row.

import { DEFAULT_PING_INTERVAL_MS } from '../adapters/heartbeat';
import { DEFAULT_SOCKET_MODE } from '../adapters/unix-socket';
import { LOG_FORMATS, LOG_LEVELS } from '../adapters/logger';
import { parseNetwork } from '../adapters/networks';
import { DEFAULT_DRAIN_SECONDS, DEFAULT_READY_GRACE_SECONDS } from '../core/drain-plan';
import { DEFAULT_INTERVAL_SECONDS, DEFAULT_LIMITS, type TrackerLimits } from '../core/limits';
import { ACCESS_SETTINGS } from './access-settings';
import { formatListenAddress, LISTEN_ADDRESS_FORMS, parseListenAddress, type ListenTarget } from './listen-address';
import { fileMode, list, onOff, oneOf, text, wholeNumber, type Setting, type ValuesOf } from './setting';

/** User and password in a URL. */
const CREDENTIALS = /\/\/[^/@]*@/g;

/** Most processes of one tracker; more cores than any machine has. */
const MAX_WORKERS = 1024;

/** A list of addresses to listen on. */
const listenAddresses = (row: { description: string; defaultText: string; flag: string }) =>
  list<ListenTarget>(
    { ...row, defaultValue: [], placeholder: 'ADDRESS', itemAllowed: `a list of addresses: ${LISTEN_ADDRESS_FORMS}` },
    parseListenAddress,
    formatListenAddress,
  );

/** What each limit is for people; the compiler asks for a line when there is a new one. */
const LIMIT_DESCRIPTIONS: Readonly<Record<keyof TrackerLimits, string>> = {
  maxMessageBytes: 'Bytes of one message; the sender of a longer one is disconnected.',
  maxFragments: 'Frames of one message; the sender of more is disconnected.',
  maxOffers: 'Offers relayed per announce; the rest is ignored.',
  maxSdpLength: 'Length of one SDP.',
  maxPeersPerConnection: 'Pairs of swarm and peer id on one connection.',
  maxConnections: 'Connections of a process; who comes when there are as many is answered with 503.',
  maxSwarms: 'Swarms of a process; joins that would begin one more are refused.',
  maxScrapeHashes: 'Swarms asked for in one scrape.',
  maxReceivedOffers: 'Unanswered offers kept in mind per peer.',
  maxQueuedBytesForOffers: 'Bytes waiting for one client above which offers to it are dropped.',
  maxQueuedBytes: 'Bytes waiting for one client above which it is disconnected.',
};

type LimitSettings = { readonly [Name in keyof TrackerLimits as `limits.${Name}`]: Setting<number> };

const LIMITS = Object.fromEntries(
  Object.entries(LIMIT_DESCRIPTIONS).map(([name, description]) => [
    `limits.${name}`,
    wholeNumber({
      description,
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
      defaultValue: DEFAULT_LIMITS[name as keyof TrackerLimits],
    }),
  ]),
) as LimitSettings;

export const SETTINGS = {
  host: text({
    description: 'Name or address to listen on.',
    defaultValue: undefined,
    defaultText: 'all, IPv6 and IPv4',
    placeholder: 'HOST',
  }),
  port: wholeNumber({
    description: 'Port to listen on; 0 takes a free one.',
    least: 0,
    most: 65_535,
    defaultValue: 8000,
    placeholder: 'PORT',
  }),
  listen: listenAddresses({
    description: 'Addresses to listen on, instead of host and port.',
    defaultText: 'host and port',
    flag: 'listen',
  }),
  adminListen: listenAddresses({
    description:
      'Addresses for /stats.json and /metrics, which are then nowhere else; /health and /ready are everywhere.',
    defaultText: 'with the WebSockets',
    flag: 'admin-listen',
  }),
  socketMode: fileMode({
    description: 'Permissions of the Unix sockets it makes.',
    defaultValue: DEFAULT_SOCKET_MODE,
    defaultText: '660',
  }),
  'tls.certFile': text({
    description:
      'Certificate with its chain, PEM. Read again when it changes. Unix sockets and admin listeners stay plain.',
    defaultValue: undefined,
    defaultText: 'no TLS',
    placeholder: 'FILE',
    isReloadable: true,
  }),
  'tls.keyFile': text({
    description: 'Private key of the certificate, PEM.',
    defaultValue: undefined,
    defaultText: 'no TLS',
    placeholder: 'FILE',
    isReloadable: true,
  }),
  trustedProxies: list<string>(
    {
      description:
        'Addresses of the proxies in front, whose word on who the client is counts. Unix sockets are always trusted.',
      defaultValue: [],
      defaultText: 'none',
      placeholder: 'NETWORK',
      itemAllowed: 'a list of addresses or networks, 10.0.0.0/8 or fd00::/8 for example',
    },
    (network) => (parseNetwork(network) ? network : undefined),
    (network) => network,
  ),
  proxyProtocol: oneOf(['off', 'v2'], {
    description: 'Whether trusted proxies begin each connection with a PROXY header.',
    defaultValue: 'off',
  }),
  forwardedFor: onOff({
    description: 'Whether X-Forwarded-For of trusted proxies is read.',
    defaultValue: true,
  }),
  intervalSeconds: wholeNumber({
    description: 'Time between two announces of a viewer: less finds peers sooner, more costs less.',
    least: 1,
    most: 86_400,
    unit: 'seconds',
    defaultValue: DEFAULT_INTERVAL_SECONDS,
    flag: 'interval',
  }),
  pingIntervalMs: wholeNumber({
    description: 'Time between two pings. Must be less than the idle time-outs of proxies in front.',
    least: 10,
    most: 3_600_000,
    unit: 'ms',
    defaultValue: DEFAULT_PING_INTERVAL_MS,
  }),
  drainSeconds: wholeNumber({
    description: 'Time over which SIGTERM spreads the goodbyes to viewers.',
    least: 0,
    most: 3600,
    unit: 'seconds',
    defaultValue: DEFAULT_DRAIN_SECONDS,
    isReloadable: true,
  }),
  readyGraceSeconds: wholeNumber({
    description: 'Time from SIGTERM, when /ready turns to 503, until new connections are refused.',
    least: 0,
    most: 600,
    unit: 'seconds',
    defaultValue: DEFAULT_READY_GRACE_SECONDS,
    isReloadable: true,
  }),
  'log.level': oneOf(LOG_LEVELS, {
    description: 'Least severe messages written to stderr.',
    defaultValue: 'info',
    isReloadable: true,
  }),
  'log.format': oneOf(LOG_FORMATS, {
    description: 'Lines for people or JSON lines.',
    defaultValue: 'text',
    isReloadable: true,
  }),
  ...LIMITS,
  bus: {
    ...text({
      description: 'What joins the trackers of one fleet; a password in it is not shown.',
      defaultValue: undefined,
      defaultText: 'none, alone',
      placeholder: 'URL',
    }),
    allowed: 'nats://HOST:PORT, tls://HOST:PORT (NATS), redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH',
    toJson: (value: string | undefined) => value?.replace(CREDENTIALS, '//(hidden)@') ?? null,
  },
  nodeId: text({
    description: 'Name of this tracker in its fleet, another one for each; workers add a number to it.',
    defaultValue: undefined,
    defaultText: 'random',
    placeholder: 'NAME',
  }),
  workers: wholeNumber({
    description: 'Processes that share the addresses, one per core; with more than 1 there is a supervisor besides.',
    least: 1,
    most: MAX_WORKERS,
    defaultValue: 1,
  }),
  ...ACCESS_SETTINGS,
};

export type Settings = ValuesOf<typeof SETTINGS>;
export type SettingName = keyof typeof SETTINGS;
