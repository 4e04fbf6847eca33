// The parts of dash.js that the plugin touches, as version 5 has them.

/** What the page's interceptors may change of a request before it is sent, and what a loader gets. */
export interface CommonMediaRequest {
  readonly url: string;
  readonly method?: string;
  readonly responseType?: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly credentials?: string;
  readonly body?: unknown;
  readonly customData: {
    readonly request: FragmentRequest;
    /** Read when it happens: dash.js takes them away from requests that it gives up. */
    onloadend?: (() => void) | undefined;
    onprogress?: ((event: LoadProgress) => void) | undefined;
    onabort?: (() => void) | undefined;
    /** Set by the loader: gives the request up. */
    abort?: () => void;
  };
}

/** What a loader fills in. */
export interface CommonMediaResponse {
  readonly request: CommonMediaRequest;
  url?: string;
  status?: number;
  statusText?: string;
  headers?: Record<string, string>;
  data?: unknown;
}

/** dash.js's own notes of a request, from before the interceptors. */
export interface FragmentRequest {
  /** Such as `MPD` or `MediaSegment`. An index is a `MediaSegment` too. */
  readonly type: string | null;
  readonly url: string | null;
  /** `first-last`, as in a Range header. */
  readonly range?: string | null;
  /** What the browser measured; the estimate of the throughput goes by it. */
  resourceTimingValues?: ResourceTiming;
}

/** The part of `PerformanceResourceTiming` that dash.js reads. */
export interface ResourceTiming {
  readonly startTime: number;
  readonly responseStart: number;
  readonly responseEnd: number;
  readonly duration: number;
  readonly transferSize: number;
  readonly encodedBodySize: number;
  readonly decodedBodySize: number;
}

/** A report of progress. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
  readonly lengthComputable: boolean;
  /** Milliseconds since the report before; dash.js measures where it is absent. */
  readonly time?: number;
  /** True: no sample of the throughput. */
  readonly noTrace?: boolean;
}

/** A loader: one for all requests of a kind, several at once. */
export interface Loader {
  load(request: CommonMediaRequest, response: CommonMediaResponse): unknown;
  abort(request?: CommonMediaRequest): void;
}

/** What `this` is in a function given to `player.extend`. */
export interface ExtensionContext {
  readonly parent: Loader;
}

export type ResponseInterceptor = (response: CommonMediaResponse) => Promise<CommonMediaResponse>;

/** What `dashjs.MediaPlayer().create()` gives. */
export interface DashjsPlayer {
  /** What it was told to play; throws without. */
  getSource(): unknown;
  /** The element that it plays in; throws without. */
  getVideoElement(): HTMLMediaElement | null;
  /** Ends it for good. */
  destroy(): void;
}

/** `dashjs.MediaPlayerClass`, as far as the plugin uses it. */
export interface FullDashjsPlayer extends DashjsPlayer {
  on(type: string, listener: (event: never) => void): void;
  off(type: string, listener: (event: never) => void): void;
  extend(name: string, extension: (this: ExtensionContext) => Loader, isOverride: boolean): void;
  addResponseInterceptor(interceptor: ResponseInterceptor): void;
  removeResponseInterceptor(interceptor: ResponseInterceptor): void;
}
