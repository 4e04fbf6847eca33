// What HTTP was used for: each fetch is sorted by what could be seen from outside at its moment. No engine is asked
// for its reasons, so all policies are sorted alike.

import type { Bytes, Seconds } from '../../../engine/src/base/units';
import { msToSeconds } from '../../../engine/src/base/units';
import type { HttpFetcher } from '../../../engine/src/ports/http-fetcher';
import type { Cdn } from '../origin/cdn';
import type { MediaSegment } from '../origin/media';
import { ratio } from './statistics';
import type { Viewer } from './viewer';

/** In the order in which they are looked for; the first that holds counts. */
export const HTTP_CAUSES = {
  blocked: 'no peer can reach this viewer',
  alone: 'no peer connected yet, or any more',
  rest: 'peers began it and were too slow',
  offered: 'a neighbour had it, time was short',
  owner: 'the first in the swarm to fetch it',
  backup: 'no neighbour had it, others fetched before',
} as const;
export type HttpCause = keyof typeof HTTP_CAUSES;

const AGES = ['starting', 'later'] as const;
type Age = (typeof AGES)[number];

/** So long a viewer counts as starting. */
const STARTING_SECONDS: Seconds = 20;

/** What HTTP brought viewers of one age for one cause; bytes are true ones. */
export interface HttpCauseReport {
  readonly age: Age;
  readonly cause: HttpCause;
  readonly httpBytes: Bytes;
  /** Of all HTTP bytes. */
  readonly share: number;
  readonly fetches: number;
  /** What the player had in its buffer at the fetch. */
  readonly meanBufferSeconds: Seconds;
  /** How many had fetched of the segment before. */
  readonly meanEarlierFetches: number;
}

interface Tally {
  byteCount: Bytes;
  fetches: number;
  bufferSeconds: Seconds;
  earlierFetches: number;
}

export class HttpCauses {
  /** Hear of each fetch, and of each piece that comes. */
  onFetch: (viewer: Viewer, segment: MediaSegment) => void = () => undefined;
  onBytes: (viewer: Viewer, segment: MediaSegment, byteCount: Bytes) => void = () => undefined;
  readonly #tallies = new Map<string, Tally>();

  constructor(private readonly cdn: Cdn) {}

  /** `http` as it is, but what `viewer` fetches is counted. */
  watch(viewer: Viewer, http: HttpFetcher): HttpFetcher {
    return {
      fetch: (request, listener) => {
        const segment = this.cdn.findSegment(request.url);
        if (!segment) return http.fetch(request, listener);
        this.onFetch(viewer, segment);
        const tally = this.#note(viewer, segment, (request.range?.start ?? 0) > 0);
        return http.fetch(request, {
          onHead: (head) => listener.onHead(head),
          onChunk: (bytes) => {
            tally.byteCount += bytes.length;
            this.onBytes(viewer, segment, bytes.length);
            listener.onChunk(bytes);
          },
          onEnd: () => listener.onEnd(),
          onError: (failure) => listener.onError(failure),
        });
      },
    };
  }

  report(): HttpCauseReport[] {
    return reportOf((age, cause) => {
      const tally = this.#tallies.get(nameOf(age, cause));
      return tally && { ...tally, byteCount: tally.byteCount * this.cdn.network.scale };
    });
  }

  #note(viewer: Viewer, segment: MediaSegment, isRest: boolean): Tally {
    const ageSeconds = msToSeconds(this.cdn.network.queue.now - viewer.visit.arrivesAt);
    const earlier = this.cdn.tallies.get(segment)?.requests ?? 0;
    const name = nameOf(
      ageSeconds < STARTING_SECONDS ? 'starting' : 'later',
      causeOf(viewer, segment, isRest, earlier),
    );
    const tally = this.#tallies.get(name) ?? { byteCount: 0, fetches: 0, bufferSeconds: 0, earlierFetches: 0 };
    this.#tallies.set(name, tally);
    tally.fetches += 1;
    tally.bufferSeconds += viewer.player?.bufferAheadSeconds ?? 0;
    tally.earlierFetches += earlier;
    return tally;
  }
}

/** Several runs as one. */
export function mergeCauses(runs: readonly (readonly HttpCauseReport[])[]): HttpCauseReport[] {
  return reportOf((age, cause) => {
    const same = runs.flat().filter((report) => report.age === age && report.cause === cause);
    if (same.length === 0) return undefined;
    const sum = (valueOf: (report: HttpCauseReport) => number) =>
      same.reduce((total, report) => total + valueOf(report), 0);
    return {
      byteCount: sum(({ httpBytes }) => httpBytes),
      fetches: sum(({ fetches }) => fetches),
      bufferSeconds: sum(({ meanBufferSeconds, fetches }) => meanBufferSeconds * fetches),
      earlierFetches: sum(({ meanEarlierFetches, fetches }) => meanEarlierFetches * fetches),
    };
  });
}

function reportOf(tallyOf: (age: Age, cause: HttpCause) => Tally | undefined): HttpCauseReport[] {
  const causes = Object.keys(HTTP_CAUSES) as HttpCause[];
  const found = AGES.flatMap((age) =>
    causes.flatMap((cause) => {
      const tally = tallyOf(age, cause);
      return tally ? [{ age, cause, tally }] : [];
    }),
  );
  const total = found.reduce((sum, { tally }) => sum + tally.byteCount, 0);
  return found.map(({ age, cause, tally: { byteCount, fetches, bufferSeconds, earlierFetches } }) => ({
    age,
    cause,
    httpBytes: byteCount,
    share: ratio(byteCount, total),
    fetches,
    meanBufferSeconds: ratio(bufferSeconds, fetches),
    meanEarlierFetches: ratio(earlierFetches, fetches),
  }));
}

const nameOf = (age: string, cause: HttpCause): string => `${age} ${cause}`;

function causeOf({ access, source }: Viewer, segment: MediaSegment, isRest: boolean, earlier: number): HttpCause {
  if (access.nat === 'udp-blocked') return 'blocked';
  if (isRest) return 'rest';
  if (!source || source.peerCount === 0) return 'alone';
  if (source.isNear(segment)) return 'offered';
  return earlier === 0 ? 'owner' : 'backup';
}
