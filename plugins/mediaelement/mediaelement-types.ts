// The parts of MediaElement.js 7 that the plugin touches. It has no types of its own.

import type { P2POptions, SessionHandle } from '../../engine/src/index';
import type { HlsInstance } from '../hlsjs/hls-types';

/** What stands for the media element: it plays by one renderer at a time. */
export interface MediaElement {
  /** The element of the page. The renderer on hls.js hides it, and plays in a copy. */
  readonly originalNode?: HTMLMediaElement | null;
  readonly rendererName?: string | null;
  /** Set by the renderer on hls.js, anew for each source. */
  hlsPlayer?: HlsInstance | null;
  /** The same of the renderer on dash.js. */
  dashPlayer?: object | null;
  getSrc(): string | null;
  /** Of its own, beside the element's; there is no `this`. */
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
}

/** One player. */
export interface MediaElementPlayer {
  readonly options: { readonly p2pMediaLoader?: P2POptions };
  /** There where the feature is: gives the handle of the session, and changes the options that are given. */
  p2pMediaLoader?: (options?: P2POptions) => SessionHandle;
}

/** The methods by which MediaElement knows a feature. */
export interface Feature {
  buildp2pmedialoader(player: MediaElementPlayer, controls: unknown, layers: unknown, media: MediaElement): void;
  cleanp2pmedialoader(player: MediaElementPlayer): void;
}

/** `window.mejs`. */
export interface Mejs {
  readonly MediaElementPlayer: { readonly prototype: object };
  /** Those that can play a source are tried in this order. */
  readonly Renderers: { order: string[] };
}

export const Renderer = {
  HLS: 'native_hls',
  HTML5: 'html5',
} as const;
