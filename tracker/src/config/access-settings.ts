// The settings that say who may use the tracker and how often, and the options that they stand for.

import type { AccessOptions } from '../access/access-control';
import { parseTokenKeys, readTokenKeys } from '../access/token-keys';
import { DEFAULT_RATES, type RateLimits } from '../core/rates/rate-limits';
import { list, onOff, text, wholeNumber, type Setting, type ValuesOf } from './setting';

const MOST = 1_000_000;

const RATE_DESCRIPTIONS: Readonly<Record<keyof RateLimits, string>> = {
  messageBurst: 'Messages that a connection may send at once.',
  messagesPerSecond: 'Messages per second of a connection in the long run.',
  announceBurst: 'Announces of one peer in one swarm that may come at once.',
  announceSeconds: 'Seconds for each further announce of a peer in a swarm.',
  floodFactor: 'How many times its limit of messages a connection must exceed to be disconnected.',
  addressMessagesPerSecond: 'Messages per second of one address, 0: any number.',
  addressConnectionsPerMinute: 'New connections per minute of one address, 0: any number.',
  maxConnectionsPerAddress: 'Connections of one address, 0: any number.',
  maxIdleAddresses: 'Addresses without a connection that are remembered for these limits.',
};

type RateSettings = { readonly [Name in keyof RateLimits as `rates.${Name}`]: Setting<number> };

const RATES = Object.fromEntries(
  (Object.entries(RATE_DESCRIPTIONS) as [keyof RateLimits, string][]).map(([name, description]) => [
    `rates.${name}`,
    wholeNumber({
      description,
      least: DEFAULT_RATES[name] === 0 ? 0 : 1,
      most: MOST,
      defaultValue: DEFAULT_RATES[name],
    }),
  ]),
) as RateSettings;

const origins = (description: string, defaultText: string) =>
  list<string>(
    {
      description,
      defaultValue: [],
      defaultText,
      placeholder: 'ORIGIN',
      itemAllowed: 'a list of origins: https://www.example.org, https://*.example.org, null or *',
    },
    (item) => (item === '' ? undefined : item),
    (item) => item,
  );

const optionalFile = (description: string, isReloadable = false) =>
  text({ description, defaultValue: undefined, defaultText: 'none', placeholder: 'FILE', isReloadable });

export const ACCESS_SETTINGS = {
  'tokens.keyFile': optionalFile('Keys of signed tokens, one ID SECRET per line; announces then need a token.'),
  'tokens.keys': text({
    description: 'The same keys with a semicolon between them, where there is no file.',
    defaultValue: undefined,
    defaultText: 'none',
    isSecret: true,
  }),
  'tokens.isRequired': onOff({
    description: 'Whether announces without a token are refused, where there are keys.',
    defaultValue: true,
  }),
  'origins.allow': origins('Pages that may connect.', 'all'),
  'origins.deny': origins('Pages that may not connect.', 'none'),
  'origins.isMissingAllowed': onOff({
    description: 'Whether clients without an Origin may connect: all that are no browsers.',
    defaultValue: true,
  }),
  'infoHashes.allowFile': optionalFile(
    'Swarms that may be joined, one info hash or swarm id per line; read again by SIGHUP.',
  ),
  'infoHashes.denyFile': optionalFile('Swarms that may not be joined; read again by SIGHUP.'),
  ...RATES,
};

export type AccessSettings = ValuesOf<typeof ACCESS_SETTINGS>;

/**
 * @throws Error when the file of keys cannot be read or a line of it is no key
 */
export function accessOptionsOf(settings: AccessSettings): AccessOptions & { rates: RateLimits } {
  const keyFile = settings['tokens.keyFile'];
  const secrets = settings['tokens.keys'];
  const keys =
    keyFile !== undefined ? readTokenKeys(keyFile) : secrets === undefined ? undefined : parseTokenKeys(secrets);
  const allow = settings['origins.allow'];
  const allowFile = settings['infoHashes.allowFile'];
  const denyFile = settings['infoHashes.denyFile'];
  const rates = Object.keys(DEFAULT_RATES).map((name) => [name, settings[`rates.${name as keyof RateLimits}`]]);
  return {
    ...(keys && { tokens: { keys, isRequired: settings['tokens.isRequired'] } }),
    origins: {
      ...(allow.length > 0 && { allow }),
      deny: settings['origins.deny'],
      isMissingAllowed: settings['origins.isMissingAllowed'],
    },
    infoHashes: { ...(allowFile !== undefined && { allowFile }), ...(denyFile !== undefined && { denyFile }) },
    rates: Object.fromEntries(rates) as RateLimits,
  };
}
