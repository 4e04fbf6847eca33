// dash.js as the plugin sees it: a player, and the loaders that it makes.

import type {
  CommonMediaRequest,
  CommonMediaResponse,
  FullDashjsPlayer,
  ExtensionContext,
  Loader,
  LoadProgress,
  ResponseInterceptor,
} from '../dashjs-types';

/** dash.js's own loader. */
export class FakeLoader implements Loader {
  readonly loaded: CommonMediaRequest[] = [];
  abortCount = 0;
  load = (request: CommonMediaRequest): boolean => {
    this.loaded.push(request);
    request.customData.abort = () => this.abort();
    return true;
  };
  abort = (): void => void this.abortCount++;
}

/** One request, as dash.js has it made. */
export interface LoadedRequest {
  readonly request: CommonMediaRequest;
  readonly response: CommonMediaResponse;
  readonly progress: LoadProgress[];
  readonly ends: string[];
}

/** What `dashjs.MediaPlayer().create()` gives. */
export class FakeDashjsPlayer implements FullDashjsPlayer {
  source: string | undefined;
  media: HTMLMediaElement | null = document.createElement('video');
  interceptors: ResponseInterceptor[] = [];
  isDestroyed = false;
  readonly extensions: string[] = [];
  private extension: ((this: ExtensionContext) => Loader) | undefined;
  private readonly listeners = new Map<string, Set<(event: never) => void>>();

  on(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }
  off(type: string, listener: (event: never) => void): void {
    this.listeners.get(type)?.delete(listener);
  }
  emit(type: string, event: object = {}): void {
    for (const listener of this.listeners.get(type) ?? []) listener(event as never);
  }
  extend(name: string, extension: (this: ExtensionContext) => Loader): void {
    this.extensions.push(name);
    this.extension ??= extension;
  }
  addResponseInterceptor(interceptor: ResponseInterceptor): void {
    this.interceptors.push(interceptor);
  }
  removeResponseInterceptor(interceptor: ResponseInterceptor): void {
    this.interceptors = this.interceptors.filter((other) => other !== interceptor);
  }
  getSource(): string {
    if (this.source === undefined) throw new Error('no source');
    return this.source;
  }
  getVideoElement(): HTMLMediaElement | null {
    if (!this.media) throw new Error('no view');
    return this.media;
  }
  destroy(): void {
    this.isDestroyed = true;
    this.emit('streamTeardownComplete');
  }

  /** As dash.js makes one: the extension's methods take the place of its own, on the same object. */
  createLoader(): { readonly own: FakeLoader; readonly used: Loader } {
    const own = new FakeLoader();
    const used: Loader = { load: own.load, abort: own.abort };
    Object.assign(used, this.extension?.call({ parent: used }));
    return { own, used };
  }

  beginSource(url: string): void {
    this.source = url;
    this.emit('manifestLoadingStarted', { request: { url, type: 'MPD' } });
  }

  async intercept(response: CommonMediaResponse): Promise<void> {
    for (const interceptor of [...this.interceptors]) await interceptor(response);
  }
}

/** A request for `url`, as HTTPLoader makes it. */
export function requestFor(url: string, more: Partial<CommonMediaRequest> = {}, type = 'MediaSegment'): LoadedRequest {
  const ends: string[] = [];
  const progress: LoadProgress[] = [];
  const request: CommonMediaRequest = {
    url,
    method: 'GET',
    responseType: 'arraybuffer',
    headers: {},
    credentials: 'omit',
    customData: {
      request: { type, url, range: null },
      onloadend: () => ends.push('loadend'),
      onabort: () => ends.push('abort'),
      onprogress: (event) => progress.push(event),
    },
    ...more,
  };
  return { request, response: { request, status: 0 }, progress, ends };
}
