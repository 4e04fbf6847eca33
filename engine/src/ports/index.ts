// The edges of the core: interfaces only. Adapters implement them for browsers, Node and the simulator,
// and prove it with the contract suites in test/contracts.
export * from './clock';
export * from './http-fetcher';
export * from './logger';
export * from './network-conditions';
export * from './page-lifecycle';
export * from './peer-link';
export * from './random';
export * from './segment-store';
export * from './signalling';
export * from './token-source';

import type { Clock } from './clock';
import type { HttpFetcher } from './http-fetcher';
import type { Logger } from './logger';
import type { NetworkConditions } from './network-conditions';
import type { PageLifecycle } from './page-lifecycle';
import type { PeerLinks } from './peer-link';
import type { Random } from './random';
import type { SegmentStore } from './segment-store';
import type { Signalling } from './signalling';
import type { TokenSource } from './token-source';

/** Everything a session needs from the world. */
export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: HttpFetcher;
  readonly peers: PeerLinks;
  readonly signalling: Signalling;
  readonly tokens: TokenSource;
  readonly store: SegmentStore;
  readonly lifecycle: PageLifecycle;
  readonly conditions: NetworkConditions;
  readonly logger: Logger;
}
