import fc from 'fast-check';
import { ByteReader, ByteWriter, MAX_VARINT } from '../../../src/core/cluster/byte-io';
import {
  decodeBusMessage,
  encodeBusMessage,
  MAX_BUS_MESSAGE_BYTES,
  MAX_COUNTS_PER_MESSAGE,
  splitOffers,
  type BusMessage,
} from '../../../src/core/cluster/bus-message';
import { id } from '../../support/messages';

const anyId = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  minLength: 20,
  maxLength: 20,
});
const anyCount = fc.integer({ min: 0, max: MAX_VARINT });
const anyUint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyEntries = fc.array(
  fc.record({
    infoHash: anyId,
    counts: fc.record({ complete: anyCount, incomplete: anyCount, downloaded: anyCount }),
  }),
  { maxLength: 20 },
);

const anyMessage: fc.Arbitrary<BusMessage> = fc.oneof(
  fc.record({ type: fc.constant('counts' as const), incarnation: anyUint32, entries: anyEntries }),
  fc.record({
    type: fc.constant('state' as const),
    incarnation: anyUint32,
    state: fc.integer({ min: 0, max: 255 }),
    piece: anyCount,
    isLast: fc.boolean(),
    entries: anyEntries,
  }),
  fc.record({ type: fc.constant('goodbye' as const), incarnation: anyUint32 }),
  fc.record({
    type: fc.constant('offers' as const),
    infoHash: anyId,
    peerId: anyId,
    offers: fc.array(fc.record({ offerId: anyId, description: anyBytes }), { maxLength: 10 }),
  }),
  fc.record({
    type: fc.constant('answer' as const),
    infoHash: anyId,
    peerId: anyId,
    toPeerId: anyId,
    offerId: anyId,
    description: anyBytes,
  }),
);

describe('bus messages', () => {
  test('[TRK-100] every message is read as it was written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeBusMessage(encodeBusMessage(message))).toEqual(message);
      }),
    );
  });

  test('[TRK-100] any bytes are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeBusMessage(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.uint8Array({ maxLength: 400 }), (type, bytes) => {
        decodeBusMessage(Buffer.from([1, type, ...bytes]));
      }),
      { numRuns: 2000 },
    );
  });

  test('[TRK-100] a message that is cut short, prolonged or changed is another one or none, and never an error', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.integer({ min: 0, max: 255 }), (message, place, byte) => {
        const bytes = encodeBusMessage(message);
        decodeBusMessage(bytes.subarray(0, place % bytes.length));
        decodeBusMessage(Buffer.concat([bytes, Buffer.from([byte])]));
        bytes[place % bytes.length] = byte;
        decodeBusMessage(bytes);
      }),
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['another version', Buffer.from([2, 1, 0, 0, 0, 1])],
    ['an unknown type', Buffer.from([1, 9, 0, 0, 0, 1])],
    [
      'an entry that is cut short',
      encodeBusMessage({ type: 'counts', incarnation: 1, entries: [entry('a')] }).subarray(0, 20),
    ],
    ['bytes after the end', Buffer.concat([encodeBusMessage({ type: 'goodbye', incarnation: 1 }), Buffer.alloc(1)])],
    ['more than a message may have', Buffer.concat([encodeBusMessage(answerOf(MAX_BUS_MESSAGE_BYTES))])],
    [
      'an offer longer than the message',
      Buffer.concat([Buffer.from([1, 4]), Buffer.alloc(60, 65), Buffer.from([200, 1]), Buffer.alloc(199)]),
    ],
    [
      'a number without an end',
      Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 1]), Buffer.alloc(20, 65), Buffer.alloc(6, 0xff)]),
    ],
  ])('[TRK-100] %s is no message', (_, bytes) => {
    expect(decodeBusMessage(bytes)).toBeUndefined();
  });

  test('[TRK-100] as many counts as go into a message are within its size', () => {
    const counts = { complete: MAX_VARINT, incomplete: MAX_VARINT, downloaded: MAX_VARINT };
    const entries = Array.from({ length: MAX_COUNTS_PER_MESSAGE }, (_, index) => ({
      infoHash: id(`${index}`),
      counts,
    }));
    const bytes = encodeBusMessage({
      type: 'state',
      incarnation: 1,
      state: 1,
      piece: MAX_VARINT,
      isLast: true,
      entries,
    });
    expect(bytes.length).toBeLessThanOrEqual(MAX_BUS_MESSAGE_BYTES);
    expect(decodeBusMessage(bytes)).toMatchObject({ entries: { length: MAX_COUNTS_PER_MESSAGE } });
  });

  test('[TRK-100] offers are split into messages that fit, in order; what fits in none is left out', () => {
    const offers = [1000, 60_000, 70_000, 3000, 2000, 30_000, 30_000].map((length, index) => ({
      offerId: id(`${index}`),
      description: Buffer.alloc(length),
    }));
    const runs = splitOffers(offers);
    expect(runs.map((run) => run.map(({ description }) => description.length))).toEqual([
      [1000, 60_000, 3000],
      [2000, 30_000, 30_000],
    ]);
    for (const run of runs) {
      const bytes = encodeBusMessage({ type: 'offers', infoHash: id('a'), peerId: id('b'), offers: run });
      expect(bytes.length).toBeLessThanOrEqual(MAX_BUS_MESSAGE_BYTES);
    }
    expect(splitOffers([])).toEqual([]);
  });
});

describe('ByteReader', () => {
  test('[TRK-100] reads what ByteWriter wrote, and breaks beyond the end', () => {
    const writer = new ByteWriter(100);
    writer.varint(0);
    writer.varint(127);
    writer.varint(128);
    writer.varint(MAX_VARINT);
    writer.varint(2 * MAX_VARINT);
    writer.uint32(0xffff_ffff);
    writer.id('\u0000\u00ff'.padEnd(20, 'é'));
    const reader = new ByteReader(writer.finish());
    const numbers = Array.from({ length: 5 }, () => reader.varint());
    expect(numbers).toEqual([0, 127, 128, MAX_VARINT, MAX_VARINT]);
    expect(reader.uint32()).toBe(0xffff_ffff);
    expect(reader.id()).toBe('\u0000\u00ff'.padEnd(20, 'é'));
    expect([reader.restLength, reader.isBroken]).toEqual([0, false]);
    expect([reader.byte(), reader.varint(), reader.uint32(), reader.id(), reader.bytes(1).length]).toEqual([
      0,
      0,
      0,
      '',
      0,
    ]);
    expect(reader.isBroken).toBe(true);
  });
});

function entry(name: string) {
  return { infoHash: id(name), counts: { complete: 1, incomplete: 2, downloaded: 3 } };
}

function answerOf(length: number): BusMessage {
  const ids = { infoHash: id('a'), peerId: id('b'), toPeerId: id('c'), offerId: id('d') };
  return { type: 'answer', ...ids, description: Buffer.alloc(length) };
}
