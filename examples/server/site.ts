// The pages of the demo, the plugins as built and the player libraries: a fixed set of files, each on a list.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PLAYERS } from './players';
import { splitPath } from './request-path';

/** Answers a request for the demo's own files; anything unknown gets a 404. */
export type Site = (request: IncomingMessage, response: ServerResponse) => void;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
};
const JSON_TYPE = 'application/json; charset=utf-8';

const PAGE_FOLDERS: ReadonlySet<string> = new Set(['shared', ...PLAYERS.map((player) => player.id)]);
const LIBRARIES: ReadonlySet<string> = new Set(PLAYERS.flatMap((player) => player.libraries));

/** Serves the site of the repository at `rootDir`. */
export function createSite(rootDir: string): Site {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query, parts, isPlain } = splitPath(request.url ?? '/');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void sendText(response, 405, 'Only GET and HEAD are understood here.\n', { Allow: 'GET, HEAD' });
    if (!isPlain) return void sendNotFound(response);
    if (path === '/players.json') return void send(response, 200, JSON_TYPE, JSON.stringify(PLAYERS));
    // Relative links of a page need the slash at its end.
    if (parts.length === 1 && PAGE_FOLDERS.has(parts[0] ?? '') && !path.endsWith('/'))
      return void sendText(response, 308, '', { Location: `${path}/${query && `?${query}`}` });
    const file = locate(rootDir, parts);
    const type = file && CONTENT_TYPES[extname(file)];
    if (!file || !type) return void sendNotFound(response);
    send(response, 200, type, await readFile(file));
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (isMissingFile(error)) sendNotFound(response);
      else sendText(response, 500, 'The file could not be read.\n');
    });
  };
}

function locate(rootDir: string, parts: readonly string[]): string | undefined {
  const [top = '', ...rest] = parts;
  if (parts.length === 0) return join(rootDir, 'examples', 'index.html');
  if (top === 'dist') return rest[0] === 'global' && rest.length === 2 ? join(rootDir, ...parts) : undefined;
  if (top === 'libraries') return LIBRARIES.has(rest.join('/')) ? join(rootDir, 'node_modules', ...rest) : undefined;
  if (!PAGE_FOLDERS.has(top) || rest.length > 1) return undefined;
  return join(rootDir, 'examples', top, rest[0] ?? 'index.html');
}

function isMissingFile(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'EISDIR';
}

function sendNotFound(response: ServerResponse): void {
  sendText(response, 404, 'Not found. The pages are listed at /\n');
}

function sendText(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  send(response, status, 'text/plain; charset=utf-8', text, headers);
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  // A rebuilt plugin or an edited page is seen at the next reload.
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
  response.end(body);
}
