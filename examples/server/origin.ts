// The origin of the sample streams: static fixtures and a live stream, over CORS, every byte logged, faults on request.
// Knows nothing of pages, players or peers; tests and benchmarks mount it in servers of their own.

import { setMaxListeners } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { resolveRange } from './http-range';
import { createLiveDash, createLongDash, readDashLoop, type LoopedDash } from './live-dash';
import { createLowLatencyStream, readChunkLoop, type Awaited } from './live-low-latency';
import { createLiveStream, readLoop, type LiveOptions } from './live-stream';
import { RequestLog, type LogEntry, type RequestTarget } from './request-log';
import { splitPath } from './request-path';
import { sendBody, type BodyPace } from './response-body';

/** A value for all requests, or one decided per request (undefined: none). */
export type PerRequest<Value> = Value | ((request: RequestTarget) => Value | undefined);

/** What is to go wrong. All optional; without any, requests are answered at once and in full. */
export interface OriginFaults {
  /** Wait before the first byte of the answer, in milliseconds. */
  readonly firstByteDelayMs?: PerRequest<number>;
  /** Limit per response, in bytes per second. */
  readonly bytesPerSecond?: PerRequest<number>;
  /** Answer with this status and no body instead, such as 404 or 503. */
  readonly status?: PerRequest<number>;
  /** Cut the connection after so many bytes of the body. */
  readonly cutAfterBytes?: PerRequest<number>;
}

/** Where the origin finds its streams. */
export interface OriginOptions {
  /** Folder with one folder per stream. */
  readonly fixturesDir: string;
  /** Stream to loop for `/live/`. @defaultValue 'vod-ts' */
  readonly liveSource?: string;
  /** Stream to loop for `/live-dash/`, and to repeat for `/dash-long/`. @defaultValue 'dash-template' */
  readonly liveDashSource?: string;
  /** Stream to loop for `/live-ll/`. @defaultValue 'vod-chunks' */
  readonly lowLatencySource?: string;
  readonly live?: LiveOptions;
}

/** The origin, to be mounted in an HTTP server. */
export interface Origin {
  /** Answers the request when its path belongs to a stream; else returns false and touches nothing. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  readonly log: RequestLog;
  /** Replaces all faults; `{}` ends them. Responses already running keep theirs. */
  setFaults(faults: OriginFaults): void;
  /** Cuts all running responses; later requests are cut too. */
  close(): void;
}

interface Resource {
  readonly type: string;
  /** When there is none, and why. @defaultValue 200 */
  readonly status?: number;
  read(): Promise<Uint8Array> | Uint8Array;
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.ts': 'video/mp2t',
  '.mp4': 'video/mp4',
  '.m4s': 'video/iso.segment',
  '.key': 'application/octet-stream',
};

/** Makes an origin over a folder of streams. */
export function createOrigin(options: OriginOptions): Origin {
  const { fixturesDir, liveSource = 'vod-ts', liveDashSource = 'dash-template', live } = options;
  const { lowLatencySource = 'vod-chunks' } = options;
  const streams = new Set(readdirSync(fixturesDir).filter((name) => isStream(join(fixturesDir, name))));
  const liveStream = createLiveStream(readLoop(join(fixturesDir, liveSource)), live);
  const dashLoop = readDashLoop(join(fixturesDir, liveDashSource));
  const dashStreams: ReadonlyMap<string | undefined, LoopedDash> = new Map([
    ['live-dash', createLiveDash(dashLoop, live)],
    ['dash-long', createLongDash(dashLoop)],
  ]);
  const lowLatency = createLowLatencyStream(readChunkLoop(join(fixturesDir, lowLatencySource)), live);
  const now = live?.now ?? Date.now;
  const log = new RequestLog();
  const closing = new AbortController();
  // Each answer under way is one.
  setMaxListeners(0, closing.signal);
  let faults: OriginFaults = {};

  function findResource(parts: readonly string[], query: string): Resource | undefined {
    const [stream, rendition = '', name = ''] = parts;
    const dash = dashStreams.get(stream);
    if (dash) return findInDash(dash, parts);
    if (stream === 'live-ll') return findLowLatency(parts, query);
    if (stream !== 'live') return fileAt(parts);
    if (parts.length === 2 && rendition === 'master.m3u8') return playlist(liveStream.multivariantPlaylist);
    if (parts.length !== 3) return undefined;
    if (name === 'index.m3u8') return playlist(liveStream.mediaPlaylist(rendition));
    const sequence = /^(\d{1,15})\.ts$/.exec(name)?.[1];
    const segment = sequence === undefined ? undefined : liveStream.segmentFile(rendition, Number(sequence));
    return segment && fileAt([liveSource, segment.rendition, segment.file]);
  }

  function findInDash(dash: LoopedDash, parts: readonly string[]): Resource | undefined {
    const [, representation = '', name = ''] = parts;
    if (parts.length === 2 && representation === 'manifest.mpd') return inMemory('.mpd', dash.manifest());
    if (parts.length !== 3) return undefined;
    if (name === 'init.mp4') return inMemory('.mp4', dash.initSegment(representation));
    const number = /^(\d{3,15})\.m4s$/.exec(name)?.[1];
    return inMemory('.m4s', number === undefined ? undefined : dash.segment(representation, Number(number)));
  }

  function findLowLatency(parts: readonly string[], query: string): Resource | undefined {
    const [, rendition = '', name = ''] = parts;
    if (parts.length === 2 && rendition === 'master.m3u8') return playlist(lowLatency.multivariantPlaylist);
    if (parts.length !== 3) return undefined;
    if (name === 'init.mp4') return inMemory('.mp4', lowLatency.initSegment(rendition));
    if (name === 'index.m3u8') {
      const text = lowLatency.mediaPlaylist(rendition, query);
      return text === 'refused' ? BAD_REQUEST : text && inTime('.m3u8', text);
    }
    const [, sequence, part] = /^(\d{1,15})(?:\.(\d{1,3}))?\.m4s$/.exec(name) ?? [];
    if (sequence === undefined) return undefined;
    if (part === undefined) return inMemory('.m4s', lowLatency.segment(rendition, Number(sequence)));
    const bytes = lowLatency.part(rendition, Number(sequence), Number(part));
    return bytes && inTime('.m4s', bytes);
  }

  /** What is not there yet is answered as soon as it is. */
  function inTime(extension: string, awaited: Awaited<string | Uint8Array>): Resource {
    const { atMs } = awaited;
    return {
      type: MIME_TYPES[extension] ?? '',
      read: async () => {
        for (let waitMs = atMs - now(); waitMs > 0; waitMs = atMs - now())
          await setTimeout(waitMs, undefined, { signal: closing.signal });
        return bytesOf(awaited.read());
      },
    };
  }

  function fileAt(parts: readonly string[]): Resource | undefined {
    const path = join(fixturesDir, ...parts);
    const type = MIME_TYPES[extname(path)];
    return type === undefined || !existsSync(path) ? undefined : { type, read: () => readFile(path) };
  }

  async function answer(target: RequestTarget, parts: readonly string[], response: ServerResponse): Promise<void> {
    const entry = log.open(target, Date.now());
    const pace = paceFor(target, faults);
    const send = (status: number, headers: Readonly<Record<string, string | number>>, body: Uint8Array) => {
      response.writeHead(status, { ...COMMON_HEADERS, ...headers });
      sendBody(response, entry, body, pace, closing.signal);
    };
    const forced = resolveFault(faults.status, target);
    if (forced !== undefined) return void send(forced, { 'Content-Length': 0 }, NO_BYTES);
    if (target.method === 'OPTIONS') return void send(204, PREFLIGHT_HEADERS, NO_BYTES);
    if (target.method !== 'GET' && target.method !== 'HEAD')
      return void send(405, { Allow: 'GET, HEAD, OPTIONS', 'Content-Length': 0 }, NO_BYTES);
    const resource = findResource(parts, target.query);
    if (!resource || resource.status !== undefined)
      return void send(resource?.status ?? 404, { 'Content-Length': 0 }, NO_BYTES);
    const bytes = await readOrAbort(resource, entry);
    const type = { 'Content-Type': resource.type, 'Accept-Ranges': 'bytes' };
    if (target.method === 'HEAD') return void send(200, { ...type, 'Content-Length': bytes.byteLength }, NO_BYTES);
    const range = resolveRange(target.range, bytes.byteLength);
    if (range.kind === 'whole') return void send(200, { ...type, 'Content-Length': bytes.byteLength }, bytes);
    const size = String(bytes.byteLength);
    if (range.kind === 'unsatisfiable')
      return void send(416, { 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }, NO_BYTES);
    const contentRange = `bytes ${String(range.start)}-${String(range.end - 1)}/${size}`;
    const length = range.end - range.start;
    send(
      206,
      { ...type, 'Content-Range': contentRange, 'Content-Length': length },
      bytes.subarray(range.start, range.end),
    );
  }

  return {
    log,
    handle(request, response) {
      const { path, query, parts } = splitPath(request.url ?? '/');
      // A path that could leave the folder has no parts: it belongs to no stream.
      const [stream] = parts;
      if (stream === undefined || (!MADE_STREAMS.has(stream) && !streams.has(stream))) return false;
      const target = { method: request.method ?? 'GET', path, query, range: request.headers.range };
      answer(target, parts, response).catch(() => response.destroy());
      return true;
    },
    setFaults(next) {
      faults = next;
    },
    close() {
      closing.abort();
    },
  };
}

/** Those that are made of the fixtures as they are asked for. */
const MADE_STREAMS: ReadonlySet<string> = new Set(['live', 'live-dash', 'live-ll', 'dash-long']);

const NO_BYTES = new Uint8Array();
const BAD_REQUEST: Resource = { type: '', status: 400, read: () => NO_BYTES };

const COMMON_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range',
  // Nothing may come from the browser's cache: a request that never reached the origin would pass for offload.
  'Cache-Control': 'no-store',
} as const;

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'Range, *',
} as const;

function isStream(folder: string): boolean {
  return existsSync(join(folder, 'master.m3u8')) || existsSync(join(folder, 'manifest.mpd'));
}

const playlist = (text: string | undefined): Resource | undefined => inMemory('.m3u8', text);

function inMemory(extension: string, content: string | Uint8Array | undefined): Resource | undefined {
  if (content === undefined) return undefined;
  const bytes = bytesOf(content);
  return { type: MIME_TYPES[extension] ?? '', read: () => bytes };
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

async function readOrAbort(resource: Resource, entry: LogEntry): Promise<Uint8Array> {
  try {
    return await resource.read();
  } catch (error) {
    entry.outcome = 'aborted';
    throw error;
  }
}

function paceFor(target: RequestTarget, faults: OriginFaults): BodyPace {
  return {
    firstByteDelayMs: resolveFault(faults.firstByteDelayMs, target) ?? 0,
    bytesPerSecond: resolveFault(faults.bytesPerSecond, target),
    cutAfterBytes: resolveFault(faults.cutAfterBytes, target),
  };
}

function resolveFault(fault: PerRequest<number> | undefined, target: RequestTarget): number | undefined {
  return typeof fault === 'function' ? fault(target) : fault;
}
