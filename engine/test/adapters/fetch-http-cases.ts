// What the Fetch adapter does beyond the contract: answers that only a real origin can give.

import type { HttpFetcher } from '../../src/ports/http-fetcher';
import { expectSame, expectSameBytes, joinBytes, type ContractCase, type Waiting } from '../contracts/contract';
import { fetchAll, ORIGIN } from '../contracts/http-contract';

/** What the cases need. */
export interface FetchHttpWorld extends Waiting {
  readonly http: HttpFetcher;
  /** Base URL of the local origin. */
  readonly originUrl: string;
  /** Base URL of the other one, which exposes no headers. */
  readonly otherOriginUrl: string;
}

const ASKED = { start: 10, end: 20 };

/** Clauses of the adapter. */
export const fetchHttpCases: readonly ContractCase<FetchHttpWorld>[] = [
  ...['wrong-start', 'no-content-range', 'bad-content-range', 'many-parts'].map(
    (path): ContractCase<FetchHttpWorld> => ({
      name: `a 206 that is not for the asked range is refused: ${path}`,
      async run(world) {
        const record = await fetchAll(world, world.originUrl + path, { range: ASKED });
        expectSame(record.log, ['error'], 'order of events');
        expectSame([record.failures[0]?.reason, record.failures[0]?.status], ['range-mismatch', 206], 'failure');
      },
    }),
  ),
  {
    name: 'a compressed body has no known size and arrives decoded',
    async run(world) {
      const record = await fetchAll(world, `${world.originUrl}gzip`);
      expectSame(record.heads, [{ status: 200, bodyStart: 0 }], 'head');
      expectSame(joinBytes(record.chunks).length, 400, 'decoded length');
    },
  },
  {
    // CORS hides Content-Range from pages; without this nearly every CDN on its own host would be refused.
    name: 'a 206 of another origin is taken although its Content-Range may be hidden',
    async run(world) {
      const record = await fetchAll(world, `${world.otherOriginUrl}whole`, { range: { start: 1000, end: 3000 } });
      expectSame(record.heads, [{ status: 206, bodyStart: 1000, bodyBytes: 2000 }], 'head');
      expectSameBytes(joinBytes(record.chunks), ORIGIN.whole.bytes.slice(1000, 3000), 'body');
    },
  },
  {
    name: 'headers go along, with an exact Range',
    async run(world) {
      const record = await fetchAll(world, `${world.originUrl}echo`, { headers: { 'X-Token': 'abc' }, range: ASKED });
      const sent = JSON.parse(new TextDecoder().decode(joinBytes(record.chunks))) as Record<string, string>;
      expectSame([sent['x-token'], sent['range']], ['abc', 'bytes=10-19'], 'request headers');
    },
  },
  {
    // The browser would note it as cancelled, and might close the connection.
    name: 'a body that was read to its end is not given up afterwards',
    async run(world) {
      const { fetch } = globalThis;
      const signals: (AbortSignal | null | undefined)[] = [];
      globalThis.fetch = (input, init) => {
        signals.push(init?.signal);
        return fetch(input, init);
      };
      try {
        await fetchAll(world, `${world.originUrl}whole`);
        await fetchAll(world, `${world.originUrl}wrong-start`, { range: ASKED });
      } finally {
        globalThis.fetch = fetch;
      }
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      expectSame(
        signals.map((signal) => signal?.aborted),
        [false, true],
        'given up',
      );
    },
  },
  {
    name: 'what cannot be sent at all fails later, like the network',
    async run(world) {
      for (const [url, headers] of [
        ['http://', {}],
        [world.originUrl, { 'bad header': 'x' }],
      ] as const) {
        const record = await fetchAll(world, url, { headers });
        expectSame([record.log, record.failures[0]?.reason], [['error'], 'network'], 'what was heard');
      }
    },
  },
];
