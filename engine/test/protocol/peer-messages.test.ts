import fc from 'fast-check';
import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { binaryStringOf, bytesOfBinaryString, isBinaryString } from '../../src/protocol/binary-string';
import { ByteReader, ByteWriter, ProtocolViolation } from '../../src/protocol/byte-codec';
import { fitsIntoSignal } from '../../src/protocol/introduction-messages';
import {
  MAX_BLOCK_MAP_BYTES,
  MAX_FRAME_BYTES,
  MAX_HAVE_ENTRIES,
  MAX_INTRODUCED_PEERS,
  MAX_REQUEST_BYTES,
  MAX_SDP_CHARS,
  MAX_SEGMENT_BYTES,
} from '../../src/protocol/limits';
import {
  decodePeerMessage,
  encodePeerMessage,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';

const number = fc.maxSafeNat();
const binary20 = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(binaryStringOf);
const size = fc.integer({ min: 1, max: MAX_SEGMENT_BYTES });
const id = fc.record({ rendition: fc.nat(0xffffffff), discontinuity: number, sequence: number });
const entry: fc.Arbitrary<HaveEntry> = fc.oneof(
  id.map((named): HaveEntry => ({ id: named, state: 'gone' })),
  fc.tuple(id, size).map(([named, totalBytes]): HaveEntry => ({ id: named, state: 'complete', totalBytes })),
  fc
    .tuple(id, size, fc.uint8Array({ maxLength: MAX_BLOCK_MAP_BYTES }))
    .map(([named, totalBytes, blocks]): HaveEntry => ({ id: named, state: 'partial', totalBytes, blocks })),
);
const signal = fc.record({
  kind: fc.constantFrom('offer' as const, 'answer' as const),
  offerId: binary20,
  peerCount: fc.nat(255),
  sdp: fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
});
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({ type: fc.constant('handshake' as const), version: fc.nat(255), infoHash: binary20, peerId: binary20 }),
  fc.record({ type: fc.constant('have' as const), entries: fc.array(entry, { maxLength: 40 }) }),
  fc.record({
    type: fc.constant('request' as const),
    requestId: number,
    id,
    range: fc
      .tuple(fc.nat(MAX_SEGMENT_BYTES), fc.integer({ min: 1, max: MAX_REQUEST_BYTES }))
      .map(([start, length]) => ({ start, end: start + length })),
    neededInMs: number,
  }),
  fc.record({ type: fc.constant('cancel' as const), requestId: number }),
  fc.record({
    type: fc.constant('data' as const),
    requestId: number,
    offset: fc.nat(MAX_SEGMENT_BYTES),
    payload: fc.uint8Array({ minLength: 1, maxLength: 100 }),
  }),
  fc.record({
    type: fc.constant('reject' as const),
    requestId: number,
    reason: fc.constantFrom('absent' as const, 'busy' as const, 'upload-off' as const),
  }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const, 'free' as const) }),
  fc.record({ type: fc.constant('about' as const), uploadKbps: number, isSettled: fc.boolean() }),
  fc.record({
    type: fc.constant('peers' as const),
    added: fc.array(binary20, { maxLength: 5 }),
    removed: fc.array(binary20, { maxLength: 5 }),
  }),
  fc.record({ type: fc.constantFrom('relay' as const, 'relayed' as const), peerId: binary20, signal }),
);

/** What ends with the frame, and so may be followed by more of the same. */
const OPEN_LISTS = ['have', 'peers', 'relay', 'relayed'];
const OPEN_ENDED = ['handshake', 'data', ...OPEN_LISTS];
const segment = { rendition: 1, discontinuity: 0, sequence: 7 };
const violation = expect.any(ProtocolViolation);
const frameOf = (build: (writer: ByteWriter) => ByteWriter): Uint8Array => build(new ByteWriter()).finish();
const idBytes = (writer: ByteWriter): ByteWriter => writer.uint32(1).varint(0).varint(7);

describe('peer messages', () => {
  test('survive the way over the wire', () => {
    fc.assert(fc.property(message, (sent) => expect(decodePeerMessage(encodePeerMessage(sent))).toEqual(sent)));
  });

  test('[WIRE-5] arbitrary bytes never make the decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), (noise, type) => {
        decodePeerMessage(noise);
        decodePeerMessage(Uint8Array.of(type, ...noise));
      }),
      { numRuns: 1000 },
    );
  });

  test('[WIRE-5] a frame with flipped bits is read as another message, or refused, or ignored', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (sent, at, bits) => {
        const frame = encodePeerMessage(sent);
        frame[at % frame.length]! ^= bits;
        const read = decodePeerMessage(frame);
        // What was understood has one spelling; only a handshake may carry more than it says.
        if (read && !(read instanceof ProtocolViolation)) expect(encodePeerMessage(read)).toEqual(frame);
      }),
      { numRuns: 1000 },
    );
  });

  test('[WIRE-2] nothing may follow a message', () => {
    const closed = message.filter(({ type }) => OPEN_ENDED.every((other) => other !== type));
    fc.assert(
      fc.property(closed, fc.uint8Array({ minLength: 1, maxLength: 5 }), (sent, rest) => {
        expect(decodePeerMessage(Uint8Array.of(...encodePeerMessage(sent), ...rest))).toEqual(violation);
      }),
    );
  });

  test('[WIRE-2] nothing may be missing from a message', () => {
    fc.assert(
      fc.property(message, fc.nat(), (sent, cut) => {
        const frame = encodePeerMessage(sent);
        const shorter = decodePeerMessage(frame.subarray(0, cut % frame.length));
        const canBeShorter =
          OPEN_LISTS.includes(sent.type) ||
          (sent.type === 'data' && frame.length - (cut % frame.length) < sent.payload.length);
        if (!canBeShorter) expect(shorter).toEqual(violation);
        else expect(shorter).not.toEqual(sent);
      }),
    );
  });

  test.each([1, 2])('[WIRE-2] a segment in state %i has a size', (state) => {
    const read = (totalBytes: number) =>
      decodePeerMessage(
        frameOf((w) => {
          idBytes(w.uint8(2)).uint8(state).varint(totalBytes);
          return state === 1 ? w.varint(0) : w;
        }),
      );
    expect(read(1)).toMatchObject({ type: 'have' });
    expect(read(0)).toEqual(violation);
  });

  test('[WIRE-2] what follows a block map is the next entry', () => {
    const entries: HaveEntry[] = [
      { id: segment, state: 'partial', totalBytes: 900_000, blocks: Uint8Array.of(0b101, 0) },
      { id: segment, state: 'gone' },
    ];
    expect(decodePeerMessage(encodePeerMessage({ type: 'have', entries }))).toEqual({ type: 'have', entries });
  });

  test('[WIRE-2] whether a peer has settled is 0 or 1', () => {
    const read = (state: number) => decodePeerMessage(frameOf((w) => w.uint8(9).varint(5_000).uint8(state)));
    expect([read(0), read(1)]).toEqual([
      { type: 'about', uploadKbps: 5_000, isSettled: false },
      { type: 'about', uploadKbps: 5_000, isSettled: true },
    ]);
    expect(read(2)).toEqual(violation);
  });

  test('[WIRE-4] a later version may say more in its handshake', () => {
    const sent: PeerMessage = { type: 'handshake', version: 9, infoHash: 'é'.repeat(20), peerId: 'ÿ'.repeat(20) };
    expect(decodePeerMessage(Uint8Array.of(...encodePeerMessage(sent), 1, 2, 3))).toEqual(sent);
  });

  test('a data payload is a view into the frame: no bytes are copied twice', () => {
    const frame = encodePeerMessage({ type: 'data', requestId: 1, offset: 0, payload: Uint8Array.of(1, 2) });
    const read = decodePeerMessage(frame);
    expect(read).toMatchObject({ type: 'data' });
    expect((read as PeerMessage & { type: 'data' }).payload.buffer).toBe(frame.buffer);
  });
});

describe('limits of peer messages: the last that is taken, and one more', () => {
  test('[WIRE-6] MAX_FRAME_BYTES', () => {
    const frame = new Uint8Array(MAX_FRAME_BYTES + 1).fill(200);
    expect(decodePeerMessage(frame.subarray(1))).toBeUndefined();
    expect(decodePeerMessage(frame)).toEqual(violation);
  });

  test('[WIRE-6] MAX_HAVE_ENTRIES', () => {
    const entries = Array.from({ length: MAX_HAVE_ENTRIES + 1 }, (_, sequence): HaveEntry => ({
      id: { ...segment, sequence },
      state: 'gone',
    }));
    expect(decodePeerMessage(encodePeerMessage({ type: 'have', entries: entries.slice(1) }))).toMatchObject({
      type: 'have',
    });
    expect(decodePeerMessage(encodePeerMessage({ type: 'have', entries }))).toEqual(violation);
  });

  test('[WIRE-6] MAX_REQUEST_BYTES', () => {
    const ask = (length: number) =>
      decodePeerMessage(
        encodePeerMessage({
          type: 'request',
          requestId: 1,
          id: segment,
          range: { start: 5, end: 5 + length },
          neededInMs: 0,
        }),
      );
    expect(ask(MAX_REQUEST_BYTES)).toMatchObject({ type: 'request' });
    expect(ask(MAX_REQUEST_BYTES + 1)).toEqual(violation);
    expect(ask(0)).toEqual(violation);
  });

  test('[WIRE-6] MAX_SEGMENT_BYTES, for sizes, starts and offsets', () => {
    for (const more of [0, 1]) {
      const bytes = MAX_SEGMENT_BYTES + more;
      const expected = more ? violation : expect.objectContaining({ type: expect.any(String) });
      expect(decodePeerMessage(frameOf((w) => idBytes(w.uint8(2)).uint8(2).varint(bytes)))).toEqual(expected);
      expect(decodePeerMessage(frameOf((w) => idBytes(w.uint8(2)).uint8(1).varint(bytes).varint(0)))).toEqual(expected);
      expect(
        decodePeerMessage(frameOf((w) => idBytes(w.uint8(3).varint(1)).varint(bytes).varint(1).varint(0))),
      ).toEqual(expected);
      expect(decodePeerMessage(frameOf((w) => w.uint8(5).varint(1).varint(bytes).uint8(9)))).toEqual(expected);
    }
  });

  test('[WIRE-6] MAX_BLOCK_MAP_BYTES: as many bits as the largest segment has blocks', () => {
    const read = (length: number) =>
      decodePeerMessage(
        encodePeerMessage({
          type: 'have',
          entries: [{ id: segment, state: 'partial', totalBytes: 9, blocks: new Uint8Array(length) }],
        }),
      );
    expect(read(MAX_BLOCK_MAP_BYTES)).toMatchObject({ type: 'have' });
    expect(read(MAX_BLOCK_MAP_BYTES + 1)).toEqual(violation);
    expect(MAX_BLOCK_MAP_BYTES * 8 * TRANSFER_SIZES.blockBytes).toBe(MAX_SEGMENT_BYTES);
  });

  test('[WIRE-6] MAX_INTRODUCED_PEERS, for those that came and those that went', () => {
    const ids = Array.from({ length: MAX_INTRODUCED_PEERS + 1 }, (_, index) => `${index}`.padStart(20));
    const read = (added: string[], removed: string[]) =>
      decodePeerMessage(encodePeerMessage({ type: 'peers', added, removed }));
    expect(read(ids.slice(1), ids.slice(1))).toMatchObject({ type: 'peers' });
    expect(read(ids, [])).toEqual(violation);
    expect(read([], ids)).toEqual(violation);
  });

  test('[WIRE-6] MAX_SDP_CHARS, in bytes', () => {
    const read = (sdp: string) =>
      decodePeerMessage(
        encodePeerMessage({
          type: 'relay',
          peerId: 'p'.repeat(20),
          signal: { kind: 'offer', offerId: 'o'.repeat(20), peerCount: 0, sdp },
        }),
      );
    for (const [letter, count] of [
      ['s', MAX_SDP_CHARS],
      ['é', MAX_SDP_CHARS / 2],
    ] as const) {
      expect([fitsIntoSignal(letter.repeat(count)), fitsIntoSignal(letter.repeat(count + 1))]).toEqual([true, false]);
      expect(read(letter.repeat(count))).toMatchObject({ type: 'relay' });
      expect(read(letter.repeat(count + 1))).toEqual(violation);
    }
  });

  test('our own largest have fits into a frame', () => {
    const id = { rendition: 0xffffffff, discontinuity: Number.MAX_SAFE_INTEGER, sequence: Number.MAX_SAFE_INTEGER };
    const largest: HaveEntry = {
      id,
      state: 'partial',
      totalBytes: MAX_SEGMENT_BYTES,
      blocks: new Uint8Array(MAX_BLOCK_MAP_BYTES).fill(0xff),
    };
    const entries = new Array<HaveEntry>(MAX_HAVE_ENTRIES).fill(largest);
    expect(encodePeerMessage({ type: 'have', entries }).length).toBeLessThanOrEqual(MAX_FRAME_BYTES);
  });
});

describe('numbers in frames', () => {
  test('[WIRE-1] every whole number has one spelling', () => {
    fc.assert(
      fc.property(number, (value) => {
        const reader = new ByteReader(frameOf((w) => w.varint(value)));
        expect(reader.varint()).toBe(value);
        expect(reader.remaining).toBe(0);
      }),
    );
    expect(() => new ByteReader(Uint8Array.of(0x80, 0)).varint()).toThrow('padded');
    expect(() => new ByteReader(new Uint8Array(9).fill(0xff)).varint()).toThrow('too large');
    expect(() => new ByteReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)).varint()).toThrow(
      'too large',
    );
  });

  test.each([-1, 0.5, NaN, Infinity, 2 ** 53])('%p is none', (value) => {
    expect(() => new ByteWriter().varint(value)).toThrow(RangeError);
  });

  test('32 bits are read as they were written', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) =>
        expect(new ByteReader(frameOf((w) => w.uint32(value))).uint32()).toBe(value),
      ),
    );
  });
});

describe('binary strings', () => {
  test('are bytes, one per character', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesOfBinaryString(binaryStringOf(bytes))).toEqual(bytes);
        expect(isBinaryString(binaryStringOf(bytes), bytes.length)).toBe(true);
      }),
    );
    expect(isBinaryString('Ā', 1)).toBe(false);
    expect(isBinaryString('ab', 1)).toBe(false);
    expect(isBinaryString(7, 1)).toBe(false);
  });
});
