// How a test page sets up one player, and what a test can do with it, whichever player it is.

import type { P2POptions, SessionHandle } from '../../../engine/src/index';

/** What a page gives the test, as `window.driver`. */
export interface PlayerDriver {
  /** Whether the player's own engine plays the source, and not the browser natively. */
  isReady(): boolean;
  currentTime(): number;
  seek(seconds: number): void;
  /** Replaces the source. */
  load(url: string): unknown;
  /** Renditions to choose from, in any order that stays. */
  qualityCount(): number;
  /** Plays this rendition and no other, from the next segment on. */
  setQuality(index: number): void;
  /** Ends the player as a site would. */
  destroy(): unknown;
  /** How far what is shown is behind what happens, by the dates in the playlist; undefined while that is not known. */
  latencySeconds?(): number | undefined;
  /** The instance of hls.js, where the page has one. */
  readonly hls?: object;
  /** What the plugin gave the page; undefined with P2P off. */
  readonly handle?: SessionHandle | undefined;
}

/** What a page is set up with. */
export interface PageSetup {
  /** Absolute URL of the manifest. */
  readonly source: string;
  /** Undefined: the plugin is not called. */
  readonly options?: P2POptions;
  /** How much the player loads ahead, where it can be told. @defaultValue the player's own */
  readonly bufferGoalSeconds?: number;
  /** The same for hls.js, in its configuration. */
  readonly hlsConfig: object;
  /** As the page has them. */
  readonly flags?: object;
}

export type Format = 'hls' | 'dash';

/** One player as its script tags give it to a site. */
export interface PlayerPage {
  /** Such as `hlsjs`. */
  readonly id: string;
  /** With its version, as a table shows it. */
  readonly name: string;
  readonly formats: readonly Format[];
  /** Files under `node_modules/`, in order. */
  readonly libraries: readonly string[];
  /** Runs after the libraries and before the plugin's script. */
  readonly inlineScript?: string;
  /** The plugin of the DASH engine that the player carries, loaded before the player's own. */
  readonly engineScript?: string;
  /** The plugin's script-tag build in `dist/global/`, loaded after the libraries. */
  readonly script: string;
  /** Uncaught errors that this player throws without the plugin, too. */
  readonly ownErrors?: RegExp;
  /** For `setUp`: variants of one page. */
  readonly flags?: object;
  /**
   * Runs in the page, with an empty `<div id="stage">`; muted, and playing by itself. Sent there as text: it refers to
   * nothing outside of itself but the globals of the scripts.
   */
  readonly setUp: (setup: PageSetup) => PlayerDriver | Promise<PlayerDriver>;
}
