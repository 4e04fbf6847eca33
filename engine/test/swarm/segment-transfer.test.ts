import fc from 'fast-check';
import { MAX_SEGMENT_BYTES } from '../../src/protocol/limits';
import { SegmentTransfer } from '../../src/swarm/segment-transfer';

const SIZE = 60;
const CONTENT = Uint8Array.from({ length: SIZE }, (_, index) => index + 1);
const piece = fc.record({
  offset: fc.nat(SIZE - 1),
  length: fc.integer({ min: 1, max: 25 }),
  source: fc.constantFrom('http' as const, 'p2p' as const),
});

describe('SegmentTransfer', () => {
  test('[DL-8] counts each byte once, whatever order, overlap and source the pieces have', () => {
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), (pieces, isSizeKnown) => {
        const transfer = new SegmentTransfer(isSizeKnown ? SIZE : undefined);
        const there = new Array<string | undefined>(SIZE).fill(undefined);
        let wasted = 0;
        let arrived = 0;
        for (const { offset, length, source } of pieces) {
          const bytes = CONTENT.slice(offset, offset + length);
          const { newBytes, wastedBytes } = transfer.add(offset, bytes, source);
          expect(newBytes + wastedBytes).toBe(bytes.length);
          wasted += wastedBytes;
          arrived += bytes.length;
          bytes.forEach((_, index) => (there[offset + index] ??= source));
        }
        const count = (source: string) => there.filter((from) => from === source).length;
        expect([transfer.httpBytes, transfer.p2pBytes]).toEqual([count('http'), count('p2p')]);
        expect(transfer.receivedBytes).toBe(arrived - wasted);
        const firstMissing = there.indexOf(undefined);
        expect(there.map((_, index) => transfer.has(index))).toEqual(there.map((from) => from !== undefined));
        expect(transfer.isComplete).toBe(isSizeKnown && firstMissing < 0);
        if (transfer.isComplete) expect(transfer.take()).toEqual(CONTENT);
        for (const start of [0, 1, SIZE / 2]) {
          for (let end = start + 1; end <= SIZE; end += 7) {
            const isThere = there.slice(start, end).every((from) => from !== undefined);
            expect(transfer.view({ start, end })).toEqual(isThere ? CONTENT.slice(start, end) : undefined);
          }
        }
      }),
    );
  });

  test('what is missing ends at the size, or nowhere while that is unknown', () => {
    const transfer = new SegmentTransfer(undefined);
    transfer.add(10, new Uint8Array(5), 'p2p');
    expect(transfer.missing()).toEqual([
      { start: 0, end: 10 },
      { start: 15, end: Infinity },
    ]);
    expect(transfer.setTotal(20)).toBe(true);
    expect(transfer.missing().at(-1)).toEqual({ start: 15, end: 20 });
  });

  test('[DL-2] the first size stays, another is refused, and so is one below what is there', () => {
    const transfer = new SegmentTransfer(undefined);
    transfer.add(0, new Uint8Array(50), 'http');
    expect(transfer.setTotal(49)).toBe(false);
    expect(transfer.setTotal(100)).toBe(true);
    expect(transfer.setTotal(101)).toBe(false);
    expect(transfer.totalBytes).toBe(100);
    transfer.forgetTotal();
    expect([transfer.totalBytes, transfer.receivedBytes]).toEqual([undefined, 50]);
    expect(transfer.setTotal(101)).toBe(true);
  });

  test('sizes that no segment has are refused', () => {
    const transfer = new SegmentTransfer(undefined);
    for (const size of [0, -1, MAX_SEGMENT_BYTES + 1]) expect(transfer.setTotal(size)).toBe(false);
    expect(transfer.setTotal(MAX_SEGMENT_BYTES)).toBe(true);
  });

  test('bytes beyond the end are wasted, and no memory is taken for them', () => {
    const transfer = new SegmentTransfer(10);
    expect(transfer.add(5, new Uint8Array(10), 'p2p')).toEqual({ newBytes: 5, wastedBytes: 5 });
    expect(transfer.add(10, new Uint8Array(3), 'p2p')).toEqual({ newBytes: 0, wastedBytes: 3 });
    transfer.add(0, new Uint8Array(5), 'http');
    expect(transfer.isComplete).toBe(true);
    expect(transfer.take()).toHaveLength(10);
  });

  test('after a reset only the manifest is believed', () => {
    for (const manifestBytes of [undefined, 30]) {
      const transfer = new SegmentTransfer(manifestBytes);
      transfer.setTotal(30);
      transfer.add(0, new Uint8Array(12), 'p2p');
      expect(transfer.reset()).toBe(12);
      expect([transfer.totalBytes, transfer.receivedBytes, transfer.p2pBytes]).toEqual([manifestBytes, 0, 0]);
    }
  });

  test('a segment whose end was learnt last is cut to it', () => {
    const transfer = new SegmentTransfer(undefined);
    transfer.add(0, CONTENT, 'http');
    expect(transfer.isComplete).toBe(false);
    transfer.setTotal(SIZE);
    expect(transfer.take()).toEqual(CONTENT);
  });
});
