import type { HaveEntry } from '../../src/protocol/peer-messages';
import type { OfferBook } from '../../src/swarm/offer-book';
import { PeerOffers } from '../../src/swarm/offer-book';

const id = { rendition: 1, discontinuity: 0, sequence: 5 };
const WHOLE: HaveEntry = { id, state: 'complete', totalBytes: 900_000 };
const GONE: HaveEntry = { id, state: 'gone' };
const part = (blocks: number, totalBytes = 900_000): HaveEntry => {
  return { id, state: 'partial', totalBytes, blocks: Uint8Array.of(blocks) };
};

function start() {
  const book: OfferBook = new Map();
  return { book, one: new PeerOffers(book, 1), two: new PeerOffers(book, 2) };
}

describe('PeerOffers', () => {
  test('are those of one peer, in a book that all share', () => {
    const { book, one, two } = start();
    one.take('a', WHOLE);
    one.take('b', part(1));
    two.take('a', part(1));
    expect([one.size, two.size, one.get('a')?.blocks, two.get('a')?.blocks?.count]).toEqual([2, 1, undefined, 1]);
    expect([one.has('b'), two.has('b')]).toEqual([true, false]);
    one.clear();
    expect([one.size, one.has('a'), two.has('a'), [...book.keys()]]).toEqual([0, false, true, ['a']]);
    two.take('a', GONE);
    two.delete('a');
    expect([two.size, book.size]).toEqual([0, 0]);
  });

  test('the latest word about a segment counts, and it is told when that is less', () => {
    const { one } = start();
    const words = [
      part(0b01),
      part(0b11),
      part(0b10),
      WHOLE,
      WHOLE,
      part(0b11),
      part(0b11, 800_000),
      GONE,
      GONE,
      WHOLE,
    ];
    const hasLess = words.map((entry) => one.take('a', entry));
    expect(hasLess).toEqual([false, false, true, false, false, true, true, true, false, false]);
    expect([one.size, one.get('a')]).toEqual([1, { linkId: 1, totalBytes: 900_000, blocks: undefined }]);
  });
});
