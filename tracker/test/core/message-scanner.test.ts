// The scanner against JSON.parse: whatever comes, both must see the same message in it, and what is relayed
// as it came must be what would have been written anew.

import fc from 'fast-check';
import { isModest } from '../../src/core/json-scanner';
import { DEFAULT_LIMITS, MAX_MESSAGE_DEPTH, MAX_MESSAGE_VALUES } from '../../src/core/limits';
import { MessageReader } from '../../src/core/message-reader';
import { MessageScanner } from '../../src/core/message-scanner';
import { parseClientMessage } from '../../src/core/parsed-message';
import { announce, answer, HASH, id, offer, offers, SDP } from '../support/messages';
import { anyChoices, anyMessage, damagedMessage, writeJson } from '../support/wire-json';

const SEED = 20;
const reader = new MessageReader(DEFAULT_LIMITS);
const scanner = new MessageScanner(DEFAULT_LIMITS);
const scan = (text: string) => scanner.scan(Buffer.from(text));

type Result = ReturnType<MessageReader['read']>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The message as its receivers would read it. */
function plainOf(result: Result): unknown {
  if (result.type === 'announce') {
    const plainOffers = result.offers.map(({ offerId, members }) => [
      offerId,
      JSON.parse(`{${members.toString()}`) as unknown,
    ]);
    return { ...result, offers: plainOffers };
  }
  return result.type === 'answer' ? { ...result, description: JSON.parse(result.description.toString()) } : result;
}

/** Checks one message, and says whether the scanner could read it. */
function expectSame(bytes: Buffer): boolean {
  const result = plainOf(reader.read(bytes));
  const isComplex = !isModest(bytes, MAX_MESSAGE_VALUES, MAX_MESSAGE_DEPTH);
  const expected = isComplex
    ? { type: 'rejected', reason: 'bad-message', failure: expect.stringContaining('levels') }
    : plainOf(parseClientMessage(bytes.toString(), DEFAULT_LIMITS));
  if (isComplex) expect(result).toMatchObject(expected as object);
  else expect(result).toEqual(expected);
  return scanner.scan(bytes) !== undefined;
}

/** How many of the generated messages the scanner read by itself. */
function countScanned(arbitrary: fc.Arbitrary<Buffer>, numRuns: number): number {
  let scannedCount = 0;
  fc.assert(
    fc.property(arbitrary, (bytes) => {
      if (expectSame(bytes)) scannedCount += 1;
    }),
    { numRuns, seed: SEED },
  );
  return scannedCount;
}

describe('MessageScanner', () => {
  test('[TRK-7] messages in whatever way they are written', () => {
    const written = fc
      .tuple(anyMessage, anyChoices)
      .map(([message, choices]) => Buffer.from(writeJson(message, choices)));
    expect(countScanned(written, 2_000)).toBeGreaterThan(300);
  });

  test('[TRK-7] messages with a value of any kind in any field', () => {
    const field = fc.constantFrom(
      'action',
      'info_hash',
      'peer_id',
      'event',
      'left',
      'numwant',
      'offers',
      'answer',
      'x',
    );
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -0, -1, '__proto__', id('z')));
    const odd = fc
      .tuple(anyMessage, field, value, anyChoices)
      .map(([message, name, other, choices]) => Buffer.from(writeJson({ ...message, [name]: other }, choices)));
    expect(countScanned(odd, 2_000)).toBeGreaterThan(100);
  });

  test('[TRK-7] real messages with damaged bytes', () => {
    expect(countScanned(damagedMessage, 8_000)).toBeGreaterThan(300);
  });

  test('[TRK-7] any JSON, and any bytes', () => {
    countScanned(
      fc.oneof(
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(Buffer.from(bytes).toString())),
      ),
      3_000,
    );
    expect(scanner.scan(Buffer.alloc(0))).toBeUndefined();
  });

  test('[TRK-7] every beginning of a message, at every place in memory', () => {
    const bytes = Buffer.from(JSON.stringify(announce('\u00e9', { left: 1.5e3, offers: offers(2) })));
    for (let end = 0; end <= bytes.length; end += 1) {
      // What follows in the same memory is not part of the message.
      const memory = Buffer.concat([Buffer.alloc(end % 8, '"'), bytes]);
      expect(expectSame(memory.subarray(end % 8, (end % 8) + end))).toBe(end === bytes.length);
    }
  });

  const quoted = (content: string) => `{"action":"scrape","info_hash":"${HASH}","x":"${content}"}`;
  const number = (text: string) => `{"action":"announce","info_hash":"${HASH}","peer_id":"${id('a')}","left":${text}}`;
  test.each([
    ...[
      'a\nb',
      'a\u0000b',
      'a\tb',
      'abcd\u001fefgh',
      '\\x',
      '\\u12g4',
      '\\u12',
      '\\',
      '\\U0041',
      '\u007f\u2028',
      '\\/\\b',
    ].map(quoted),
    ...[
      '0',
      '-0',
      '01',
      '1.',
      '.5',
      '1.5',
      '1e5',
      '1E+5',
      '1e',
      '1e+',
      '-',
      '--1',
      '+1',
      '0x1',
      '1 2',
      'Infinity',
      'NaN',
    ].map(number),
    ...['nul', 'null', 'nullx', 'tru', 'true', "'0'", '1e999', '[', ']', '{', '', '1,', '1}', '1}}', '1}x', '"1"'].map(
      number,
    ),
    `\ufeff${quoted('')}`,
    `${quoted('')}\u00a0`,
    ` \t\r\n${quoted('')} \t\r\n`,
    `${quoted('')}${quoted('')}`,
    '{"__proto__":{"action":"scrape"},"info_hash":"x"}',
    `{"__proto__":null,"action":"scrape","info_hash":"${HASH}"}`,
    `{"action":"scrape","action":"announce","info_hash":"${HASH}"}`,
    `{"action":"announce","\\u0061ction":"scrape","info_hash":"${HASH}"}`,
    `{"action":"\\u0073crape","info_hash":"${HASH}"}`,
    JSON.stringify(announce('a', { event: 'x' })).replace('"x"', '"\\u0073topped"'),
    JSON.stringify(announce('a', { offers: [null, offer('o')], numwant: 0 })),
    JSON.stringify(announce('a', { numwant: 1, offers: [offer('o'), { offer_id: 5 }] })),
    JSON.stringify(announce('a', { offers: [{ ...offer('o'), toString: 1 }] })),
    JSON.stringify(announce('a', { offers: [offer('o')] })).replace('"sdp"', '"sdp":"x","sdp"'),
    JSON.stringify(announce('a', { offers: [offer('o')] })).replace('"sdp"', '"__proto__":{},"sdp"'),
    JSON.stringify(announce('a', { offers: [offer('o')] })).replace('"type"', '"t\\u0079pe"'),
  ])('[TRK-7] %j is read as JSON.parse reads it', (text) => {
    expectSame(Buffer.from(text));
    const isScanned = scan(text) !== undefined;
    expect(isScanned && !isJson(text)).toBe(false);
  });

  test.each([
    [
      'an announce',
      announce('a', { numwant: 50, uploaded: 0, downloaded: 0, left: 0, event: 'started', offers: offers(5) }),
    ],
    ['an update', announce('a', { numwant: 5, uploaded: 0, downloaded: 0, left: null, offers: offers(10) })],
    ['an answer', answer('a', 'b', 'o', { trackerid: 'x' })],
    ['a scrape', { action: 'scrape', info_hash: HASH }],
    ['binary ids', announce('\u00e9\u0000', { offers: [offer('\u00ff"')] })],
    ['more offers than are used', announce('a', { offers: offers(12) })],
  ])('[TRK-7] %s of a usual client is relayed as it came', (_name, message) => {
    for (const text of [JSON.stringify(message), JSON.stringify(message, null, 1), writeJson(message, [1, 5])]) {
      expect(scan(text)).toBeDefined();
    }
  });

  test('[TRK-7] what is relayed are views of the message, not copies', () => {
    const bytes = Buffer.from(JSON.stringify(announce('a', { offers: offers(1) })));
    const message = scanner.scan(bytes);
    const members = message?.type === 'announce' ? message.offers[0]?.members : undefined;
    expect(members?.toString()).toBe(JSON.stringify(offer('offer0')).slice(1));
    expect(members?.buffer).toBe(bytes.buffer);
  });

  test('[TRK-6] space and escapes do not carry more than a description may have', () => {
    const wide = JSON.stringify(announce('a', { offers: [offer('o')] })).replace('"sdp"', `${' '.repeat(100)}"sdp"`);
    const result = reader.read(Buffer.from(wide));
    const members = result.type === 'announce' ? result.offers[0]?.members : undefined;
    expect(members?.toString()).toBe(
      JSON.stringify({ offer: { type: 'offer', sdp: SDP }, offer_id: id('o') }).slice(1),
    );
  });

  test('[TRK-6] an SDP is measured in characters, however it is escaped', () => {
    const sized = (length: number) => {
      const text = JSON.stringify(announce('a', { offers: [offer('o', 'x'.repeat(length - 1) + 'é')] }));
      return reader.read(Buffer.from(text.replace('é', '\\u00e9')));
    };
    expect(sized(16_384)).toMatchObject({ type: 'announce' });
    expect(sized(16_385)).toMatchObject({ type: 'rejected', reason: 'bad-offers' });
  });
});
