// One player with P2P: follows its sources and tells the engine what it needs to know.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { PLAYBACK_EVENTS, toHttpUrl } from '../../engine/src/plugin';
import { playbackOf } from './playback';
import { sourceFormatOf } from './request-kind';
import type { VideojsPage } from './page';
import { SourceBinding } from './source-binding';
import type { VhsHandler, VideojsPlayer, VideojsSource } from './vhs-types';

const MEDIA_ERR_SRC_NOT_SUPPORTED = 4;
const STAND_ASIDE_REASON = "this source is not played by video.js's own streaming engine (VHS)";

/** From `player.p2pMediaLoader()` to the end of the player or of the session handle. */
export class PlayerSession {
  private binding: SourceBinding | undefined;
  private isSourceOpen = false;
  private hasEnded = false;
  private readonly listeners: readonly (readonly [events: readonly string[], listener: () => void])[] = [
    [['xhr-hooks-ready'], () => this.followNewSource()],
    [['loadstart'], () => this.standAsideWithoutVhs()],
    [['error'], () => this.player.error()?.code === MEDIA_ERR_SRC_NOT_SUPPORTED && this.standAsideWithoutVhs()],
    [PLAYBACK_EVENTS, () => this.connection.reportPlayback(playbackOf(this.player))],
    [['dispose'], () => this.end('abort')],
  ];

  constructor(
    private readonly player: VideojsPlayer,
    private readonly connection: PlayerConnection,
    private readonly page: VideojsPage,
    private readonly onEnded: () => void,
  ) {
    for (const [events, listener] of this.listeners) player.on([...events], listener);
    connection.handle.on('destroyed', () => this.end('native'));
    this.followCurrentSource();
  }

  get handle(): SessionHandle {
    return this.connection.handle;
  }

  /** VHS has just been made for a source and has asked for nothing yet. */
  private followNewSource(): void {
    const beginning = this.page.beginning();
    const tech = beginning?.tech ?? this.player.tech(true);
    if (tech && tech.vhs) this.bind(tech.vhs, beginning?.source ?? sourceOf(tech.vhs, this.player));
  }

  /** The plugin was called on a player that has a source already. */
  private followCurrentSource(): void {
    const tech = this.player.tech(true);
    if (!tech) return;
    if (tech.vhs) return this.bind(tech.vhs, sourceOf(tech.vhs, this.player));
    // Its own element plays the URL. Otherwise VHS may be about to begin: `player.src()` takes effect a little later.
    const playing = toHttpUrl(tech.currentSrc?.());
    if (playing !== undefined && playing === toHttpUrl(this.player.currentSource().src)) this.standAsideWithoutVhs();
  }

  private bind(vhs: VhsHandler, source: VideojsSource): void {
    this.unbind('abort');
    const url = toHttpUrl(source.src);
    const format = sourceFormatOf(source);
    if (url === undefined || !format) return this.closeSource();
    this.isSourceOpen = true;
    const binding = new SourceBinding(vhs, { url, format }, this.player, this.connection, this.page);
    this.binding = binding;
    vhs.one('dispose', () => {
      if (this.binding !== binding) return;
      this.unbind('abort');
      // A next source, if there is one, begins in the same turn; then there is nothing to close.
      queueMicrotask(() => {
        if (!this.binding && !this.hasEnded) this.closeSource();
      });
    });
  }

  private unbind(fate: 'abort' | 'native'): void {
    const { binding } = this;
    this.binding = undefined;
    binding?.close(fate);
  }

  private closeSource(): void {
    if (!this.isSourceOpen) return;
    this.isSourceOpen = false;
    this.connection.closeSource();
  }

  private standAsideWithoutVhs(): void {
    const tech = this.player.tech(true);
    const isOurs = sourceFormatOf(this.player.currentSource()) !== undefined;
    if (tech && !tech.vhs && isOurs) this.connection.standAside(STAND_ASIDE_REASON);
  }

  private end(fate: 'abort' | 'native'): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const [events, listener] of this.listeners) this.player.off([...events], listener);
    this.unbind(fate);
    this.onEnded();
    this.handle.destroy();
  }
}

/** What VHS was given; the player may already hold the next one. */
function sourceOf(vhs: VhsHandler, player: VideojsPlayer): VideojsSource {
  return vhs.source_ ?? player.currentSource();
}
