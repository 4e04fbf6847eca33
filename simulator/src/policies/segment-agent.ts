// The body that rival policies share: what is known, what is under way, and how to start and stop it. The policy
// itself is a function that looks at the agent and acts.

import type { BitsPerSecond, Bytes, Milliseconds, Seconds } from '../../../engine/src/base/units';
import { bitrateOf, msToSeconds } from '../../../engine/src/base/units';
import type { Cancel } from '../../../engine/src/ports/clock';
import type { MediaSegment, PlaylistSnapshot } from '../origin/media';
import { Timer } from '../time/timer';
import { AgentMesh, type MeshPeer } from './agent-mesh';
import { HttpLoader } from './plain-http';
import { SegmentExchange, type Incoming } from './segment-exchange';
import { noTraffic, type OnLoaded, type PlaybackState, type SegmentSource, type SourceWorld } from './segment-source';

/** How a policy decides. */
export interface AgentPolicy {
  /** Infinity: every peer that comes. */
  readonly maxPeers: number;
  /** Starts and stops downloads; returns when to be asked again if nothing happens. */
  act(agent: SegmentAgent): Milliseconds;
}

/** A segment on its way. */
export interface Download {
  readonly segment: MediaSegment;
  readonly source: 'http' | 'p2p';
  position: Bytes;
  readonly startedAt: Milliseconds;
  readonly stop: Cancel;
}

/** What has been played longer ago than this is dropped, when live. */
const KEPT_SECONDS: Seconds = 15;
const RUNG_FACTOR = 65_536;

export const segmentIdOf = ({ rung, index }: MediaSegment): number => rung * RUNG_FACTOR + index;

export class SegmentAgent implements SegmentSource {
  readonly traffic = noTraffic();
  readonly exchange: SegmentExchange;
  readonly downloads = new Map<number, Download>();
  readonly #mesh: AgentMesh;
  readonly #loader: HttpLoader;
  readonly #actTimer: Timer;
  readonly #act: () => void;
  #isActDue = false;
  #isLeft = false;
  #playlist: PlaylistSnapshot | undefined;
  #rung = 0;
  #wanted: MediaSegment | undefined;
  #onLoaded: OnLoaded | undefined;
  #playback: PlaybackState & { readonly at: Milliseconds } = { playheadSeconds: 0, bufferAheadSeconds: 0, at: 0 };

  constructor(
    readonly world: SourceWorld,
    frameBytes: Bytes,
    policy: AgentPolicy,
  ) {
    const { cdn, host, http } = world;
    const { queue, scale } = cdn.network;
    const options = { frameBytes, uploads: host.access.uploads };
    this.exchange = new SegmentExchange(queue, this.traffic, options, () => this.#actSoon());
    this.#mesh = new AgentMesh(world, policy.maxPeers, this.exchange);
    this.#loader = new HttpLoader(http, queue, scale, (length) => (this.traffic.httpBytes += length));
    this.#actTimer = new Timer(queue, () => this.#actSoon());
    this.#act = () => {
      this.#isActDue = false;
      if (!this.#isLeft) this.#actTimer.set(policy.act(this));
    };
  }

  get now(): Milliseconds {
    return this.world.cdn.network.queue.now;
  }

  get peerId(): string {
    return this.#mesh.peerId;
  }

  get peerIds(): string[] {
    return [...this.exchange.neighbours].map(({ peerId }) => peerId);
  }

  get peerCount(): number {
    return this.#mesh.peerCount;
  }

  isNear(segment: MediaSegment): boolean {
    return this.exchange.isAround(segmentIdOf(segment));
  }

  get httpCount(): number {
    return this.#countOf('http');
  }

  get p2pCount(): number {
    return this.#countOf('p2p');
  }

  /** From the one that the player asked for last to the last one known, those that are not here. */
  missing(): MediaSegment[] {
    const [first, playlist] = [this.#wanted, this.#playlist];
    if (!first || !playlist) return [];
    const segments: MediaSegment[] = [];
    for (let index = first.index; index < playlist.end; index += 1) {
      const segment = this.world.media.segment(this.#rung, index);
      if (segment && !this.exchange.stored.has(segmentIdOf(segment))) segments.push(segment);
    }
    return segments;
  }

  /** Seconds until the playhead reaches the segment. */
  secondsTo({ index }: MediaSegment): Seconds {
    const { playheadSeconds, bufferAheadSeconds, at } = this.#playback;
    const played = Math.min(bufferAheadSeconds, msToSeconds(this.now - at));
    return index * this.world.media.config.segmentSeconds - playheadSeconds - played;
  }

  startHttp(segment: MediaSegment): void {
    const segmentId = segmentIdOf(segment);
    const from = this.#stop(segmentId);
    const startedAt = this.now;
    const stop = this.#loader.load(segment, from, (bitsPerSecond) => this.#complete(segment, bitsPerSecond));
    this.downloads.set(segmentId, { segment, source: 'http', position: from, startedAt, stop });
    this.exchange.loading.add(segmentId);
    this.exchange.announce();
  }

  /** From `peer`, which has it. */
  startP2p(segment: MediaSegment, peer: MeshPeer): void {
    const segmentId = segmentIdOf(segment);
    const startedAt = this.now;
    const incoming: Incoming = {
      segmentId,
      peer,
      position: 0,
      lastByteAt: startedAt,
      onBytes: (byteCount) => {
        download.position += byteCount;
        if (download.position >= segment.byteCount) this.exchange.finish(incoming);
      },
      onEnd: (isComplete) => {
        const { scale } = this.world.cdn.network;
        const elapsed = Math.max(1, this.now - startedAt);
        if (isComplete) this.#complete(segment, bitrateOf(segment.byteCount * scale, elapsed));
        else {
          this.traffic.wastedBytes += download.position;
          this.downloads.delete(segmentId);
          this.#actSoon();
        }
      },
    };
    const stop = () => this.exchange.cancel(incoming);
    const download: Download = { segment, source: 'p2p', position: 0, startedAt, stop };
    this.downloads.set(segmentId, download);
    this.exchange.request(incoming);
  }

  /** Stops a download; its bytes are lost. */
  drop(segmentId: number): void {
    this.traffic.wastedBytes += this.#stop(segmentId);
    if (this.exchange.loading.delete(segmentId)) this.exchange.announce();
  }

  addPlaylist(rung: number, playlist: PlaylistSnapshot): void {
    this.#rung = rung;
    this.#playlist = playlist;
    this.#actSoon();
  }

  request(segment: MediaSegment, onLoaded: OnLoaded): void {
    this.#wanted = segment;
    this.#onLoaded = onLoaded;
    const isHere = this.exchange.stored.has(segmentIdOf(segment));
    const { queue } = this.world.cdn.network;
    if (isHere) queue.schedule(queue.now, () => this.#answer(segment, undefined));
    this.#actSoon();
  }

  abort(): void {
    this.#onLoaded = undefined;
  }

  reportPlayback(state: PlaybackState): void {
    this.#playback = { ...state, at: this.now };
    if (this.world.media.config.isLive) this.#forgetPlayed();
    this.#actSoon();
  }

  leave(isAbrupt: boolean): void {
    this.#isLeft = true;
    this.#actTimer.clear();
    for (const { stop } of this.downloads.values()) stop();
    this.#mesh.leave(isAbrupt);
  }

  #countOf(source: Download['source']): number {
    let count = 0;
    for (const download of this.downloads.values()) if (download.source === source) count += 1;
    return count;
  }

  /** Returns how many bytes are here. */
  #stop(segmentId: number): Bytes {
    const download = this.downloads.get(segmentId);
    download?.stop();
    this.downloads.delete(segmentId);
    return download?.position ?? 0;
  }

  #complete(segment: MediaSegment, bitsPerSecond: BitsPerSecond): void {
    const segmentId = segmentIdOf(segment);
    this.downloads.delete(segmentId);
    if (this.#isLeft) return;
    this.exchange.store(segmentId, segment.byteCount);
    this.#answer(segment, bitsPerSecond);
    this.#actSoon();
  }

  #answer(segment: MediaSegment, bitsPerSecond: BitsPerSecond | undefined): void {
    if (this.#wanted !== segment || this.#isLeft) return;
    const onLoaded = this.#onLoaded;
    this.#onLoaded = undefined;
    onLoaded?.({ bitsPerSecond });
  }

  #forgetPlayed(): void {
    const { segmentSeconds } = this.world.media.config;
    let hasChanged = false;
    for (const segmentId of this.exchange.stored.keys()) {
      const end = ((segmentId % RUNG_FACTOR) + 1) * segmentSeconds;
      if (end + KEPT_SECONDS >= this.#playback.playheadSeconds) continue;
      this.exchange.stored.delete(segmentId);
      hasChanged = true;
    }
    if (hasChanged) this.exchange.announce();
  }

  /** After what happens at this moment. */
  #actSoon(): void {
    if (this.#isActDue || this.#isLeft) return;
    this.#isActDue = true;
    const { queue } = this.world.cdn.network;
    queue.schedule(queue.now, this.#act);
  }
}
