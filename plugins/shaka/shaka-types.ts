// The parts of Shaka Player that the plugin touches, as versions 3.3 to 5 have them.

/** `shaka.net.NetworkingEngine.RequestType`; the numbers are part of its API. */
export const RequestType = { MANIFEST: 0, SEGMENT: 1, CONTENT_STEERING: 8 } as const;
/** `shaka.net.NetworkingEngine.AdvancedRequestType.MPD_PATCH`. */
export const MPD_PATCH = 6;
/** `shaka.Player.LoadMode`. */
export const LoadMode = { SRC_EQUALS: 3 } as const;

/** A request; filters change it, and each attempt uses the next of its addresses. */
export interface ShakaRequest {
  uris: string[];
  method?: string;
  body?: unknown;
  headers: Record<string, string>;
  allowCrossSiteCredentials?: boolean;
  retryParameters: {
    /** Milliseconds to the first progress; 0 is none. */
    connectionTimeout?: number;
    /** Milliseconds between two reports of progress; 0 is none. */
    stallTimeout?: number;
  };
  /** Takes the bytes as they come. Where it is not called, Shaka takes the response. */
  streamDataCallback?: unknown;
  /** Milliseconds; Shaka takes it off the first sample of a download's rate. */
  timeToFirstByte?: number | null;
}

/** An answer. */
export interface ShakaResponse {
  /** Where it came from, after redirects. */
  uri: string;
  /** What was asked for. Absent before version 4. */
  originalUri?: string;
  data: ArrayBuffer | ArrayBufferView | null;
  status?: number;
  headers: Record<string, string>;
  /** How long it took, in milliseconds. */
  timeMs?: number;
  /** True: it says nothing about the network. */
  fromCache?: boolean;
  /** Absent before version 4. */
  originalRequest?: ShakaRequest;
}

/** What Shaka knows of a request beside its type; absent before version 4. */
export interface ShakaRequestContext {
  readonly type?: number;
  readonly segment?: { getUris?(): readonly string[] };
  /** The source is not played yet, it may be the next. */
  readonly isPreload?: boolean;
}

/** Work that can be given up. */
export interface ShakaOperation<Result> {
  readonly promise: Promise<Result>;
  abort(): Promise<void>;
  finally(listener: (isSuccess: boolean) => void): ShakaOperation<Result>;
}

/** Tells Shaka of bytes that came: in how many milliseconds, how many, and how many are left. */
export type ProgressUpdated = (elapsedMs: number, byteCount: number, remainingByteCount: number) => void;

/** Fetches what a URI of some scheme names. */
export type SchemePlugin = (
  uri: string,
  request: ShakaRequest,
  type: number,
  progressUpdated: ProgressUpdated,
  ...more: unknown[]
) => ShakaOperation<ShakaResponse>;

export type RequestFilter = (type: number, request: ShakaRequest, context?: ShakaRequestContext) => void;
export type ResponseFilter = (type: number, response: ShakaResponse, context?: ShakaRequestContext) => void;

/** `shaka.net.NetworkingEngine`: schemes belong to the page, filters to one player. */
export interface NetworkingEngineClass {
  registerScheme(scheme: string, plugin: SchemePlugin, priority?: number, hasProgress?: boolean): void;
  unregisterScheme(scheme: string): void;
}

/** The network of one player. */
export interface NetworkingEngine {
  registerRequestFilter(filter: RequestFilter): void;
  unregisterRequestFilter(filter: RequestFilter): void;
  registerResponseFilter(filter: ResponseFilter): void;
  unregisterResponseFilter(filter: ResponseFilter): void;
  request(type: number, request: ShakaRequest): ShakaOperation<ShakaResponse>;
}

/** A `shaka.Player`, of whatever version. */
export interface ShakaPlayer {
  /** Its network; null after `destroy()`. */
  getNetworkingEngine(): object | null;
  /** The element that it plays in. */
  getMediaElement(): HTMLMediaElement | null;
  /** What it was told to load. */
  getAssetUri(): string | null;
  /** A `shaka.Player.LoadMode`. */
  getLoadMode(): number;
}

/** `shaka.Player`, as far as the plugin uses it. */
export interface FullShakaPlayer extends ShakaPlayer {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
  getNetworkingEngine(): NetworkingEngine | null;
  getConfiguration(): { readonly streaming: { readonly lowLatencyMode?: boolean } };
  destroy(): Promise<unknown>;
}
