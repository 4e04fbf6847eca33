import type { ByteRange } from '../../src/base/byte-range';
import type { SegmentStore } from '../../src/ports/segment-store';
import { expectSame, expectSameBytes, patternBytes, type ContractCase, type Waiting } from './contract';

/** What the cases need: an empty store. */
export interface StoreWorld extends Waiting {
  readonly store: SegmentStore;
}

const WHOLE: ByteRange = { start: 0, end: 100 };

/** Clauses of {@link SegmentStore}. */
export const segmentStoreContract: readonly ContractCase<StoreWorld>[] = [
  {
    name: 'a segment that was put is read, whole and in part',
    async run(world) {
      const segment = patternBytes(100);
      await put(world, 'a', segment.slice());
      expectSameBytes(await read(world, 'a', WHOLE), segment, 'the segment');
      expectSameBytes(await read(world, 'a', { start: 10, end: 20 }), segment.slice(10, 20), 'the part');
      expectSameBytes(await read(world, 'a', { start: 50, end: 50 }), new Uint8Array(0), 'the empty part');
    },
  },
  {
    name: 'what is not there reads as undefined',
    async run(world) {
      expectSame(await read(world, 'a', WHOLE), undefined, 'an unknown key');
    },
  },
  {
    name: 'a range beyond the end reads as undefined',
    async run(world) {
      await put(world, 'a', patternBytes(99));
      expectSame(await read(world, 'a', WHOLE), undefined, 'one byte too many');
      expectSame(await read(world, 'a', { start: 0, end: Infinity }), undefined, 'an open end');
    },
  },
  {
    name: 'what was read is a copy',
    async run(world) {
      const segment = patternBytes(100);
      await put(world, 'a', segment.slice());
      (await read(world, 'a', WHOLE))?.fill(0);
      expectSameBytes(await read(world, 'a', WHOLE), segment, 'the segment after the copy was changed');
    },
  },
  {
    name: 'putting again replaces',
    async run(world) {
      await put(world, 'a', patternBytes(100));
      await put(world, 'a', patternBytes(50, 2));
      expectSame(await read(world, 'a', WHOLE), undefined, 'the old one');
      expectSameBytes(await read(world, 'a', { start: 0, end: 50 }), patternBytes(50, 2), 'the new one');
    },
  },
  {
    name: 'removing forgets one segment and ignores unknown keys',
    async run(world) {
      await put(world, 'a', patternBytes(100));
      await put(world, 'b', patternBytes(100, 2));
      world.store.remove('a');
      world.store.remove('unknown');
      expectSame(await read(world, 'a', WHOLE), undefined, 'the removed one');
      expectSameBytes(await read(world, 'b', WHOLE), patternBytes(100, 2), 'the other');
    },
  },
  {
    name: 'clearing forgets all',
    async run(world) {
      await put(world, 'a', patternBytes(100));
      await put(world, 'b', patternBytes(100));
      world.store.clear();
      expectSame(await read(world, 'a', WHOLE), undefined, 'a');
      expectSame(await read(world, 'b', WHOLE), undefined, 'b');
    },
  },
];

async function put({ store, until, settle }: StoreWorld, key: string, bytes: Uint8Array): Promise<void> {
  const answers: boolean[] = [];
  store.put(key, bytes, (isStored) => answers.push(isStored));
  await until(() => answers.length > 0, 'put to be done');
  await settle();
  expectSame(answers, [true], 'answers to put');
}

async function read(world: StoreWorld, key: string, range: ByteRange): Promise<Uint8Array | undefined> {
  const answers: (Uint8Array | undefined)[] = [];
  world.store.read(key, range, (bytes) => answers.push(bytes));
  await world.until(() => answers.length > 0, 'read to be done');
  expectSame(answers.length, 1, 'answers to read');
  return answers[0];
}
