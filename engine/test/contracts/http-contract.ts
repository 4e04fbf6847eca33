import type { HttpFailure, HttpFetcher, HttpHead, HttpListener, HttpRequest } from '../../src/ports/http-fetcher';
import {
  expectSame,
  expectSameBytes,
  expectTrue,
  joinBytes,
  patternBytes,
  type ContractCase,
  type Waiting,
} from './contract';

/** How a resource of the test origin answers. */
export interface OriginScript {
  readonly bytes: Uint8Array;
  readonly status?: number;
  readonly ignoresRange?: boolean;
  readonly hidesLength?: boolean;
  /** The connection breaks after so many bytes of the body. */
  readonly breaksAfter?: number;
  /** Nothing more comes after so many bytes of the body. */
  readonly stallsAfter?: number;
}

const BODY = patternBytes(200_000);
const PART = 1000;

/** What the origin has to serve, each under its name. */
export const ORIGIN = {
  whole: { bytes: BODY },
  empty: { bytes: new Uint8Array(0) },
  rangeless: { bytes: BODY, ignoresRange: true },
  unmeasured: { bytes: BODY, hidesLength: true },
  forbidden: { bytes: BODY, status: 403 },
  broken: { bytes: BODY, status: 503 },
  breaking: { bytes: BODY, breaksAfter: PART },
  stalling: { bytes: BODY, stallsAfter: PART },
} satisfies Record<string, OriginScript>;

/** A resource of the test origin. */
export type OriginResource = keyof typeof ORIGIN;

/** What the cases need. */
export interface HttpWorld extends Waiting {
  readonly http: HttpFetcher;
  /** Where the origin serves `resource`. */
  url(resource: OriginResource): string;
  /** Where nobody listens. */
  readonly unreachableUrl: string;
  /** Responses that the origin has not ended yet. */
  openResponses(): number | Promise<number>;
}

/** What a listener heard. */
export interface HttpRecord {
  readonly log: string[];
  readonly heads: HttpHead[];
  readonly chunks: Uint8Array[];
  readonly failures: HttpFailure[];
  isOver(): boolean;
}

/** A listener that writes down, and may do something on top. */
export function recordHttp(also: Partial<HttpListener> = {}): HttpRecord & { readonly listener: HttpListener } {
  const record = {
    log: [] as string[],
    heads: [] as HttpHead[],
    chunks: [] as Uint8Array[],
    failures: [] as HttpFailure[],
  };
  const note = (event: string): void => {
    if (event !== 'chunk' || record.log.at(-1) !== 'chunk') record.log.push(event);
  };
  const listener: HttpListener = {
    onHead(head) {
      note('head');
      record.heads.push(head);
      also.onHead?.(head);
    },
    onChunk(bytes) {
      note('chunk');
      record.chunks.push(bytes);
      also.onChunk?.(bytes);
    },
    onEnd() {
      note('end');
      also.onEnd?.();
    },
    onError(failure) {
      note('error');
      record.failures.push(failure);
      also.onError?.(failure);
    },
  };
  return { ...record, listener, isOver: () => record.log.includes('end') || record.log.includes('error') };
}

/** Fetches until the end or an error, and a moment longer. */
export async function fetchAll(
  { http, until, settle }: Pick<HttpWorld, 'http' | 'until' | 'settle'>,
  url: string,
  more: Partial<HttpRequest> = {},
): Promise<HttpRecord> {
  const record = recordHttp();
  http.fetch({ url, headers: {}, withCredentials: false, ...more }, record.listener);
  expectSame(record.log, [], 'what was heard synchronously');
  await until(record.isOver, `the end of ${url}`);
  await settle();
  return record;
}

/** Clauses of {@link HttpFetcher}. */
export const httpContract: readonly ContractCase<HttpWorld>[] = [
  {
    name: 'a whole resource: head with its size, chunks, end',
    async run(world) {
      const record = await fetchAll(world, world.url('whole'));
      expectSame(record.log, ['head', 'chunk', 'end'], 'order of events');
      expectSame(record.heads, [{ status: 200, bodyStart: 0, bodyBytes: BODY.length }], 'head');
      expectSameBytes(joinBytes(record.chunks), BODY, 'body');
    },
  },
  {
    name: 'an empty resource has no chunks',
    async run(world) {
      const record = await fetchAll(world, world.url('empty'));
      expectSame(record.log, ['head', 'end'], 'order of events');
      expectSame(record.heads[0]?.bodyBytes, 0, 'size');
    },
  },
  {
    name: 'a range gives 206 and exactly its bytes',
    async run(world) {
      const record = await fetchAll(world, world.url('whole'), { range: { start: 1000, end: 51_000 } });
      expectSame(record.heads, [{ status: 206, bodyStart: 1000, bodyBytes: 50_000 }], 'head');
      expectSameBytes(joinBytes(record.chunks), BODY.slice(1000, 51_000), 'body');
    },
  },
  {
    name: 'a range to Infinity gives the rest',
    async run(world) {
      const start = BODY.length - 7;
      const record = await fetchAll(world, world.url('whole'), { range: { start, end: Infinity } });
      expectSame(record.heads, [{ status: 206, bodyStart: start, bodyBytes: 7 }], 'head');
      expectSameBytes(joinBytes(record.chunks), BODY.slice(start), 'body');
    },
  },
  {
    name: 'an origin that knows no ranges sends everything from byte 0',
    async run(world) {
      const record = await fetchAll(world, world.url('rangeless'), { range: { start: 1000, end: 2000 } });
      expectSame(record.heads, [{ status: 200, bodyStart: 0, bodyBytes: BODY.length }], 'head');
      expectSameBytes(joinBytes(record.chunks), BODY, 'body');
    },
  },
  {
    name: 'an origin that does not say the size leaves it undefined',
    async run(world) {
      const record = await fetchAll(world, world.url('unmeasured'));
      expectTrue(record.heads.length === 1 && record.heads[0]?.bodyBytes === undefined, 'no size');
      expectSameBytes(joinBytes(record.chunks), BODY, 'body');
    },
  },
  ...(['forbidden', 'broken'] as const).map((resource): ContractCase<HttpWorld> => {
    const { status } = ORIGIN[resource];
    return {
      name: `status ${status} is a failure that names it`,
      async run(world) {
        const record = await fetchAll(world, world.url(resource));
        expectSame(record.log, ['error'], 'order of events');
        expectSame([record.failures[0]?.reason, record.failures[0]?.status], ['status', status], 'failure');
        expectSame(await world.openResponses(), 0, 'open responses');
      },
    };
  }),
  {
    name: 'a range beyond the end is a failure with status 416',
    async run(world) {
      const record = await fetchAll(world, world.url('whole'), { range: { start: BODY.length, end: Infinity } });
      expectSame([record.failures[0]?.reason, record.failures[0]?.status], ['status', 416], 'failure');
    },
  },
  {
    name: 'an origin out of reach is a failure without status',
    async run(world) {
      const record = await fetchAll(world, world.unreachableUrl);
      expectSame(record.log, ['error'], 'order of events');
      expectSame([record.failures[0]?.reason, record.failures[0]?.status], ['network', undefined], 'failure');
    },
  },
  {
    name: 'a connection that breaks gives what came, then the failure, never the end',
    async run(world) {
      const record = await fetchAll(world, world.url('breaking'));
      expectSame([record.log[0], record.log.at(-1)], ['head', 'error'], 'order of events');
      expectTrue(!record.log.includes('end'), 'no end');
      expectSame(record.failures[0]?.reason, 'network', 'failure');
      const body = joinBytes(record.chunks);
      expectTrue(body.length <= PART, 'not more than was sent');
      expectSameBytes(body, BODY.slice(0, body.length), 'what came');
    },
  },
  {
    name: 'after an early cancel nothing is heard',
    async run(world) {
      const record = recordHttp();
      const cancel = startFetch(world, 'whole', record.listener);
      cancel();
      cancel();
      await world.settle();
      expectSame(record.log, [], 'what was heard');
      expectSame(await world.openResponses(), 0, 'open responses');
    },
  },
  {
    name: 'a cancel amid the body stops the transfer, and nothing more is heard',
    async run(world) {
      const record = recordHttp();
      const cancel = startFetch(world, 'stalling', record.listener);
      await world.until(() => joinBytes(record.chunks).length === PART, 'the part before the stall');
      expectSame(await world.openResponses(), 1, 'open responses before');
      cancel();
      await world.settle();
      expectSame(record.log, ['head', 'chunk'], 'what was heard');
      expectSame(await world.openResponses(), 0, 'open responses after');
    },
  },
  ...(['onHead', 'onChunk'] as const).map((event): ContractCase<HttpWorld> => ({
    name: `a cancel within ${event} is the last that is heard`,
    async run(world) {
      let isCancelled = false;
      const record = recordHttp({
        [event]: () => {
          cancel();
          isCancelled = true;
        },
      });
      const cancel = startFetch(world, 'whole', record.listener);
      await world.until(() => isCancelled, event);
      await world.settle();
      expectSame(record.log, event === 'onHead' ? ['head'] : ['head', 'chunk'], 'what was heard');
      expectTrue(record.chunks.length <= 1, 'no chunk after the cancel');
    },
  })),
  {
    name: 'a cancel after the end does nothing',
    async run(world) {
      const record = recordHttp();
      const cancel = startFetch(world, 'empty', record.listener);
      await world.until(record.isOver, 'the end');
      cancel();
      await world.settle();
      expectSame(record.log, ['head', 'end'], 'what was heard');
    },
  },
  {
    name: 'chunks may be kept and changed',
    async run(world) {
      const record = recordHttp({ onChunk: (bytes) => bytes.fill(0) });
      startFetch(world, 'whole', record.listener);
      await world.until(record.isOver, 'the end');
      const again = await fetchAll(world, world.url('whole'));
      expectSameBytes(joinBytes(record.chunks), new Uint8Array(BODY.length), 'what was kept');
      expectSameBytes(joinBytes(again.chunks), BODY, 'the body fetched again');
    },
  },
  {
    name: 'requests at the same time do not mix',
    async run(world) {
      const ranges = [0, 1, 2, 3].map((index) => ({ start: index * 30_000, end: index * 30_000 + 40_000 }));
      const records = await Promise.all(ranges.map((range) => fetchAll(world, world.url('whole'), { range })));
      records.forEach(({ chunks }, index) => {
        const { start, end } = ranges[index]!;
        expectSameBytes(joinBytes(chunks), BODY.slice(start, end), `body ${index}`);
      });
    },
  },
];

function startFetch(world: HttpWorld, resource: OriginResource, listener: HttpListener): () => void {
  return world.http.fetch({ url: world.url(resource), headers: {}, withCredentials: false }, listener);
}
