import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { FrameReader, type FrameSink } from '../../src/adapters/frame-reader';
import { closePayload, closeViolation, headerBytes, writeHeader } from '../../src/adapters/frames';
import { CASE_LIMITS, FRAME_CASES } from '../support/frame-cases';
import { closeFrame, frame, OPCODE, readFrame, text } from '../support/frames';

const LIMITS = { maxMessageBytes: 300, maxFragments: 4 };

/** What a stream of a client comes to. */
class Reading implements FrameSink {
  readonly messages: string[] = [];
  readonly pings: string[] = [];
  pongCount = 0;
  /** The client's own close code, or that of what it did wrong. */
  closeCode: number | undefined;
  faultCode: number | undefined;

  get isReading(): boolean {
    return this.closeCode === undefined && this.faultCode === undefined;
  }

  handleMessage(payload: Buffer, isBinary: boolean): void {
    if (isBinary || isUtf8(payload)) this.messages.push(payload.toString());
    else this.handleViolation(1007);
  }

  handlePing(payload: Buffer): void {
    this.pings.push(payload.toString());
  }

  handlePong(): void {
    this.pongCount += 1;
  }

  handleClose(payload: Buffer): void {
    this.faultCode = closeViolation(payload);
    if (this.faultCode === undefined) this.closeCode = payload.length === 0 ? 1005 : payload.readUInt16BE();
  }

  handleViolation(closeCode: number): void {
    if (!this.isReading) throw new Error('read on after the end');
    this.faultCode = closeCode;
  }
}

/** Cuts at these places; each piece in memory of its own, at an address of any remainder by four. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places, bytes.length])].sort((left, right) => left - right);
  let start = 0;
  return ends.map((end, index) => {
    const padding = index % 4;
    const memory = Buffer.alloc(end - start + padding);
    bytes.copy(memory, padding, start, end);
    start = end;
    return memory.subarray(padding);
  });
}

function read(chunks: readonly Buffer[], limits = CASE_LIMITS): Reading {
  const reading = new Reading();
  const reader = new FrameReader(reading, limits);
  for (const chunk of chunks) {
    if (!reading.isReading) break;
    reader.read(chunk);
  }
  return reading;
}

/** Reads a stream that is all there, frame after frame, as RFC 6455 says it and without a thought for speed. */
function readNaively(bytes: Buffer, { maxMessageBytes, maxFragments } = LIMITS): Reading {
  const reading = new Reading();
  let parts: Buffer[] | undefined;
  let isBinary = false;
  let offset = 0;
  while (reading.isReading) {
    const found = readFrame(bytes, offset);
    if (!found) return reading;
    const { fin, reserved, opcode, isMasked, payload } = found;
    offset = found.end;
    const isControl = opcode >= 8;
    const isKnown = [0, 1, 2, 8, 9, 10].includes(opcode);
    const isOutOfTurn = !isControl && (opcode === 0) !== (parts !== undefined);
    const isBadControl = isControl && (!fin || payload.length > 125);
    const messageBytes = payload.length + (parts ?? []).reduce((sum, part) => sum + part.length, 0);
    if (reserved !== 0 || !isKnown || isOutOfTurn || isBadControl || !isMasked) reading.handleViolation(1002);
    else if (opcode === 8) reading.handleClose(payload);
    else if (opcode === 9) reading.handlePing(payload);
    else if (opcode === 10) reading.handlePong();
    else if (messageBytes > maxMessageBytes) reading.handleViolation(1009);
    else {
      if (!parts) isBinary = opcode === 2;
      parts = [...(parts ?? []), payload];
      if (parts.length > maxFragments) reading.handleViolation(1008);
      else if (fin) {
        const message = Buffer.concat(parts);
        parts = undefined;
        reading.handleMessage(message, isBinary);
      }
    }
  }
  return reading;
}

const key = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes));
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }).map((value) => Buffer.from(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.nat(310).map((size) => Buffer.alloc(size, 'x')) },
);
const lengthBytes = fc.constantFrom<(0 | 2 | 8)[]>(2, 8);

/** Messages in one or more frames with pings between them: all as it should be, but for lengths and UTF-8. */
const orderlyFrames = fc
  .record({
    opcode: fc.constantFrom(1, 2),
    payloads: fc.array(payload, { minLength: 1, maxLength: 5 }),
    between: fc.option(fc.constantFrom(9, 10), { nil: undefined }),
    key,
    lengthBytes: fc.option(lengthBytes, { nil: undefined }),
  })
  .map(({ opcode, payloads, between, key: mask, lengthBytes: length }) =>
    payloads.flatMap((bytes, index) => {
      const options = { fin: index === payloads.length - 1, key: mask };
      const exact = length === undefined || bytes.length > 65_535 ? options : { ...options, lengthBytes: length };
      const data = frame(index === 0 ? opcode : 0, bytes, exact);
      return between === undefined ? [data] : [data, frame(between, 'between', { key: mask })];
    }),
  );

/** Any frame at all. */
const anyFrame = fc
  .record({
    opcode: fc.nat(15),
    payload,
    fin: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
    key: fc.option(key, { nil: undefined, freq: 20 }),
  })
  .map(({ opcode, payload: bytes, ...options }) => [frame(opcode, bytes, options)]);

const closing = fc.tuple(fc.nat(5_100), payload).map(([code, reason]) => [closeFrame(code, reason.subarray(0, 123))]);

const stream = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: orderlyFrames },
      { weight: 1, arbitrary: anyFrame },
      { weight: 1, arbitrary: closing },
    ),
    { maxLength: 8 },
  )
  .map((frames) => Buffer.concat(frames.flat()));

describe('FrameReader', () => {
  test.each(FRAME_CASES.map((frameCase) => [frameCase.title, frameCase] as const))(
    '[TRK-48] %s, cut anywhere',
    (_, { bytes, messages = [], pings = [], closeCode, faultCode }) => {
      const step = Math.max(1, Math.floor(bytes.length / 200));
      const everyByte = Array.from({ length: bytes.length }, (_place, index) => index);
      const cuts: (readonly number[])[] = [[], everyByte];
      for (let place = 1; place < bytes.length; place += step) cuts.push([place]);
      for (const places of cuts) {
        expect(read(cut(bytes, places))).toMatchObject({ messages, pings, closeCode, faultCode });
      }
    },
  );

  test('[TRK-48] any frames, however they are cut, come to what a naive reader makes of them', () => {
    const ends = new Map<number | undefined, number>();
    fc.assert(
      fc.property(stream, fc.array(fc.nat(2_000), { maxLength: 30 }), fc.boolean(), (bytes, places, isByteByByte) => {
        const expected = readNaively(bytes);
        const inside = isByteByByte
          ? Array.from(bytes, (_byte, index) => index)
          : places.filter((at) => at < bytes.length);
        // What is not whole yet may be refused already: compare only streams that end with a frame.
        expect(read(cut(bytes, inside), LIMITS)).toEqual(expected);
        const end = expected.faultCode ?? expected.closeCode;
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }),
      { numRuns: 1_000, seed: 6455 },
    );
    // The streams were of all kinds.
    for (const end of [undefined, 1002, 1007, 1008, 1009]) expect(ends.get(end)).toBeGreaterThan(20);
  });

  test('[TRK-40] a frame that is announced and never comes takes no more memory than what came of it', () => {
    const readers = Array.from({ length: 200 }, () => new FrameReader(new Reading(), CASE_LIMITS));
    const before = process.memoryUsage().arrayBuffers;
    const beginning = text('x'.repeat(60_000)).subarray(0, 20);
    for (const reader of readers) for (const byte of beginning) reader.read(Buffer.of(byte));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 60_000 * 0.1);
  });
});

describe('frames of the tracker', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536, 70_000])('[TRK-48] a header for %d bytes is read back', (size) => {
    const bytes = Buffer.alloc(3 + headerBytes(size) + size, 'x');
    expect(writeHeader(bytes, 3, OPCODE.text, size)).toBe(3 + headerBytes(size));
    expect(readFrame(bytes, 3)).toMatchObject({
      fin: true,
      reserved: 0,
      opcode: 1,
      isMasked: false,
      end: bytes.length,
    });
  });

  test('[TRK-48] a header holds lengths of more than 32 bits', () => {
    const bytes = Buffer.alloc(10);
    writeHeader(bytes, 0, OPCODE.text, 2 ** 32 + 7);
    expect(bytes.readBigUInt64BE(2)).toBe(2n ** 32n + 7n);
  });

  test('[TRK-48] a reason too long for a close frame is cut between two characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (reason) => {
        const bytes = closePayload(1001, reason);
        expect(bytes.length).toBeLessThanOrEqual(125);
        expect(
          Buffer.from(reason)
            .subarray(0, bytes.length - 2)
            .equals(bytes.subarray(2)),
        ).toBe(true);
        expect(isUtf8(bytes.subarray(2))).toBe(true);
        if (Buffer.byteLength(reason) <= 123) expect(bytes.length - 2).toBe(Buffer.byteLength(reason));
      }),
    );
  });
});
