// A provider of JW Player that plays HLS through hls.js, with P2P. JW calls its methods and hears its events; the
// contract is what a JW Player without HLS of its own asks of a provider.

import type { PlayerConnection, SessionHandle } from '../../engine/src/index';
import { bindHls } from '../hlsjs/bind-hls';
import { HlsSession } from '../hlsjs/hls-session';
import { Captions } from './captions';
import { errorOf, type HlsErrorReport, isMediaError, RECOVERY_PAUSE_MS } from './hls-errors';
import { JwEvents } from './jw-events';
import type { DrivenHls, HlsClass, JwItem, JwPlayerConfig, ProviderState } from './jw-types';
import { MediaTimeline } from './media-timeline';
import { currentQualityOf, hlsLevelOf, jwIndexOf, qualityLevelsOf, type QualityLevel } from './quality-levels';
import { VideoElement } from './video-element';

/** What a provider needs of the page. */
export interface ProviderWorld {
  readonly Hls: HlsClass;
  connect(playerId: string, config: JwPlayerConfig): PlayerConnection;
  onSession(playerId: string, handle: SessionHandle): void;
}

export class HlsProvider extends JwEvents {
  /** JW draws captions. */
  readonly renderNatively = false;
  readonly supportsPlaybackRate = true;
  state: ProviderState = 'idle';
  seeking = false;
  instreamMode = false;
  readonly #session: HlsSession;
  readonly #timeline: MediaTimeline;
  readonly #captions = new Captions(this);
  readonly #element: VideoElement;
  #item: JwItem | undefined;
  #hls: DrivenHls | undefined;
  #sourceUrl: string | undefined;
  #hasFirstFrame = false;
  #recoveredAt = -Infinity;
  #qualityReason: 'initial choice' | 'auto' | 'api' = 'initial choice';

  constructor(
    private readonly world: ProviderWorld,
    playerId: string,
    private readonly config: JwPlayerConfig,
    readonly video: HTMLVideoElement,
  ) {
    super();
    this.#session = new HlsSession(world.connect(playerId, config));
    world.onSession(playerId, this.#session.connection.handle);
    this.#timeline = new MediaTimeline(
      video,
      () => this.#item,
      () => this.isLive() ?? false,
    );
    this.#element = new VideoElement(video, this, this.#timeline, {
      onPlaying: () => this.#handlePlaying(),
      onEnded: () => {
        this.setState('complete');
        this.trigger('complete');
      },
      state: () => this.state,
      setState: (state) => this.setState(state),
      setSeeking: (isSeeking) => (this.seeking = isSeeking),
    });
  }

  // What JW calls, in the order of a first play.

  init(item: JwItem): void {
    this.#close();
    this.#item = item;
    this.#element.listen();
  }

  preload(item: JwItem): void {
    this.#open(item);
  }

  load(item: JwItem): void {
    this.setState('loading');
    this.#open(item);
    this.#element.listen();
  }

  play(): Promise<void> {
    return this.video.play();
  }

  pause(): void {
    this.video.pause();
  }

  stop(): void {
    this.#close();
    this.setState('idle');
  }

  seek(position: number): void {
    const offset = this.#timeline.toMediaTime(position);
    const { report } = this.#timeline;
    this.seeking = true;
    this.trigger('seek', { ...report, position: report.position, offset: position, metadata: { currentTime: offset } });
    this.video.currentTime = offset;
  }

  destroy(): void {
    this.#close();
    this.#element.unlisten();
    this.#session.connection.handle.destroy();
  }

  remove(): void {
    this.destroy();
    this.removeFromContainer();
  }

  /** An advertisement takes the element; `load()` comes after it. */
  detachMedia(): void {
    this.#element.unlisten();
    this.#close();
  }

  attachMedia(): void {
    this.#element.listen();
  }

  // The element.

  setContainer(container: HTMLElement | undefined): void {
    this.#element.setContainer(container);
  }

  removeFromContainer(): void {
    this.#element.setContainer(undefined);
  }

  getContainer(): HTMLElement | null {
    return this.#element.container;
  }

  /** @param level - 0 to 100 */
  volume(level: number): void {
    this.#element.setVolume(level);
  }

  mute(isMuted: boolean): void {
    this.video.muted = isMuted;
  }

  resize(width: number, height: number, stretching: string): void {
    this.#element.resize(width, height, stretching);
  }

  setVisibility(isVisible: boolean): void {
    this.#element.setVisibility(isVisible);
  }

  setControls(hasControls: boolean): void {
    this.video.controls = hasControls;
  }

  setFullscreen(isWanted: boolean): void {
    this.#element.setFullscreen(isWanted);
  }

  getFullscreen(): boolean {
    return document.fullscreenElement === this.video;
  }

  supportsFullscreen(): boolean {
    return typeof this.video.requestFullscreen === 'function';
  }

  getPlaybackRate(): number {
    return this.video.playbackRate;
  }

  setPlaybackRate(rate: number): void {
    // What is live plays as fast as it comes.
    this.video.playbackRate = this.video.defaultPlaybackRate = this.getDuration() === Infinity ? 1 : rate;
  }

  // Where it is.

  getDuration(): number {
    return this.#timeline.duration;
  }

  getCurrentTime(): number {
    return this.#timeline.position;
  }

  getSeekRange(): { start: number; end: number } {
    return this.#timeline.seekRange;
  }

  isLive(): boolean | null {
    const details = this.#hls?.levels.map((level) => level.details).find((each) => !!each);
    return details ? details.live === true : null;
  }

  getBandwidthEstimate(): number | null {
    return this.#hls?.bandwidthEstimate ?? null;
  }

  getLiveLatency(): number | null {
    return this.isLive() ? (this.#hls?.latency ?? null) : null;
  }

  getTargetLatency(): number | null {
    return this.isLive() ? (this.#hls?.targetLatency ?? null) : null;
  }

  // What there is to choose.

  getQualityLevels(): QualityLevel[] {
    return qualityLevelsOf(this.#hls?.levels ?? []);
  }

  getCurrentQuality(): number {
    return this.#hls ? currentQualityOf(this.#hls) : 0;
  }

  setCurrentQuality(index: number): void {
    const hls = this.#hls;
    if (!hls || index < 0 || index > hls.levels.length) return;
    this.#qualityReason = 'api';
    hls.nextLevel = hlsLevelOf(index, hls.levels.length);
    this.trigger('levelsChanged', { levels: this.getQualityLevels(), currentQuality: index });
  }

  getAudioTracks(): { name: string; language: string; defaulttrack: boolean }[] {
    return (this.#hls?.audioTracks ?? []).map(({ name, lang = '', default: isDefault = false }) => ({
      name,
      language: lang,
      defaulttrack: isDefault,
    }));
  }

  getCurrentAudioTrack(): number {
    return this.#hls?.audioTrack ?? -1;
  }

  setCurrentAudioTrack(index: number): void {
    const hls = this.#hls;
    if (hls && index >= 0 && index < hls.audioTracks.length) hls.audioTrack = index;
  }

  setSubtitlesTrack(menuIndex: number): void {
    if (this.#hls) this.#hls.subtitleTrack = this.#captions.hlsTrackOf(menuIndex);
  }

  /** JW says `complete` through it. */
  setState(state: ProviderState): void {
    if (state === this.state) return;
    this.state = state;
    this.trigger('state', { newstate: state });
  }

  #open(item: JwItem): void {
    const url = item.sources[0]?.file;
    this.#item = item;
    const { starttime = 0 } = item;
    if (url === undefined) return;
    if (this.#hls && url === this.#sourceUrl) {
      if (starttime > 0) this.video.currentTime = this.#timeline.toMediaTime(starttime);
      return;
    }
    this.#close();
    this.#sourceUrl = url;
    const position = starttime > 0 ? { startPosition: starttime } : {};
    const hls = new this.world.Hls({ ...this.config.hlsjsConfig, ...position, renderTextTracksNatively: false });
    this.#hls = hls;
    bindHls(this.#session, hls, () => undefined);
    this.#captions.follow(hls);
    hls.on('hlsManifestParsed', () => this.#handleManifest(hls));
    hls.on('hlsLevelSwitched', (_event, { level }: { readonly level: number }) => this.#tellQuality(hls, level));
    hls.on('hlsAudioTracksUpdated', () => {
      if (hls.audioTracks.length > 0)
        this.trigger('audioTracks', { tracks: this.getAudioTracks(), currentTrack: this.getCurrentAudioTrack() });
    });
    hls.on('hlsAudioTrackSwitched', (_event, { id }: { readonly id: number }) =>
      this.trigger('audioTrackChanged', { tracks: this.getAudioTracks(), currentTrack: id }),
    );
    hls.on('hlsError', (_event, data: HlsErrorReport) => this.#handleError(hls, data));
    hls.loadSource(new URL(url, document.baseURI).href);
    hls.attachMedia(this.video);
  }

  /** Also after an error: the next `load()` begins anew. */
  #close(): void {
    const hls = this.#hls;
    this.#hls = undefined;
    this.#sourceUrl = undefined;
    this.#hasFirstFrame = false;
    this.#qualityReason = 'initial choice';
    this.#element.forgetSource();
    if (!hls) return;
    hls.destroy();
    this.#session.closeSource();
  }

  #handleManifest(hls: DrivenHls): void {
    this.trigger('levels', { levels: this.getQualityLevels(), currentQuality: currentQualityOf(hls) });
    const hasVideo =
      hls.levels.length === 0 ||
      hls.levels.some(({ height = 0, videoCodec }) => height > 0 || videoCodec !== undefined);
    this.trigger('mediaType', { mediaType: hasVideo ? 'video' : 'audio' });
  }

  #handlePlaying(): void {
    this.setState('playing');
    if (this.#hasFirstFrame) return;
    this.#hasFirstFrame = true;
    this.trigger('providerFirstFrame');
    if (this.#hls) this.#tellQuality(this.#hls, this.#hls.currentLevel);
  }

  /** Not before the first frame, and each change once. */
  #tellQuality(hls: DrivenHls, level: number): void {
    if (!this.#hasFirstFrame || !hls.levels[level]) return;
    const { length } = hls.levels;
    const index = jwIndexOf(level, length);
    const shown = this.getQualityLevels()[index];
    const mode = hls.autoLevelEnabled ? 'auto' : 'manual';
    const reason = this.#qualityReason;
    this.#qualityReason = 'auto';
    this.trigger('visualQuality', { reason, mode, bitrate: shown?.bitrate, level: { ...shown, index } });
  }

  #handleError(hls: DrivenHls, data: HlsErrorReport): void {
    if (!data.fatal || hls !== this.#hls) return;
    const now = performance.now();
    if (isMediaError(data) && now - this.#recoveredAt > RECOVERY_PAUSE_MS) {
      this.#recoveredAt = now;
      return hls.recoverMediaError();
    }
    this.#close();
    this.trigger('mediaError', errorOf(data));
  }
}
