// The parts of video.js and of its streaming engine VHS that the plugin touches. video.js types the player but not
// VHS; names with a trailing or leading underscore are VHS's own and may be missing in another version.

import type { TimeSpans } from '../../engine/src/plugin';

/** A source as the page gives it to the player. */
export interface VideojsSource {
  readonly src?: string;
  readonly type?: string;
}

/** What VHS and the page's hooks ask of `videojs.xhr`. */
export interface VhsRequestOptions {
  readonly uri?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly responseType?: string;
  readonly withCredentials?: boolean;
  /** Milliseconds; 0 is none. */
  readonly timeout?: number;
  /** What is asked for; VHS before 3.13 does not say. */
  readonly requestType?: string;
  /** An object to use in place of a new XMLHttpRequest. */
  readonly xhr?: object;
  readonly body?: unknown;
  readonly data?: unknown;
  readonly sync?: boolean;
  readonly username?: string;
  /** Called with the request before it is sent. */
  readonly beforeSend?: (request: XMLHttpRequest) => void;
}

/** The request object that VHS hands to response hooks. */
export interface VhsRequest {
  /** The URL that VHS asked for, before any hook changed it. */
  readonly uri?: string;
  readonly requestType?: string;
  /** The URL that answered. */
  readonly responseURL?: string;
}

/** What `videojs.xhr` makes of an answer. */
export interface VhsResponse {
  readonly statusCode?: number;
  readonly body?: unknown;
  readonly url?: string;
}

/** Called before a request; gives the options to go on with. */
export type RequestHook = (options: VhsRequestOptions) => VhsRequestOptions | undefined;
/** Called with every answer, before VHS sees it. */
export type ResponseHook = (request: VhsRequest, error: unknown, response: VhsResponse) => void;

/** The request function of one source (`vhs.xhr`) or of the page (`videojs.Vhs.xhr`). */
export interface VhsXhr {
  (options: VhsRequestOptions, callback: (error: unknown) => void): { abort(): void };
  onRequest(hook: RequestHook): void;
  offRequest(hook: RequestHook): void;
  onResponse(hook: ResponseHook): void;
  offResponse(hook: ResponseHook): void;
  /** The deprecated single hook: VHS adds it to the set for the time of one call. */
  readonly beforeRequest?: RequestHook;
  /** Absent while there is no hook. */
  readonly _requestCallbackSet?: Set<RequestHook>;
  readonly _responseCallbackSet?: Set<ResponseHook>;
}

/** A media playlist; `segments` is there once it is loaded. */
export interface VhsPlaylist {
  readonly resolvedUri?: string;
  readonly segments?: readonly unknown[];
  readonly endList?: boolean;
}

/** What a segment loader is loading. */
export interface VhsPendingSegment {
  readonly partIndex?: number | null;
  readonly part?: { readonly resolvedUri?: string } | null;
}

/** VHS at work on one source; each source has a new one. */
export interface VhsHandler {
  readonly xhr: VhsXhr;
  readonly source_?: VideojsSource;
  readonly options_?: { readonly withCredentials?: boolean };
  readonly playlists?: { readonly main?: { readonly playlists?: readonly VhsPlaylist[] } };
  readonly playlistController_?: {
    readonly [loader in 'mainSegmentLoader_' | 'audioSegmentLoader_']?: {
      readonly pendingSegment_?: VhsPendingSegment | null;
    };
  } & {
    readonly mediaTypes_?: {
      readonly AUDIO?: { readonly activePlaylistLoader?: { media(): VhsPlaylist | undefined } | null };
    };
  };
  one(type: 'dispose', listener: () => void): void;
}

/** The playback technology of a player, usually the video element's. */
export interface VideojsTech {
  readonly vhs?: VhsHandler;
  currentSrc?(): string | undefined;
}

/** The player, as far as the plugin uses it. */
export interface VideojsPlayer {
  on(type: string | string[], listener: () => void): void;
  off(type: string | string[], listener: () => void): void;
  isDisposed(): boolean;
  tech(safety: true): VideojsTech | false | undefined;
  currentSource(): VideojsSource;
  currentTime(): number | undefined;
  playbackRate(): number | undefined;
  paused(): boolean;
  buffered(): TimeSpans;
  error(): { readonly code: number } | null | undefined;
}

/** The source handler through which every VHS source begins. */
export interface VhsSourceHandler {
  handleSource: (source: VideojsSource, tech: VideojsTech, options?: object) => unknown;
}

/** The `videojs` function, as far as the plugin uses it. */
export interface Videojs {
  /** Makes `plugin` a method of all players. */
  registerPlugin(name: string, plugin: (this: VideojsPlayer, options?: never) => unknown): unknown;
  /** The class registered under `name`. */
  getComponent(name: string): unknown;
}

/** What video.js leaves out of its types, and what a build without VHS or a replaced part may lack. */
export interface VideojsInternals {
  readonly xhr?: { readonly XMLHttpRequest?: new () => XMLHttpRequest };
  readonly Vhs?: { readonly xhr?: VhsXhr };
  readonly VhsSourceHandler?: VhsSourceHandler;
}
