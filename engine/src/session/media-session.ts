// One media source: what the player and the world tell goes in, effects come out. Owns no time, chance or I/O:
// the same code runs in a page, in Node and in the simulator.

import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import { P2PError } from '../base/p2p-error';
import { TRANSFER_SIZES } from '../base/transfer-sizes';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Milliseconds } from '../base/units';
import { MediaModel, type ManifestOutcome } from '../media/media-model';
import type { Segment, SegmentKey } from '../media/segment';
import { defaultSwarmId } from '../media/swarm-id';
import type { Random } from '../ports/random';
import type { TokenRequest } from '../ports/token-source';
import { MAX_SEGMENT_BYTES } from '../protocol/limits';
import type { HaveEntry } from '../protocol/peer-messages';
import { Swarm } from '../swarm/swarm';
import { infoHashOf } from '../swarm/swarm-ids';
import { UploadBudget } from '../swarm/upload-budget';
import type { BytesAtHand } from '../swarm/upload-desk';
import type { Counters } from './counters';
import { DownloadDesk } from './download-desk';
import { GatheredChanges } from './gathered-changes';
import { LookAhead, type AheadSegment } from './look-ahead';
import type { ResolvedOptions } from './options';
import { OwnAccount } from './own-account';
import { weightOf } from './peer-view';
import { completeHave, SegmentShelf } from './segment-shelf';
import { ShelfReads } from './shelf-reads';
import type { SessionEffect, SessionInput } from './session-effects';
import type { IndexInput, ManifestInput, SegmentInput } from './session-inputs';
import { Situation, type PlaybackInput } from './situation';

/** After joining, a segment that can wait is held back so long, because peers may turn up. */
const SEARCH_MS: Milliseconds = 10_000;
/** So long a viewer that has peers has just come. */
const STARTING_MS: Milliseconds = 15_000;
/** With so many peers the search is over. */
const ENOUGH_PEERS = 4;

export interface MediaSessionConfig {
  readonly sourceUrl: string;
  readonly peerId: string;
  readonly options: ResolvedOptions;
  readonly random: Random;
  /** Shared by all sources of one player. */
  readonly counters: Counters;
  /** What is known of the source already. @defaultValue nothing, and HLS can be read */
  readonly model?: MediaModel;
  /** @defaultValue TRANSFER_SIZES */
  readonly sizes?: TransferSizes;
}

export class MediaSession {
  readonly #model: MediaModel;
  readonly #downloads: DownloadDesk;
  readonly #lookAhead: LookAhead;
  readonly #shelf: SegmentShelf;
  readonly #budget: UploadBudget;
  readonly #ownAccount: OwnAccount;
  readonly #changes = new GatheredChanges();
  readonly #shelfReads: ShelfReads;
  readonly #situation = new Situation();
  readonly swarmId: string;
  readonly #sizes: TransferSizes;
  #options: ResolvedOptions;
  #effects: SessionEffect[] = [];
  #swarm: Swarm | undefined;
  #joinedAt: Milliseconds = 0;
  #wakeAt: Milliseconds = Infinity;
  #isLeft = false;

  constructor(private readonly config: MediaSessionConfig) {
    const emit = (effect: SessionEffect) => void this.#effects.push(effect);
    this.#options = config.options;
    this.#sizes = config.sizes ?? TRANSFER_SIZES;
    this.swarmId = config.options.swarmId ?? defaultSwarmId(config.sourceUrl);
    this.#model = config.model ?? new MediaModel({ sourceUrl: config.sourceUrl });
    this.#budget = new UploadBudget(this.#situation.uploadLimits(config.options), this.#sizes);
    this.#ownAccount = new OwnAccount(this.#budget, config.counters, this.#sizes);
    this.#shelf = new SegmentShelf(config.options.memoryLimitBytes, emit, (key) => this.#changes.note(key));
    this.#shelfReads = new ShelfReads(emit);
    this.#downloads = new DownloadDesk({
      emit,
      peerId: config.peerId,
      counters: config.counters,
      sizes: this.#sizes,
      peers: () => this.#swarm?.peers ?? [],
      deadline: (now) => this.#situation.deadline(now),
      wantedAhead: (now) => this.#wantedAhead(now),
      isLive: () => this.#model.isLive,
      selfWeight: () => weightOf(this.#ownAccount.about, this.#sizes),
      swarmSize: () => this.#swarm?.swarmSize,
      heardOf: () => this.#swarm?.heardOf ?? [],
      searchUntil: () => this.#searchUntil(),
      startingUntil: () => this.#startingUntil(),
      onAvailabilityChanged: (key) => this.#changes.note(key),
      onComplete: (segment, bytes) => this.#keep(segment, bytes),
    });
    this.#lookAhead = new LookAhead({
      segmentsAfter: (segment, count) => this.#model.segmentsAfter(segment, count),
      segment: (key) => this.#model.segment(key),
      isAwaited: (key) => this.#downloads.isAwaited(key),
      usualBytes: (rendition) => this.#downloads.usualBytes(rendition),
      memoryLimitBytes: () => this.#options.memoryLimitBytes,
    });
  }

  /** The swarm, once joined. */
  get swarm(): Swarm | undefined {
    return this.#swarm;
  }

  /** For whom a token is asked. */
  get tokenRequest(): TokenRequest {
    return { swarmId: this.swarmId, peerId: this.config.peerId };
  }

  /** The segment that a request of the player asks for; undefined: not ours. */
  findSegment(url: string, byteRange: ByteRange | undefined): Segment | undefined {
    const isTooLarge = byteRange !== undefined && rangeLength(byteRange) > MAX_SEGMENT_BYTES;
    return this.#isLeft || isTooLarge ? undefined : this.#model.findSegment(url, byteRange);
  }

  /** Joins the swarm if segments are known already. */
  begin(now: Milliseconds): SessionEffect[] {
    this.#joinIfUseful(now);
    return this.#settle(now);
  }

  addManifest(manifest: ManifestInput, now: Milliseconds): SessionEffect[] {
    return this.#takeIn(manifest.url, this.#model.addManifest(manifest), now);
  }

  addIndex({ url, byteRange, bytes }: IndexInput, now: Milliseconds): SessionEffect[] {
    return this.#takeIn(url, this.#model.addIndex(url, byteRange, bytes), now);
  }

  #takeIn(url: string, outcome: ManifestOutcome, now: Milliseconds): SessionEffect[] {
    if (outcome.kind === 'rejected') {
      const error = P2PError.manifestUnreadable(url, outcome.why);
      this.#report({ type: 'report', name: 'manifestRejected', payload: { url, error } });
    } else if (outcome.kind === 'media') this.#forget(outcome.removed, now);
    else if (outcome.kind === 'multivariant') {
      for (const { removed } of [outcome, ...outcome.media]) this.#forget(removed, now);
    }
    this.#joinIfUseful(now);
    this.#lookAhead.noteManifest();
    this.#downloads.replan();
    return this.#settle(now);
  }

  /** Nothing to share, no swarm: a source that cannot be read, or whose index is not there yet, opens no socket. */
  #joinIfUseful(now: Milliseconds): void {
    if (this.#model.segmentCount > 0) this.#join(now);
  }

  request(input: SegmentInput, now: Milliseconds): SessionEffect[] {
    const { requestId, segment, headers, withCredentials } = input;
    const manner = { headers, withCredentials };
    this.#lookAhead.noteRequest(segment, manner);
    const shelved = this.#shelf.get(segment.key);
    if (shelved) this.#shelfReads.begin(requestId, segment.key, shelved.byteCount);
    else this.#downloads.request(requestId, segment, manner, now);
    return this.#settle(now);
  }

  abort(requestId: number, now: Milliseconds): SessionEffect[] {
    this.#shelfReads.abort(requestId);
    this.#downloads.abort(requestId, now);
    return this.#settle(now);
  }

  reportPlayback(playback: PlaybackInput, now: Milliseconds): SessionEffect[] {
    this.#situation.reportPlayback(playback, now);
    this.#sayAbout(now);
    this.#downloads.replan();
    return this.#settle(now);
  }

  setOptions(options: ResolvedOptions, now: Milliseconds): SessionEffect[] {
    this.#options = options;
    this.#shelf.setLimit(options.memoryLimitBytes);
    this.#limitUploads(now);
    return this.#settle(now);
  }

  /** [PLAY-13] Whether anything may be fetched that the player has not asked for. */
  get mayPrefetch(): boolean {
    return this.#situation.mayPrefetch;
  }

  /** What the world tells. */
  handle(input: SessionInput, now: Milliseconds): SessionEffect[] {
    this.#dispatch(input, now);
    return this.#settle(now);
  }

  /** Leaves the swarm and stops all downloads; the player's open requests fail. The session is of no use afterwards. */
  leave(now: Milliseconds): SessionEffect[] {
    if (this.#isLeft) return [];
    this.#downloads.close(now);
    this.#shelfReads.close();
    this.#swarm?.leave();
    this.#shelf.clear();
    this.#isLeft = true;
    return this.#settle(now);
  }

  #dispatch(input: SessionInput, now: Milliseconds): void {
    const http = this.#downloads.http;
    switch (input.type) {
      case 'surroundings':
        this.#situation.surroundings = input;
        this.#downloads.replan();
        return this.#limitUploads(now);
      case 'wake':
        return this.#wake(now);
      case 'trackerOpen':
        return this.#swarm?.handleTrackerOpen(input.url, now);
      case 'trackerMessage':
        return this.#swarm?.handleTrackerMessage(input.url, input.text, now);
      case 'trackerClose':
        return this.#swarm?.handleTrackerClose(input.url, input.reason, now, input.retryAfterMs);
      case 'tokenGiven':
      case 'tokenFailed':
        return this.#swarm?.handleToken(input, now);
      case 'linkDescription':
        return this.#swarm?.handleLinkDescription(input.linkId, input.description);
      case 'linkOpen':
        return this.#swarm?.handleLinkOpen(input.linkId);
      case 'linkFrame':
        return this.#swarm?.handleLinkFrame(input.linkId, input.frame, now);
      case 'linkFlushed':
        return this.#swarm?.handleLinkFlushed(input.linkId, input.byteCount, now);
      case 'linkClose':
        return this.#swarm?.handleLinkClose(input.linkId, input.reason, now);
      case 'httpHead':
        return http.handleHead(input.fetchId, input.head, now);
      case 'httpChunk':
        return http.handleChunk(input.fetchId, input.bytes, now);
      case 'httpEnd':
        return http.handleEnd(input.fetchId, now);
      case 'httpError':
        return http.handleError(input.fetchId, input.failure, now);
      case 'segmentRead':
        return this.#handleRead(input.readId, input.bytes, now);
      case 'segmentPut':
        return input.isStored ? undefined : this.#shelf.forget(input.key);
    }
  }

  /** What these keys stood for is not to be given to anybody any more. */
  #forget(keys: readonly SegmentKey[], now: Milliseconds): void {
    for (const key of keys) {
      this.#shelf.remove(key);
      this.#downloads.discard(key, now);
    }
  }

  #join(now: Milliseconds): void {
    const { options, peerId, counters, random } = this.config;
    if (this.#swarm || this.#isLeft || options.trackers.length === 0) return;
    this.#joinedAt = now;
    const infoHash = infoHashOf(this.swarmId);
    this.#swarm = new Swarm({ infoHash, peerId, trackers: options.trackers, sizes: this.#sizes }, this.#budget, {
      random,
      effect: (effect) => void this.#effects.push(effect),
      report: (name, payload) => this.#report({ type: 'report', name, payload } as SessionEffect),
      maxPeers: () => this.#options.maxPeers,
      token: () => this.#options.token,
      totals: () => counters,
      ownHaves: () => this.#ownHaves(),
      haveOf: (key) => (this.#gives ? this.#givable(key) : undefined),
      ownAbout: () => this.#ownAccount.about,
      bytesAtHand: (key, range) => this.#bytesAtHand(key, range),
      readBytes: (readId, key, range) => void this.#effects.push({ type: 'readSegment', readId, key, range }),
      onPeersChanged: () => this.#downloads.replan(),
      onHave: (peer, entry, key, at) => this.#downloads.noteOffer(peer, entry, key, at),
      onData: (_peer, request, offset, payload, at) => this.#downloads.handlePeerData(request, offset, payload, at),
      onRequestFailed: (_peer, request) => this.#downloads.handleRequestFailed(request),
      onLateData: (byteCount) => {
        counters.p2pBytes += byteCount;
        counters.wastedBytes += byteCount;
      },
      onUploaded: (byteCount) => void (counters.uploadedBytes += byteCount),
      onViolation: (byteCount) => void (counters.rejectedBytes += byteCount),
    });
    this.#report({ type: 'report', name: 'swarmJoined', payload: { swarmId: this.swarmId } });
    this.#swarm.start(now);
  }

  #bytesAtHand(key: SegmentKey, range: ByteRange): BytesAtHand {
    return this.#shelf.has(key, range) ? 'stored' : (this.#downloads.view(key, range) ?? 'absent');
  }

  #handleRead(readId: number, bytes: Uint8Array | undefined, now: Milliseconds): void {
    const bitsPerSecond = this.#downloads.line.urgentBitrate(bytes?.length ?? 0, now);
    const isForPlayer = this.#shelfReads.finish(readId, bytes, bitsPerSecond);
    if (!isForPlayer) this.#swarm?.uploads.handleRead(readId, bytes, now);
  }

  #wake(now: Milliseconds): void {
    this.#wakeAt = Infinity;
    this.#downloads.wake(now);
    this.#swarm?.wake(now);
  }

  /** Ends each input: plans, tells peers what changed, and asks for the next wake-up. */
  #settle(now: Milliseconds): SessionEffect[] {
    if (!this.#isLeft) {
      this.#downloads.settle(now);
      this.#announceChanges(now);
    }
    const wakeAt = this.#isLeft
      ? Infinity
      : Math.min(this.#changes.dueAt, this.#downloads.wakeAt, this.#swarm?.wakeAt ?? Infinity);
    if (wakeAt !== this.#wakeAt) {
      this.#wakeAt = wakeAt;
      this.#effects.push({ type: 'wakeAt', at: wakeAt });
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Tells peers what changed, once it is time. */
  #announceChanges(now: Milliseconds): void {
    const entries = this.#changes.take(now).flatMap((key) => this.#haveOf(key) ?? []);
    if (this.#gives && entries.length > 0) this.#swarm?.announce(entries);
  }

  /** [UP-6] [UP-7] What may be given has changed, by options or by the line. */
  #limitUploads(now: Milliseconds): void {
    const couldUpload = this.#gives;
    this.#budget.limits = this.#situation.uploadLimits(this.#options);
    this.#swarm?.reconsider(now);
    if (this.#gives === couldUpload) return;
    this.#sayAbout(now);
    if (this.#gives) this.#swarm?.announce(this.#ownHaves());
  }

  get #gives(): boolean {
    return this.#budget.limits.isEnabled;
  }

  #ownHaves(): HaveEntry[] {
    return this.#gives ? [...this.#shelf.haves(), ...this.#downloads.haves()] : [];
  }

  #givable(key: SegmentKey): HaveEntry | undefined {
    const shelved = this.#shelf.get(key);
    return shelved ? completeHave(shelved.id, shelved.byteCount) : this.#downloads.haveOf(key);
  }

  #haveOf(key: SegmentKey): HaveEntry | undefined {
    const id = this.#model.segment(key)?.id;
    return this.#givable(key) ?? (id && { id, state: 'gone' });
  }

  /** Tells peers what this viewer is ready to give, when that has changed by much. */
  #sayAbout(now: Milliseconds): void {
    if (this.#ownAccount.update(now - this.#joinedAt)) this.#swarm?.announceAbout(this.#ownAccount.about);
  }

  #keep(segment: Segment, bytes: Uint8Array): void {
    this.#shelf.put(segment.key, segment.id, bytes);
    this.#changes.note(segment.key);
  }

  /** [AHEAD-3] Nothing is fetched ahead of a player that stands still, on a hidden page or a line that costs. */
  #wantedAhead(now: Milliseconds): readonly AheadSegment[] {
    if (!this.mayPrefetch) return [];
    const wanted = this.#lookAhead.wanted(now, this.#situation.deadline(now));
    return wanted.filter(({ segment }) => this.#shelf.get(segment.key) === undefined);
  }

  /** [SCH-6] Until when more peers may turn up: not where there are enough, or all that the trackers know of. */
  #searchUntil(): Milliseconds {
    const swarm = this.#swarm;
    const others = (swarm?.swarmSize ?? Infinity) - 1;
    if (!swarm || swarm.peers.length >= Math.min(ENOUGH_PEERS, others)) return 0;
    return this.#joinedAt + SEARCH_MS;
  }

  /** [SCH-9] Until when the buffer is given time to grow: where there is nobody to fill it, no longer than one looks. */
  #startingUntil(): Milliseconds {
    const hasEnough = (this.#swarm?.peers.length ?? 0) >= ENOUGH_PEERS;
    return hasEnough ? this.#joinedAt + STARTING_MS : this.#searchUntil();
  }

  #report(report: SessionEffect): void {
    this.#effects.push(report);
  }
}
