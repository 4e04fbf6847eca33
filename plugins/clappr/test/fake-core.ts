// Clappr's core as the plugin sees it, driven by a test.

import type { FakeHls } from '../../hlsjs/test/fake-hls';
import type { ClapprCore, ClapprOptions, ClapprPlayback } from '../clappr-types';

export class FakeCore implements ClapprCore {
  activePlayback: ClapprPlayback | undefined;
  readonly #listeners = new Map<string, Set<(data: never) => void>>();

  constructor(readonly options: ClapprOptions = {}) {}

  on(event: string, listener: (data: never) => void): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }

  off(event: string, listener: (data: never) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  trigger(event: string, data?: object): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(data as never);
  }

  activate(playback: ClapprPlayback): void {
    this.activePlayback = playback;
    this.trigger('core:active:container:changed');
  }

  /** The playback on hls.js, playing with this instance. */
  activateHls(hls: FakeHls): void {
    this.activate({ name: 'hls', _hls: hls });
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
