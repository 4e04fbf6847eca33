// The engine's world in a page.

import type { EnginePorts, Logger } from '../../ports';
import { CryptoRandom } from '../shared/crypto-random';
import { FetchHttp } from '../shared/fetch-http';
import type { IceServerConfig } from '../shared/ice-servers';
import { MemoryStore } from '../shared/memory-store';
import { PageTokens } from '../shared/page-tokens';
import { silentLogger } from '../shared/silent-logger';
import { SystemClock } from '../shared/system-clock';
import { WebSocketSignalling } from '../shared/web-socket-signalling';
import { NavigatorConditions } from './navigator-conditions';
import { WindowLifecycle } from './page-lifecycle';
import { SimplePeerLinks } from './simple-peer-links';

/**
 * What the platform has to be told.
 *
 * @internal
 */
export interface BrowserPortsOptions {
  readonly iceServers: readonly IceServerConfig[];
  readonly logger?: Logger | undefined;
}

/** One for the page: sessions with the same tracker share its connection. */
const pageSignalling = new WebSocketSignalling((url) => new WebSocket(url));

/**
 * Ports for one session in a page. Touches nothing of the page until they are used.
 *
 * @internal
 */
export function createBrowserPorts({ iceServers, logger = silentLogger }: BrowserPortsOptions): EnginePorts {
  return {
    clock: new SystemClock(),
    random: new CryptoRandom(),
    http: new FetchHttp(),
    peers: new SimplePeerLinks(iceServers),
    signalling: pageSignalling,
    tokens: new PageTokens(),
    store: new MemoryStore(),
    lifecycle: new WindowLifecycle(),
    conditions: new NavigatorConditions(),
    logger,
  };
}
