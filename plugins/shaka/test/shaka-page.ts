// A page with the real networking of Shaka Player, below a player that does what a test tells it to.

import { TextDecoder } from 'node:util';
import type {
  NetworkingEngine,
  NetworkingEngineClass,
  ProgressUpdated,
  SchemePlugin,
  ShakaOperation,
  FullShakaPlayer,
  ShakaRequest,
  ShakaResponse,
} from '../shaka-types';

// jsdom has none.
Object.assign(globalThis, { TextDecoder });

type RealEngine = NetworkingEngine & {
  configure(config: object): void;
  request(type: number, request: ShakaRequest, context?: object): ShakaOperation<ShakaResponse>;
};
type RealClass = NetworkingEngineClass & {
  new (onProgress: (elapsedMs: number, byteCount: number) => void): RealEngine;
  makeRequest(uris: string[], retry: object): ShakaRequest;
};

/** `shaka.net.NetworkingEngine` of an installed version. */
export function engineOf(packageName: 'shaka-player' | 'shaka-player-4'): RealClass {
  const shaka = jest.requireActual<{ net: { NetworkingEngine: RealClass } }>(
    `${packageName}/dist/shaka-player.compiled.js`,
  );
  return shaka.net.NetworkingEngine;
}

export const RETRY = {
  maxAttempts: 1,
  baseDelay: 0,
  backoffFactor: 1,
  fuzzFactor: 0,
  timeout: 30_000,
  connectionTimeout: 10_000,
  stallTimeout: 5_000,
};

/** The page's own loader: answers when the test says so. */
export class PageLoader {
  readonly loads: { readonly uri: string; readonly request: ShakaRequest; isAborted: boolean }[] = [];
  private readonly pending: ((response: Partial<ShakaResponse>) => void)[] = [];

  readonly plugin: SchemePlugin = (uri, request): ShakaOperation<ShakaResponse> => {
    const load = { uri, request, isAborted: false };
    this.loads.push(load);
    const promise = new Promise<ShakaResponse>((resolve) =>
      this.pending.push((response) =>
        resolve({
          uri,
          originalUri: uri,
          data: new ArrayBuffer(1),
          headers: {},
          originalRequest: request,
          ...response,
        }),
      ),
    );
    const operation: ShakaOperation<ShakaResponse> = {
      promise,
      abort: () => {
        load.isAborted = true;
        return Promise.resolve();
      },
      finally: () => operation,
    };
    return operation;
  };

  answer(response: Partial<ShakaResponse> = {}): void {
    for (const resolve of this.pending.splice(0)) resolve(response);
  }
}

/** A player around a real network. */
export class FakeShakaPlayer implements FullShakaPlayer {
  readonly samples: [elapsedMs: number, byteCount: number][] = [];
  readonly network: RealEngine;
  media: HTMLMediaElement | null = document.createElement('video');
  assetUri: string | null = null;
  loadMode = 1;
  isDestroyed = false;
  private readonly events = new EventTarget();

  constructor(private readonly engine: RealClass) {
    this.network = new engine((elapsedMs, byteCount) => this.samples.push([elapsedMs, byteCount]));
    this.network.configure({ forceHTTP: false, forceHTTPS: false, minBytesForProgressEvents: 0 });
  }

  addEventListener(type: string, listener: () => void): void {
    this.events.addEventListener(type, listener);
  }
  removeEventListener(type: string, listener: () => void): void {
    this.events.removeEventListener(type, listener);
  }
  emit(type: string): void {
    this.events.dispatchEvent(new Event(type));
  }
  getNetworkingEngine(): NetworkingEngine | null {
    return this.isDestroyed ? null : this.network;
  }
  getMediaElement(): HTMLMediaElement | null {
    return this.media;
  }
  getAssetUri(): string | null {
    return this.assetUri;
  }
  getLoadMode(): number {
    return this.loadMode;
  }
  getConfiguration() {
    return { streaming: { lowLatencyMode: true } };
  }
  destroy(): Promise<void> {
    this.isDestroyed = true;
    return Promise.resolve();
  }

  /** As `load()` begins: the event, then the request for the manifest. */
  beginLoad(url: string): ShakaOperation<ShakaResponse> {
    this.emit('loading');
    return this.ask(0, url);
  }

  ask(type: number, url: string, more: Partial<ShakaRequest> = {}, context?: object): ShakaOperation<ShakaResponse> {
    const request = { ...this.engine.makeRequest([url], RETRY), ...more };
    return this.network.request(type, request, context);
  }
}

/** Networking of version 3: what is registered cannot be seen, and is looked up after the filters. */
export function createOldEngine(): RealClass {
  const schemes: Record<string, { readonly priority: number; readonly load: SchemePlugin }> = {};
  class OldEngine {
    static registerScheme(scheme: string, load: SchemePlugin, priority = 3): void {
      const existing = schemes[scheme];
      if (!existing || priority >= existing.priority) schemes[scheme] = { priority, load };
    }
    static unregisterScheme(scheme: string): void {
      Reflect.deleteProperty(schemes, scheme);
    }
    static makeRequest(uris: string[], retryParameters: object): ShakaRequest {
      return { uris, headers: {}, method: 'GET', retryParameters: { ...retryParameters } };
    }
    private readonly filters = new Set<(type: number, request: ShakaRequest) => void>();
    constructor(private readonly onProgress: ProgressUpdated) {}
    configure(): void {}
    registerRequestFilter(filter: (type: number, request: ShakaRequest) => void): void {
      this.filters.add(filter);
    }
    unregisterRequestFilter(filter: (type: number, request: ShakaRequest) => void): void {
      this.filters.delete(filter);
    }
    registerResponseFilter(): void {}
    unregisterResponseFilter(): void {}
    request(type: number, request: ShakaRequest): ShakaOperation<ShakaResponse> {
      for (const filter of this.filters) filter(type, request);
      const [uri = ''] = request.uris;
      const scheme = schemes[uri.slice(0, uri.indexOf(':'))];
      if (!scheme) throw new Error(`no scheme for ${uri}`);
      return scheme.load(uri, request, type, this.onProgress);
    }
  }
  return OldEngine;
}

/** Lets promises and microtasks run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}
