// What the tracker answers over plain HTTP.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

export interface StatusSource {
  /** Whether new clients are welcome. */
  isReady(): boolean;
  /** Totals only: info hashes tell who watches what, and are nobody else's business. Without it, no `/stats.json`. */
  readonly stats?: () => object;
}

interface Reply {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain';
  readonly body: string;
}

/** Serves `/health`, `/ready` and, if there are any statistics, `/stats.json`; everything else is 404. */
export function createStatusListener(source: StatusSource): RequestListener {
  const { stats } = source;
  const routes: Readonly<Record<string, () => Reply>> = {
    '/health': () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/ready': () =>
      source.isReady()
        ? { status: 200, type: 'text/plain', body: 'ready\n' }
        : { status: 503, type: 'text/plain', body: 'closing\n' },
    ...(stats && {
      '/stats.json': () => ({ status: 200, type: 'application/json', body: `${JSON.stringify(stats())}\n` }),
    }),
  };
  return (request, response) => {
    const path = requestPath(request);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) return send(request, response, { status: 404, type: 'text/plain', body: 'not found\n' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return send(request, response, { status: 405, type: 'text/plain', body: 'method not allowed\n' });
    }
    send(request, response, route());
  };
}

/** The path of a request without its query. */
export function requestPath(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
