// Stands between Shaka's networking and its own HTTP loader, so that a segment may come from somewhere else.
//
// Schemes are registered for the whole page, and Shaka has no way to ask what is registered. From version 4.11 or so it
// keeps them in a Map, which can be watched while Shaka looks into it: then `http` and `https` are ours for as long as a
// player with P2P lives, and what was there stays the loader of all else, and comes back afterwards. Older versions choose
// the loader after the request filters: there, a scheme of our own that a filter writes into a request does the same.

import type {
  NetworkingEngine,
  NetworkingEngineClass,
  ProgressUpdated,
  SchemePlugin,
  ShakaOperation,
  ShakaRequest,
  ShakaResponse,
} from './shaka-types';

/** A request as it reaches a loader. */
export interface ArrivedRequest {
  readonly uri: string;
  readonly request: ShakaRequest;
  readonly progressUpdated: ProgressUpdated;
  /** Shaka's own loader, or what the page has put in its place. */
  readonly loadNatively: () => ShakaOperation<ShakaResponse>;
}

/** The player that a request is of. */
export interface RequestOwner {
  readonly network: NetworkingEngine;
  /** Answers a request; undefined leaves it to the loader that would have had it. */
  take(arrived: ArrivedRequest): ShakaOperation<ShakaResponse> | undefined;
}

interface RegisteredScheme {
  readonly plugin: SchemePlugin;
  readonly priority: number;
  readonly hasProgress: boolean;
}

const SCHEMES = ['http', 'https'] as const;
/** `shaka.net.NetworkingEngine.PluginPriority.APPLICATION`. */
const APPLICATION_PRIORITY = 3;
/** Below all of Shaka's own, which begin at 1: a registration that changes nothing. */
const NO_PRIORITY = 0.5;
const PRIVATE_PREFIX = 'p2p-media-loader-';

/** Requests of players with P2P. */
const owners = new WeakMap<ShakaRequest, RequestOwner>();
/** Requests that come from here, for the native loader. */
const nativeRequests = new WeakSet<ShakaRequest>();
const hooks = new WeakMap<NetworkingEngineClass, SchemeHook>();

/** The schemes of one Shaka; a page may have several. */
export class SchemeHook {
  private userCount = 0;
  private restorers: (() => void)[] = [];
  private isPrivate = false;

  private constructor(private readonly engine: NetworkingEngineClass) {}

  static of(engine: NetworkingEngineClass): SchemeHook {
    const hook = hooks.get(engine) ?? new SchemeHook(engine);
    hooks.set(engine, hook);
    return hook;
  }

  /** Begins to work, if it did not yet; the returned function says that this user is gone. */
  use(): () => void {
    if (this.userCount++ === 0) this.restorers = SCHEMES.map((scheme) => this.install(scheme));
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      if (--this.userCount === 0) for (const restore of this.restorers.splice(0)) restore();
    };
  }

  /** Has `owner` asked when `request` is about to be sent. To be called by a request filter. */
  watch(request: ShakaRequest, owner: RequestOwner): void {
    if (nativeRequests.has(request)) return;
    owners.set(request, owner);
    if (this.isPrivate)
      request.uris = request.uris.map((uri) => (/^https?:/i.test(uri) ? `${PRIVATE_PREFIX}${uri}` : uri));
  }

  private install(scheme: string): () => void {
    const { engine } = this;
    const before = findScheme(engine, scheme);
    if (!before) return this.installPrivately(scheme);
    const { plugin, priority, hasProgress } = before;
    const ours: SchemePlugin = (uri, request, type, progressUpdated, ...more) => {
      const loadNatively = (): ShakaOperation<ShakaResponse> => plugin(uri, request, type, progressUpdated, ...more);
      return owners.get(request)?.take({ uri, request, progressUpdated, loadNatively }) ?? loadNatively();
    };
    engine.registerScheme(scheme, ours, Math.max(priority, APPLICATION_PRIORITY), hasProgress);
    return () => {
      // Someone else's may lead to ours by now; without players it changes nothing.
      if (findScheme(engine, scheme)?.plugin !== ours) return;
      engine.unregisterScheme(scheme);
      engine.registerScheme(scheme, plugin, priority, hasProgress);
    };
  }

  private installPrivately(scheme: string): () => void {
    const { engine } = this;
    this.isPrivate = true;
    const ours: SchemePlugin = (privateUri, request, type, progressUpdated) => {
      const uri = privateUri.slice(PRIVATE_PREFIX.length);
      const owner = owners.get(request);
      if (!owner) throw new Error(`${privateUri} is no address of this page`);
      const loadNatively = (): ShakaOperation<ShakaResponse> => {
        const copy: ShakaRequest = { ...request, uris: [uri] };
        nativeRequests.add(copy);
        return owner.network.request(type, copy);
      };
      return owner.take({ uri, request, progressUpdated, loadNatively }) ?? loadNatively();
    };
    engine.registerScheme(PRIVATE_PREFIX + scheme, ours, APPLICATION_PRIORITY, true);
    return () => engine.unregisterScheme(PRIVATE_PREFIX + scheme);
  }
}

/** What is registered for `scheme`; undefined where Shaka cannot be watched, or has nothing. */
function findScheme(engine: NetworkingEngineClass, scheme: string): RegisteredScheme | undefined {
  const seen: unknown[] = [];
  const unused: SchemePlugin = () => {
    throw new Error('never called');
  };
  const get = Object.getOwnPropertyDescriptor(Map.prototype, 'get');
  if (!get) return undefined;
  const original = get.value as (this: Map<unknown, unknown>, key: unknown) => unknown;
  Object.defineProperty(Map.prototype, 'get', {
    ...get,
    value(this: Map<unknown, unknown>, key: unknown) {
      const value = original.call(this, key);
      if (key === scheme) seen.push(value);
      return value;
    },
  });
  try {
    engine.registerScheme(scheme, unused, NO_PRIORITY);
  } finally {
    Object.defineProperty(Map.prototype, 'get', get);
  }
  const found = seen.map(readScheme).find((candidate) => candidate !== undefined);
  // There was nothing: then the probe has taken the place.
  if (!found && seen.length > 0) engine.unregisterScheme(scheme);
  return found;
}

/** Shaka's builds rename all but the priority. */
function readScheme(value: unknown): RegisteredScheme | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { priority, ...others } = value as { readonly priority?: unknown };
  const plugin = Object.values(others).find((other): other is SchemePlugin => typeof other === 'function');
  const hasProgress = Object.values(others).find((other) => typeof other === 'boolean') ?? false;
  return plugin && typeof priority === 'number' ? { plugin, priority, hasProgress } : undefined;
}
