// The parts of hls.js that the plugin touches, as they are in all its lines from 0.13 to 1.7. hls.js has types of its
// own, but each line other ones, and a site brings whichever it has.

/** What one request is about; the same object goes into every callback. */
export interface LoaderContext {
  readonly url: string;
  readonly responseType?: string;
  /** First byte asked for. */
  readonly rangeStart?: number;
  /** First byte no longer asked for; 0 or absent: all of it. */
  readonly rangeEnd?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a playlist: `manifest` is the source's own. */
  readonly type?: string;
  readonly frag?: HlsFragment;
  /** LL-HLS: only this part of the fragment is asked for. */
  readonly part?: object | null;
}

export interface HlsFragment {
  /** Media sequence, or `initSegment`. */
  readonly sn?: number | string;
  /** `main`, `audio` or `subtitle`; hls.js before 1.0 has no audio type of its own in some requests. */
  readonly type?: string;
}

/** Times are those of `performance.now()`, in milliseconds. */
export interface LoaderStats {
  aborted: boolean;
  loaded: number;
  total: number;
  retry: number;
  loading: { start: number; first: number; end: number };
}

export interface LoaderResponse {
  readonly url: string;
  readonly data: unknown;
  readonly code?: number;
}

/** Exactly one of the first three ends a request; none comes after `abort()` or `destroy()`. */
export interface LoaderCallbacks {
  onSuccess(response: LoaderResponse, stats: LoaderStats, context: LoaderContext, networkDetails: unknown): void;
  onError(...details: unknown[]): void;
  onTimeout(...details: unknown[]): void;
  onAbort?(stats: LoaderStats, context: LoaderContext, networkDetails: unknown): void;
  onProgress?(stats: LoaderStats, context: LoaderContext, data: unknown, networkDetails: unknown): void;
}

/** Loads one resource, once. */
export interface Loader {
  readonly context?: LoaderContext | null | undefined;
  stats?: LoaderStats | null;
  load(context: LoaderContext, config: object, callbacks: LoaderCallbacks): void;
  abort(): void;
  destroy(): void;
  getCacheAge?(): number | null;
  getResponseHeader?(name: string): string | null;
}

export type LoaderConstructor = new (config: HlsConfig) => Loader;

/** Of one instance. Loaders are read at every request, so that they can be replaced while it plays. */
export interface HlsConfig {
  /** The player's loader of everything. */
  loader: LoaderConstructor;
  /** Loader of fragments, where it is another one. */
  fLoader?: LoaderConstructor | undefined;
  /** Loader of playlists, where it is another one. */
  pLoader?: LoaderConstructor | undefined;
  /** The page's own touch on each XMLHttpRequest, before it is sent. */
  readonly xhrSetup?: ((xhr: XMLHttpRequest, url: string, context?: LoaderContext) => unknown) | null;
  /** Bytes are handed on as they come, by hls.js's fetch loader. */
  readonly progressive?: boolean;
  /** Makes the requests of the fetch loader. */
  readonly fetchSetup?: ((context: LoaderContext, init: object) => Request | Promise<Request>) | null;
}

/** A media playlist as hls.js has read it. */
export interface HlsDetails {
  readonly url?: string;
  /** Its text; hls.js before 1.0 keeps none. */
  readonly m3u8?: string;
  readonly live?: boolean;
}

/** A rendition, or an audio track. */
export interface HlsTrack {
  readonly details?: HlsDetails | null;
}

export interface HlsInstance {
  readonly config: HlsConfig;
  /** Absolute URL of the source; undefined or null before there is one. */
  readonly url?: string | null;
  readonly media?: HTMLMediaElement | null;
  readonly levels?: readonly HlsTrack[];
  readonly audioTracks?: readonly HlsTrack[];
  loadSource(url: string): void;
  on(event: string, listener: HlsListener): void;
  off(event: string, listener: HlsListener): void;
}

export type HlsListener = (event: string, data: never) => void;

/** Names of events, the same in all lines. */
export const HlsEvent = {
  MEDIA_ATTACHED: 'hlsMediaAttached',
  MEDIA_DETACHING: 'hlsMediaDetaching',
  MANIFEST_LOADED: 'hlsManifestLoaded',
  LEVEL_LOADED: 'hlsLevelLoaded',
  AUDIO_TRACK_LOADED: 'hlsAudioTrackLoaded',
  STEERING_MANIFEST_LOADED: 'hlsSteeringManifestLoaded',
  DESTROYING: 'hlsDestroying',
} as const;
