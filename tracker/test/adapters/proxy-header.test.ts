import fc from 'fast-check';
import { MAX_PROXY_HEADER_BYTES, parseProxyHeader } from '../../src/adapters/proxy-header';
import { proxyHeader } from '../support/proxy-header-bytes';

const FOUR = proxyHeader({ family: 0x11, source: '192.0.2.7' });
const SIX = proxyHeader({ family: 0x21, source: '2001:db8:0:0:0:0:0:7' });

describe('parseProxyHeader', () => {
  test.each([
    ['IPv4', FOUR, '192.0.2.7'],
    ['IPv6', SIX, '2001:db8::7'],
    ['IPv4 written as IPv6', proxyHeader({ family: 0x21, source: '0:0:0:0:0:ffff:c000:207' }), '192.0.2.7'],
    ['a Unix socket', proxyHeader({ family: 0x31 }), undefined],
    ['an unknown family', proxyHeader({ family: 0x00 }), undefined],
    ['LOCAL, a health check', proxyHeader({ command: 0x20, family: 0x00 }), undefined],
    [
      'LOCAL with addresses, which mean nothing',
      proxyHeader({ command: 0x20, family: 0x11, source: '192.0.2.7' }),
      undefined,
    ],
    ['LOCAL of a family nobody knows', proxyHeader({ command: 0x20, family: 0x77 }), undefined],
    [
      'extensions behind the addresses',
      proxyHeader({ family: 0x11, source: '192.0.2.7', extensions: 1000 }),
      '192.0.2.7',
    ],
  ])('[TRK-152] %s', (_name, bytes, address) => {
    const header = parseProxyHeader(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1')]));
    expect(header).toEqual({ type: 'header', bytes: bytes.length, address });
  });

  test.each([
    [
      'version 1',
      Buffer.from('PROXY TCP4 192.0.2.7 '),
      'PROXY protocol version 1 is not supported; set version 2 in the proxy',
    ],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'not a PROXY header'],
    ['one wrong byte', Buffer.from('\r\n\r\n\0\r\nQUIT\r', 'latin1'), 'not a PROXY header'],
    ['version 3', proxyHeader({ command: 0x31, family: 0x11 }), 'unknown version or command'],
    ['another command', proxyHeader({ command: 0x22, family: 0x11 }), 'unknown version or command'],
    ['datagrams', proxyHeader({ family: 0x12, source: '192.0.2.7' }), 'unknown address family or transport'],
    ['another family', proxyHeader({ family: 0x41 }), 'unknown address family or transport'],
    ['addresses that do not fit', proxyHeader({ family: 0x21, length: 35 }), 'too short for its addresses'],
    ['a length of 64 KiB', proxyHeader({ family: 0x11, length: 65_535 }), 'too long'],
  ])('[TRK-152] %s is refused', (_name, bytes, reason) => {
    expect(parseProxyHeader(bytes)).toEqual({ type: 'refused', reason });
  });

  test('[TRK-152] every part of a header is incomplete and says how much to wait for', () => {
    for (const whole of [FOUR, SIX, proxyHeader({ family: 0x11, source: '192.0.2.7', extensions: 300 })]) {
      for (let length = 0; length < whole.length; length += 1) {
        const header = parseProxyHeader(whole.subarray(0, length));
        expect(header).toEqual({ type: 'incomplete', bytes: length < 16 ? 16 : whole.length });
      }
    }
  });

  test('[TRK-152] any bytes: an answer, never more than the bound, and none that waits for what it has', () => {
    const mutated = fc
      .tuple(fc.constantFrom(FOUR, SIX), fc.array(fc.tuple(fc.nat(60), fc.nat(255))), fc.nat(60))
      .map(([base, changes, length]) => {
        const bytes = Buffer.from(base);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (bytes) => {
          const header = parseProxyHeader(bytes);
          if (header.type === 'refused') return;
          expect(header.bytes).toBeLessThanOrEqual(MAX_PROXY_HEADER_BYTES);
          expect(header.bytes > bytes.length).toBe(header.type === 'incomplete');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
