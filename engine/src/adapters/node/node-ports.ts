// The engine's world in Node: a headless peer.

import type { EnginePorts, Logger } from '../../ports';
import { CryptoRandom } from '../shared/crypto-random';
import { FetchHttp } from '../shared/fetch-http';
import type { IceServerConfig } from '../shared/ice-servers';
import { MemoryStore } from '../shared/memory-store';
import { silentLogger } from '../shared/silent-logger';
import { SystemClock } from '../shared/system-clock';
import { NodeLinks } from './node-links';
import { createNodeSignalling } from './node-signalling';

/**
 * What the platform has to be told.
 *
 * @internal
 */
export interface NodePortsOptions {
  readonly iceServers: readonly IceServerConfig[];
  readonly logger?: Logger | undefined;
}

/**
 * Ports for one session in Node. Loads `node-datachannel` and `ws`, which only headless peers install.
 *
 * @internal
 */
export async function createNodePorts({ iceServers, logger = silentLogger }: NodePortsOptions): Promise<EnginePorts> {
  const [native, signalling] = await Promise.all([import('node-datachannel'), createNodeSignalling()]);
  return {
    clock: new SystemClock(),
    random: new CryptoRandom(),
    http: new FetchHttp(),
    peers: new NodeLinks(native, iceServers),
    signalling,
    store: new MemoryStore(),
    // A process tells nobody that it goes.
    lifecycle: { subscribe: () => () => undefined },
    logger,
  };
}
