// What the adapters talk to in tests: an origin, a second origin, and a tracker, all on 127.0.0.1. Whatever a test may
// ask of them can also be asked over HTTP, because a page has no other way.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { WebSocketServer } from 'ws';

import { parseRangeHeader } from '../../src/base/byte-range';
import { ORIGIN, type OriginScript } from '../contracts/http-contract';
import type { TrackerControl } from '../contracts/signalling-contract';

/** Servers that run until they are closed. */
export interface LocalServers {
  /** Origin of the pages and of most resources. */
  readonly url: string;
  /** Another origin, which lets all pages read its resources but shows them no headers. */
  readonly otherUrl: string;
  readonly tracker: TrackerControl & { sayBinary(): void; sayLong(length: number): void; drain(): void; reset(): void };
  openResponses(): number;
  /** Serves `text` at `path` of the first origin. */
  addFile(path: string, contentType: string, text: string): void;
  close(): void;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const HOST = '127.0.0.1';
const SCRIPTS: Readonly<Record<string, OriginScript>> = ORIGIN;
const ODD_BODY = 'odd '.repeat(100);

/** Answers that only a real origin can give. */
const ODD_RESPONSES: Readonly<Record<string, Handler>> = {
  gzip(_request, response) {
    const body = gzipSync(ODD_BODY);
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': body.length }).end(body);
  },
  'wrong-start': (_request, response) => respond206(response, { 'Content-Range': 'bytes 0-9/400' }),
  'no-content-range': (_request, response) => respond206(response, {}),
  'bad-content-range': (_request, response) => respond206(response, { 'Content-Range': 'bytes twelve' }),
  'many-parts': (_request, response) => respond206(response, { 'Content-Type': 'multipart/byteranges; boundary=x' }),
  echo: (request, response) => response.end(JSON.stringify(request.headers)),
};

function respond206(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(206, headers).end(ODD_BODY.slice(0, 10));
}

/** Starts all. */
export async function startLocalServers(): Promise<LocalServers> {
  const files = new Map<string, { readonly contentType: string; readonly text: string }>();
  const open = new Set<ServerResponse>();
  const handle: Handler = (request, response) => {
    const path = (request.url ?? '').slice(1);
    const file = files.get(path);
    if (file) return void response.writeHead(200, { 'Content-Type': file.contentType }).end(file.text);
    const odd = ODD_RESPONSES[path];
    if (odd) return odd(request, response);
    const script = SCRIPTS[path];
    if (!script) return void response.writeHead(404).end();
    open.add(response);
    response.on('close', () => open.delete(response));
    serve(script, request, response);
  };
  const controls = new Map<string, () => unknown>();
  const server = await listen((request, response) => {
    const control = controls.get((request.url ?? '').split('?')[0] ?? '');
    if (!control) return handle(request, response);
    if (request.url?.includes('?')) saidText = decodeURIComponent(request.url.split('?')[1] ?? '');
    response.end(JSON.stringify(control() ?? null));
  });
  const other = await listen((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*');
    if (request.method === 'OPTIONS') response.end();
    else handle(request, response);
  });
  const closed = await listen(() => undefined);
  const closedPort = portOf(closed);
  closed.close();

  let saidText = '';
  const received: string[] = [];
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => received.push(Buffer.from(data as Buffer).toString())),
  );
  const tracker: LocalServers['tracker'] = {
    url: `ws://${HOST}:${portOf(server)}/`,
    unreachableUrl: `ws://${HOST}:${closedPort}/`,
    say: (text) => sockets.clients.forEach((socket) => socket.send(text)),
    sayBinary: () => sockets.clients.forEach((socket) => socket.send(Uint8Array.of(1, 2, 3))),
    sayLong: (length) => void tracker.say('x'.repeat(length)),
    drop: () => sockets.clients.forEach((socket) => socket.terminate()),
    drain: () => sockets.clients.forEach((socket) => socket.close(1012, 'retry-after-ms=1500')),
    received: () => [...received],
    connectionCount: () => sockets.clients.size,
    reset() {
      received.length = 0;
      sockets.clients.forEach((socket) => socket.terminate());
    },
  };
  controls.set('/control/open', () => open.size);
  controls.set('/control/say', () => tracker.say(saidText));
  controls.set('/control/sayLong', () => tracker.sayLong(Number(saidText)));
  for (const name of ['sayBinary', 'drop', 'drain', 'received', 'connectionCount', 'reset'] as const) {
    controls.set(`/control/${name}`, () => tracker[name]());
  }

  return {
    url: `http://${HOST}:${portOf(server)}/`,
    otherUrl: `http://${HOST}:${portOf(other)}/`,
    tracker,
    openResponses: () => open.size,
    addFile: (path, contentType, text) => files.set(path, { contentType, text }),
    close() {
      sockets.clients.forEach((socket) => socket.terminate());
      sockets.close();
      for (const each of [server, other]) {
        each.closeAllConnections();
        each.close();
      }
    },
  };
}

function serve(script: OriginScript, request: IncomingMessage, response: ServerResponse): void {
  const { bytes, status = 200, ignoresRange, hidesLength, breaksAfter, stallsAfter } = script;
  const range = ignoresRange ? undefined : parseRangeHeader(request.headers.range);
  if (status !== 200) return void response.writeHead(status).end('refused');
  if (range && range.start >= bytes.length) return void response.writeHead(416).end();
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? Infinity, bytes.length);
  if (!hidesLength) response.setHeader('Content-Length', end - start);
  if (range) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${bytes.length}`);
  response.writeHead(range ? 206 : 200, { 'Content-Type': 'video/mp2t', 'Cache-Control': 'no-store' });
  const sentBytes = breaksAfter ?? stallsAfter;
  if (sentBytes === undefined) return void response.end(bytes.subarray(start, end));
  response.write(bytes.subarray(start, start + sentBytes), () => {
    if (breaksAfter !== undefined) response.destroy();
  });
}

async function listen(handler: Handler): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
