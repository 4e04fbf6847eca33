// The origin of the sample streams: static fixtures and a live stream, over CORS, every byte logged, faults on request.
// Knows nothing of pages, players or peers; tests and benchmarks mount it in servers of their own.

import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { resolveRange } from './http-range';
import { createLiveDash, readDashLoop } from './live-dash';
import { createLiveStream, readLoop, type LiveOptions } from './live-stream';
import { RequestLog, type RequestTarget } from './request-log';
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
  /** Stream to loop for `/live-dash/`. @defaultValue 'dash-template' */
  readonly liveDashSource?: string;
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
  const streams = new Set(readdirSync(fixturesDir).filter((name) => isStream(join(fixturesDir, name))));
  const liveStream = createLiveStream(readLoop(join(fixturesDir, liveSource)), live);
  const liveDash = createLiveDash(readDashLoop(join(fixturesDir, liveDashSource)), live);
  const log = new RequestLog();
  const closing = new AbortController();
  let faults: OriginFaults = {};

  function findResource(parts: readonly string[]): Resource | undefined {
    const [stream, rendition = '', name = ''] = parts;
    if (stream === 'live-dash') return findLiveDash(parts);
    if (stream !== 'live') return fileAt(parts);
    if (parts.length === 2 && rendition === 'master.m3u8') return playlist(liveStream.multivariantPlaylist);
    if (parts.length !== 3) return undefined;
    if (name === 'index.m3u8') return playlist(liveStream.mediaPlaylist(rendition));
    const sequence = /^(\d{1,15})\.ts$/.exec(name)?.[1];
    const segment = sequence === undefined ? undefined : liveStream.segmentFile(rendition, Number(sequence));
    return segment && fileAt([liveSource, segment.rendition, segment.file]);
  }

  function findLiveDash(parts: readonly string[]): Resource | undefined {
    const [, representation = '', name = ''] = parts;
    if (parts.length === 2 && representation === 'manifest.mpd') return inMemory('.mpd', liveDash.manifest());
    if (parts.length !== 3) return undefined;
    if (name === 'init.mp4') return inMemory('.mp4', liveDash.initSegment(representation));
    const number = /^(\d{3,15})\.m4s$/.exec(name)?.[1];
    return inMemory('.m4s', number === undefined ? undefined : liveDash.segment(representation, Number(number)));
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
    const resource = findResource(parts);
    if (!resource) return void send(404, { 'Content-Length': 0 }, NO_BYTES);
    const bytes = await resource.read();
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
      if (stream === undefined || (!LIVE_STREAMS.has(stream) && !streams.has(stream))) return false;
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

const LIVE_STREAMS: ReadonlySet<string> = new Set(['live', 'live-dash']);

const NO_BYTES = new Uint8Array();

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
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { type: MIME_TYPES[extension] ?? '', read: () => bytes };
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
