// Everything that the player waits for: asks the scheduler what to do, does it over HTTP and with peers, puts the
// bytes together, delivers.

import type { ByteRange } from '../base/byte-range';
import { rangeLength } from '../base/byte-range';
import { P2PError } from '../base/p2p-error';
import type { TransferSizes } from '../base/transfer-sizes';
import type { Bytes, Milliseconds } from '../base/units';
import { bitrateOf, kibibytes } from '../base/units';
import type { Segment, SegmentKey } from '../media/segment';
import type { HaveEntry } from '../protocol/peer-messages';
import type { DemandView, DownloadAction, SchedulerView, SupplierView } from '../scheduler/plan-downloads';
import { planDownloads } from '../scheduler/plan-downloads';
import type { OpenRequest, PeerSession } from '../swarm/peer-session';
import { SegmentTransfer } from '../swarm/segment-transfer';
import type { Counters } from './counters';
import type { BodyVerdict } from './http-desk';
import { HttpDesk } from './http-desk';
import type { EmitEffect } from './session-effects';

/** A segment's size before anything is known of its rendition. */
const ASSUMED_SEGMENT_BYTES = kibibytes(512);

/** A segment that the player has asked for, maybe several times over. */
interface Download {
  readonly segment: Segment;
  readonly headers: Readonly<Record<string, string>>;
  readonly withCredentials: boolean;
  readonly requestIds: Set<number>;
  readonly transfer: SegmentTransfer;
  readonly askedAt: Milliseconds;
  /** When bytes were first asked for, from anybody: the player's bandwidth estimate counts from here. */
  startedAt: Milliseconds | undefined;
  /** The origin or the manifest said the size; else it is what peers say. */
  isSizeCertain: boolean;
  /** Peers do not agree on the size, and the origin has not said it. */
  isDisputed: boolean;
}

export interface DownloadDeskHost {
  emit: EmitEffect;
  readonly peerId: string;
  readonly counters: Counters;
  readonly sizes: TransferSizes;
  peers(): readonly PeerSession[];
  /** When the player runs dry. */
  deadline(now: Milliseconds): Milliseconds;
  isLive(): boolean;
  /** Viewers in the swarm, this one included; undefined while no tracker has said it. */
  swarmSize(): number | undefined;
  searchUntil(): Milliseconds;
  /** What can be given to others of this segment has changed. */
  onAvailabilityChanged(key: SegmentKey): void;
  onComplete(segment: Segment, bytes: Uint8Array): void;
}

export class DownloadDesk {
  readonly #downloads = new Map<SegmentKey, Download>();
  readonly #http: HttpDesk;
  /** Size of the last segment of each rendition, to guess the next one's. */
  readonly #usualBytes = new Map<number, Bytes>();
  #planAt: Milliseconds = Infinity;
  #isPlanDue = false;

  constructor(private readonly host: DownloadDeskHost) {
    this.#http = new HttpDesk({
      emit: host.emit,
      onBody: (key, start, totalBytes) => this.#handleBody(key, start, totalBytes),
      onBytes: (key, offset, bytes, now) => this.#addBytes(key, offset, bytes, 'http', now),
      onBodyEnd: (key, end, now) => this.#handleBodyEnd(key, end, now),
    });
  }

  get http(): HttpDesk {
    return this.#http;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return Math.min(this.#planAt, this.#http.wakeAt);
  }

  /** The player asks for a segment. */
  request(
    requestId: number,
    segment: Segment,
    headers: Readonly<Record<string, string>>,
    withCredentials: boolean,
    now: Milliseconds,
  ): void {
    this.#isPlanDue = true;
    const running = this.#downloads.get(segment.key);
    if (running) {
      running.requestIds.add(requestId);
      return;
    }
    const transfer = new SegmentTransfer(segment.byteRange && rangeLength(segment.byteRange));
    const requestIds = new Set([requestId]);
    const download = {
      segment,
      headers,
      withCredentials,
      requestIds,
      transfer,
      askedAt: now,
      startedAt: undefined,
      isSizeCertain: segment.byteRange !== undefined,
      isDisputed: false,
    };
    this.#downloads.set(segment.key, download);
  }

  /** The player lost interest. [DL-1] With the last request for a segment its download ends. */
  abort(requestId: number, now: Milliseconds): void {
    for (const download of this.#downloads.values()) {
      if (download.requestIds.delete(requestId) && download.requestIds.size === 0) this.#drop(download, now);
    }
  }

  /** [DL-6] The manifest gave the key to another segment, or forgot it: the player's own loader takes over. */
  discard(key: SegmentKey, now: Milliseconds): void {
    const download = this.#downloads.get(key);
    if (!download) return;
    this.#failRequests(download, P2PError.httpFailed(download.segment.url, 'the manifest no longer lists it'));
    this.#drop(download, now);
  }

  /** A peer said something of a segment. */
  noteOffer(key: SegmentKey): void {
    if (this.#downloads.has(key)) this.#isPlanDue = true;
  }

  /** Something changed that the plan depends on. */
  replan(): void {
    this.#isPlanDue = true;
  }

  /** What is on its way and can be given to others already. */
  haves(): HaveEntry[] {
    return [...this.#downloads.keys()].flatMap((key) => this.haveOf(key) ?? []);
  }

  haveOf(key: SegmentKey): HaveEntry | undefined {
    const download = this.#downloads.get(key);
    if (!download || download.transfer.availableBytes === 0) return undefined;
    const { availableBytes, totalBytes } = download.transfer;
    return { id: download.segment.id, state: 'partial', totalBytes, availableBytes };
  }

  /** Bytes of a download that is not complete yet. */
  view(key: SegmentKey, range: ByteRange): Uint8Array | undefined {
    return this.#downloads.get(key)?.transfer.view(range);
  }

  handlePeerData(request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void {
    const { counters } = this.host;
    counters.p2pBytes += payload.length;
    // The next block can be asked for.
    if (request.position === request.range.end) this.#isPlanDue = true;
    if (!this.#downloads.has(request.key)) counters.wastedBytes += payload.length;
    else this.#addBytes(request.key, offset, payload, 'p2p', now);
  }

  wake(now: Milliseconds): void {
    if (now >= this.#planAt) this.#isPlanDue = true;
    this.#http.wake(now);
  }

  /** Acts if anything changed since the last time. Called once at the end of each input. */
  settle(now: Milliseconds): void {
    if (this.#http.takeChange()) this.#isPlanDue = true;
    if (!this.#isPlanDue) return;
    this.#isPlanDue = false;
    this.#planAt = Infinity;
    const peers = this.host.peers().filter((session) => !session.refusesUploads(now));
    for (const download of [...this.#downloads.values()]) this.#learnSize(download, peers, now);
    if (this.#downloads.size === 0) return;
    for (const action of planDownloads(this.#view(peers, now))) this.#perform(action, now);
  }

  /** Ends everything; the player's requests fail. */
  close(now: Milliseconds): void {
    for (const download of [...this.#downloads.values()]) {
      this.#failRequests(download, P2PError.destroyed());
      this.#drop(download, now);
    }
  }

  #perform(action: DownloadAction, now: Milliseconds): void {
    const download = this.#downloads.get(action.key);
    if (!download) return;
    switch (action.type) {
      case 'wait':
        this.#planAt = Math.min(this.#planAt, action.until);
        return;
      case 'giveUp':
        this.#failRequests(download, P2PError.httpFailed(download.segment.url, 'no try succeeded'));
        return this.#drop(download, now);
      case 'askPeer': {
        const peer = this.host.peers().find((session) => session.identity.linkId === action.linkId);
        download.startedAt ??= now;
        return peer?.request(action.key, download.segment.id, action.range, now);
      }
      case 'fetchHttp': {
        download.startedAt ??= now;
        this.#cancelPeerRequests(action.key, now);
        const { segment, headers, withCredentials } = download;
        const { key, url, byteRange } = segment;
        return this.#http.start({ key, url, byteRange, headers, withCredentials }, action.from, now);
      }
    }
  }

  #view(peers: readonly PeerSession[], now: Milliseconds): SchedulerView {
    return {
      now,
      demands: [...this.#downloads.values()].map((download) => this.#demandView(download, peers, now)),
      peers: peers.map((session) => ({
        linkId: session.identity.linkId,
        peerId: session.peerId ?? '',
        openRequestCount: session.openRequests.length,
        busyUntil: session.busyUntil,
        bitsPerSecond: session.bitsPerSecond,
      })),
      isLive: this.host.isLive(),
      selfId: this.host.peerId,
      swarmSize: this.host.swarmSize(),
      searchUntil: this.host.searchUntil(),
      blockBytes: this.host.sizes.blockBytes,
      httpBitrate: this.#http.bitsPerSecond,
      httpFirstByteMs: this.#http.firstByteMs,
    };
  }

  #demandView(download: Download, peers: readonly PeerSession[], now: Milliseconds): DemandView {
    const { segment, transfer } = download;
    const { key } = segment;
    const suppliers = suppliersOf(download, peers);
    const asked = peers.flatMap((peer) => peer.openRequests).filter((request) => request.key === key);
    const total = transfer.totalBytes;
    const missing = transfer.missing();
    const offeredEnd = Math.max(0, ...suppliers.map((supplier) => supplier.availableEnd));
    const estimate = total ?? this.#usualBytes.get(segment.id.rendition) ?? ASSUMED_SEGMENT_BYTES;
    return {
      key,
      deadline: this.host.deadline(now),
      firstMissing: missing[0]?.start ?? 0,
      unasked: missing.flatMap((gap) => withoutAsked({ start: gap.start, end: Math.min(gap.end, offeredEnd) }, asked)),
      remainingBytes: Math.max(0, estimate - transfer.receivedBytes),
      http: this.#http.statusOf(key),
      httpNotBefore: this.#http.notBefore(key),
      suppliers,
      isAsked: asked.length > 0,
      isDisputed: download.isDisputed,
      askedAt: download.askedAt,
    };
  }

  /** [DL-2] A size that peers agree on is believed until the origin says another. */
  #learnSize(download: Download, peers: readonly PeerSession[], now: Milliseconds): void {
    const { transfer, segment } = download;
    const isAsked = this.#http.statusOf(segment.key) === 'running';
    // Complete already, where the fetch failed after the last byte.
    if (download.isSizeCertain || download.isDisputed || isAsked) return this.#finishIfComplete(download, now);
    const sizes = peers.flatMap((peer) => peer.availability.get(segment.key)?.totalBytes ?? []);
    if (sizes.every((size) => transfer.setTotal(size))) return this.#finishIfComplete(download, now);
    // Somebody is wrong, and maybe whoever gave what is here.
    download.isDisputed = true;
    this.#cancelPeerRequests(segment.key, now);
    if (transfer.p2pBytes > 0) this.#distrust(download);
    else transfer.forgetTotal();
  }

  /** What peers gave belongs to something else. */
  #distrust({ transfer, segment }: Download): void {
    this.host.counters.wastedBytes += transfer.reset();
    this.host.onAvailabilityChanged(segment.key);
  }

  /** [DL-3] The origin's word about the size replaces that of peers, and what came from them under another one goes. */
  #handleBody(key: SegmentKey, start: Bytes, totalBytes: Bytes | undefined): BodyVerdict {
    const download = this.#downloads.get(key);
    if (!download) return 'use';
    const { transfer } = download;
    if (totalBytes === undefined) {
      // It does not say: what peers say must not cut the body short.
      if (!download.isSizeCertain) transfer.forgetTotal();
      return 'use';
    }
    const isAsExpected = transfer.setTotal(totalBytes);
    if (!isAsExpected) {
      this.#distrust(download);
      if (!transfer.setTotal(totalBytes)) return 'refuse';
    }
    download.isSizeCertain = true;
    download.isDisputed = false;
    return isAsExpected || start <= 0 ? 'use' : 'restart';
  }

  #handleBodyEnd(key: SegmentKey, end: Bytes, now: Milliseconds): boolean {
    const download = this.#downloads.get(key);
    if (!download) return true;
    if (!download.isSizeCertain) {
      if (download.transfer.setTotal(end)) download.isSizeCertain = true;
      else this.#distrust(download);
    }
    this.#finishIfComplete(download, now);
    return !this.#downloads.has(key);
  }

  #addBytes(key: SegmentKey, offset: Bytes, bytes: Uint8Array, source: 'http' | 'p2p', now: Milliseconds): void {
    const { counters } = this.host;
    if (source === 'http') counters.httpBytes += bytes.length;
    const download = this.#downloads.get(key);
    if (!download) return;
    const { transfer: target, segment: wanted } = download;
    if (source === 'http' && !wanted.byteRange && offset + bytes.length > (target.totalBytes ?? Infinity)) {
      // [DL-4] A compressed body from another origin: its length is shown, its encoding is not.
      target.forgetTotal();
      download.isSizeCertain = false;
    }
    counters.wastedBytes += download.transfer.add(offset, bytes, source).wastedBytes;
    const { receivedBytes: loadedBytes, totalBytes } = download.transfer;
    for (const requestId of download.requestIds)
      this.host.emit({ type: 'progress', requestId, loadedBytes, totalBytes });
    this.host.onAvailabilityChanged(key);
    this.#finishIfComplete(download, now);
  }

  #finishIfComplete(download: Download, now: Milliseconds): void {
    const { transfer, segment } = download;
    if (!transfer.isComplete) return;
    // The length that an origin states is a claim until its body ends; that of a part is the manifest's.
    if (!segment.byteRange && this.#http.statusOf(segment.key) === 'running') return;
    const { counters } = this.host;
    const { httpBytes, p2pBytes } = transfer;
    const bytes = transfer.take();
    this.#usualBytes.set(segment.id.rendition, bytes.length);
    if (p2pBytes > httpBytes) counters.p2pSegmentCount += 1;
    else counters.httpSegmentCount += 1;
    const bitsPerSecond = bitrateOf(bytes.length, Math.max(1, now - (download.startedAt ?? now)));
    for (const requestId of download.requestIds) {
      this.host.emit({ type: 'deliver', delivery: { requestId, bytes, httpBytes, p2pBytes, bitsPerSecond } });
    }
    this.#forget(segment.key, now);
    this.host.emit({ type: 'report', name: 'segmentLoaded', payload: { url: segment.url, httpBytes, p2pBytes } });
    this.host.onComplete(segment, bytes);
  }

  #failRequests(download: Download, error: P2PError): void {
    for (const requestId of download.requestIds) this.host.emit({ type: 'fail', requestId, error });
  }

  #drop(download: Download, now: Milliseconds): void {
    this.host.counters.wastedBytes += download.transfer.receivedBytes;
    this.#forget(download.segment.key, now);
    this.host.onAvailabilityChanged(download.segment.key);
  }

  #forget(key: SegmentKey, now: Milliseconds): void {
    this.#downloads.delete(key);
    this.#cancelPeerRequests(key, now);
    this.#http.forget(key);
    this.#isPlanDue = true;
  }

  #cancelPeerRequests(key: SegmentKey, now: Milliseconds): void {
    for (const peer of this.host.peers()) {
      for (const request of peer.openRequests) if (request.key === key) peer.cancel(request.requestId, now);
    }
  }
}

/** Who has what. One that means a segment of another size has nothing of this one. */
function suppliersOf({ transfer, segment }: Download, peers: readonly PeerSession[]): SupplierView[] {
  return peers.flatMap((peer) => {
    const have = peer.availability.get(segment.key);
    const sizes = [have?.totalBytes, transfer.totalBytes];
    if (!have || (!sizes.includes(undefined) && sizes[0] !== sizes[1])) return [];
    return [{ linkId: peer.identity.linkId, availableEnd: have.availableBytes }];
  });
}

/** The parts of `gap` that no open request will bring. */
function withoutAsked(gap: ByteRange, asked: readonly OpenRequest[]): ByteRange[] {
  let rest: ByteRange[] = [gap];
  for (const { position, range } of asked) {
    rest = rest.flatMap(({ start, end }) =>
      [
        { start, end: Math.min(end, position) },
        { start: Math.max(start, range.end), end },
      ].filter((part) => part.end > part.start),
    );
  }
  return rest;
}
