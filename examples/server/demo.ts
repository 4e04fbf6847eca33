// The demo: pages, sample streams and, when one is given, a tracker, all on one port.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LiveOptions } from './live-stream';
import { createOrigin, type Origin } from './origin';
import { createSite } from './site';

/** As much of a tracker as the demo needs. */
export interface EmbeddedTracker {
  /** Answers WebSocket connections to `path`. */
  attach(server: Server, options: { path: string }): void;
  close(): Promise<void>;
}

/** Where and with what the demo runs. */
export interface DemoOptions {
  /** The repository. */
  readonly rootDir: string;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** 0 takes any free port. @defaultValue 8080 */
  readonly port?: number;
  /** Served at `/tracker` and closed with the demo; without one, the pages play over HTTP alone. */
  readonly tracker?: EmbeddedTracker;
  readonly live?: LiveOptions;
}

/** A running demo. */
export interface Demo {
  /** Address of the index page, with a slash at its end. */
  readonly url: string;
  readonly origin: Origin;
  /** Ends all connections and frees the port. Idempotent. */
  close(): Promise<void>;
}

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 8080;
/** WebSocket path of the embedded tracker. */
export const TRACKER_PATH = '/tracker';

/** Starts the demo. @throws the error of `listen`, with `code` `EADDRINUSE` when the port is taken */
export async function startDemo({
  rootDir,
  host = DEFAULT_HOST,
  port = DEFAULT_PORT,
  tracker,
  live,
}: DemoOptions): Promise<Demo> {
  const origin = createOrigin({ fixturesDir: join(rootDir, 'e2e', 'fixtures'), ...(live && { live }) });
  const site = createSite(rootDir);
  const server = createServer((request, response) => {
    if (!origin.handle(request, response)) site(request, response);
  });
  await listen(server, host, port);
  tracker?.attach(server, { path: TRACKER_PATH });

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    origin.close();
    await tracker?.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      // Browsers keep idle connections open for minutes.
      server.closeAllConnections();
    });
  }

  const { port: boundPort } = server.address() as AddressInfo;
  const urlHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${urlHost}:${String(boundPort)}/`, origin, close: () => (closed ??= close()) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
