// What the tracker answers over plain HTTP.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** What can be asked about a tracker, or about all workers of one. */
export interface Figures {
  /** Totals only: info hashes tell who watches what, and are nobody else's business. */
  stats(): object | Promise<object>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

export interface StatusSource {
  /** Whether new clients are welcome. */
  isReady(): boolean;
  /** What `/stats.json` and `/metrics` say; without it there are none. */
  readonly figures?: Figures;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const METRICS_TYPE = 'text/plain; version=0.0.4';

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Serves `/health`, `/ready` and, if there are any figures, `/stats.json` and `/metrics`; everything else is 404. */
export function createStatusListener(source: StatusSource): RequestListener {
  const { figures } = source;
  const routes: Readonly<Record<string, () => Reply | Promise<Reply>>> = {
    '/health': () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/ready': () =>
      source.isReady()
        ? { status: 200, type: 'text/plain', body: 'ready\n' }
        : { status: 503, type: 'text/plain', body: 'closing\n' },
    ...(figures && {
      '/stats.json': async () => {
        const stats = await figures.stats();
        return { status: 200, type: 'application/json', body: `${JSON.stringify(stats)}\n` };
      },
      '/metrics': async () => ({ status: 200, type: METRICS_TYPE, body: await figures.metrics() }),
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
    void Promise.resolve(route()).then(
      (reply) => send(request, response, reply),
      () => send(request, response, { status: 500, type: 'text/plain', body: 'the figures could not be had\n' }),
    );
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
