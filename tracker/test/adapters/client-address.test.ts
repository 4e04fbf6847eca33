import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { ClientAddresses, type ProxyOptions } from '../../src/adapters/client-address';
import { canonicalAddress, NetworkSet, parseNetwork } from '../../src/adapters/networks';

const TRUSTED = ['10.0.0.0/8', 'fd00::/8'];

interface Seen {
  readonly from: string | undefined;
  readonly forwardedFor?: string;
  readonly isUnix?: boolean;
  readonly options?: ProxyOptions;
}

function addressOf({ from, forwardedFor, isUnix = false, options = {} }: Seen): string | undefined {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  const request = { socket: { remoteAddress: from }, headers } as unknown as IncomingMessage;
  return new ClientAddresses({ trusted: TRUSTED, ...options }).of(request, isUnix);
}

describe('ClientAddresses', () => {
  test.each<[string, Seen, string | undefined]>([
    ['no proxy', { from: '192.0.2.1' }, '192.0.2.1'],
    ['IPv4 on a socket of both', { from: '::ffff:192.0.2.1' }, '192.0.2.1'],
    ['one spelling of IPv6', { from: '2001:DB8:0:0::1' }, '2001:db8::1'],
    ['a stranger who says he is another', { from: '192.0.2.1', forwardedFor: '198.51.100.1' }, '192.0.2.1'],
    ['a proxy', { from: '10.0.0.1', forwardedFor: '198.51.100.1' }, '198.51.100.1'],
    ['a proxy on a socket of both', { from: '::ffff:10.0.0.1', forwardedFor: '198.51.100.1' }, '198.51.100.1'],
    [
      'a client who says something to the proxy',
      { from: '10.0.0.1', forwardedFor: '1.1.1.1, 198.51.100.1' },
      '198.51.100.1',
    ],
    ['two proxies', { from: 'fd00::1', forwardedFor: '1.1.1.1, 198.51.100.1, 10.0.0.2' }, '198.51.100.1'],
    ['proxies only', { from: '10.0.0.1', forwardedFor: '10.0.0.3, 10.0.0.2' }, '10.0.0.3'],
    ['no header', { from: '10.0.0.1' }, '10.0.0.1'],
    ['an empty header', { from: '10.0.0.1', forwardedFor: '' }, '10.0.0.1'],
    ['a hop that hides', { from: '10.0.0.1', forwardedFor: '198.51.100.1, unknown' }, '10.0.0.1'],
    ['ports', { from: '10.0.0.1', forwardedFor: '198.51.100.1:4000, [fd00::2]:80' }, '198.51.100.1'],
    ['brackets', { from: '10.0.0.1', forwardedFor: '[2001:DB8::1]' }, '2001:db8::1'],
    ['a Unix socket', { from: undefined, isUnix: true, forwardedFor: '198.51.100.1' }, '198.51.100.1'],
    ['a Unix socket without a header', { from: undefined, isUnix: true }, undefined],
    ['a socket that is gone', { from: undefined, forwardedFor: '198.51.100.1' }, undefined],
    ['switched off', { from: '10.0.0.1', forwardedFor: '198.51.100.1', options: { forwardedFor: false } }, '10.0.0.1'],
    ['nobody trusted', { from: '10.0.0.1', forwardedFor: '198.51.100.1', options: { trusted: [] } }, '10.0.0.1'],
  ])('[TRK-150] %s', (_name, seen, address) => {
    expect(addressOf(seen)).toBe(address);
  });

  test('[TRK-150] of a header with too many hops the nearest are read', () => {
    const hops = ['198.51.100.1', ...Array.from({ length: 1000 }, (_, index) => `10.0.0.${index % 256}`)];
    expect(addressOf({ from: '10.0.0.1', forwardedFor: hops.join(', ') })).toMatch(/^10\./);
  });

  test('[TRK-150] whatever a client writes before it, the hop of the trusted proxy counts', () => {
    fc.assert(
      fc.property(fc.string(), (forged) => {
        expect(addressOf({ from: '10.0.0.1', forwardedFor: `${forged},198.51.100.1` })).toBe('198.51.100.1');
      }),
    );
  });

  test('[TRK-150] a PROXY header counts before X-Forwarded-For, which only its client could have made', () => {
    const addresses = new ClientAddresses({ trusted: TRUSTED });
    const socket = { remoteAddress: '10.0.0.1' };
    const requestWith = (headers: object) => ({ socket, headers }) as unknown as IncomingMessage;
    const request = requestWith({ 'x-forwarded-for': '1.1.1.1' });
    addresses.tell(socket, '198.51.100.1');
    expect(addresses.of(request)).toBe('198.51.100.1');
    addresses.tell(socket, 'fd00::9');
    expect(addresses.of(request)).toBe('1.1.1.1');
    addresses.tell(socket, undefined);
    expect(addresses.of(requestWith({}))).toBe('10.0.0.1');
  });
});

describe('networks', () => {
  test.each(['10.0.0.0/8', '10.0.0.1', 'fd00::/8', '::/0', '0.0.0.0/0', '::ffff:10.0.0.0/104'])(
    '%s is a network',
    (text) => {
      expect(parseNetwork(text)).toBeDefined();
    },
  );

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    'fd00::/129',
    '10.0.0/8',
    'host/8',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    ' 10.0.0.0/8',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
    expect(() => new NetworkSet([text])).toThrow(RangeError);
  });

  test('IPv4 inside IPv6 is in the network of IPv4; a name is in none', () => {
    const networks = new NetworkSet(['10.0.0.0/8']);
    expect(['10.255.0.1', '::ffff:10.0.0.1', '11.0.0.1', '::1', 'ten'].map((text) => networks.has(text))).toEqual([
      ...[true, true, false, false, false],
    ]);
  });

  test.each([
    ['fe80::1%eth0', 'fe80::1'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['01.2.3.4', undefined],
    ['', undefined],
  ])('%s is written %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });
});
