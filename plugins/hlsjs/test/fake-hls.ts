// As much of hls.js as the plugins see, driven by a test.

import { last } from '../../test/fake-connection';
import type { HlsConfig, HlsInstance, HlsListener, HlsTrack } from '../hls-types';
import { FakeLoader, recordedCallbacks } from './fake-loader';

export class FakeHls implements HlsInstance {
  readonly config: HlsConfig;
  url: string | null = null;
  media: HTMLMediaElement | null = null;
  levels: HlsTrack[] = [];
  readonly #listeners = new Map<string, Set<HlsListener>>();

  constructor(config: Partial<HlsConfig> = {}) {
    this.config = { loader: FakeLoader, ...config };
  }

  loadSource(url: string): void {
    this.url = url;
    this.loadPlaylist(url, 'manifest');
  }

  loadPlaylist(url: string, type: string): FakeLoader {
    const Playlists = this.config.pLoader ?? this.config.loader;
    new Playlists(this.config).load({ url, type, responseType: 'text' }, {}, recordedCallbacks().callbacks);
    return last(FakeLoader.made);
  }

  on(event: string, listener: HlsListener): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }

  off(event: string, listener: HlsListener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  trigger(event: string, data: object = {}): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(event, data as never);
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** Lets a loader of the player's own succeed. */
export function answer(loader: FakeLoader, data: unknown, url = loader.context!.url): void {
  loader.callbacks!.onSuccess({ url, data }, loader.stats!, loader.context!, null);
}
