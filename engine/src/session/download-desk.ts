// Everything that the player waits for, or will: asks the scheduler what to do, does it over HTTP and with peers, puts
// the bytes together, delivers.

import type { ByteRange } from '../base/byte-range';
import { P2PError } from '../base/p2p-error';
import type { Bytes, Milliseconds } from '../base/units';
import type { Segment, SegmentKey } from '../media/segment';
import type { HaveEntry } from '../protocol/peer-messages';
import type { DownloadAction, SchedulerView } from '../scheduler/plan-downloads';
import { planDownloads } from '../scheduler/plan-downloads';
import type { PeerSession } from '../swarm/peer-session';
import type { OpenRequest } from '../swarm/peer-link-facts';
import type { DownloadDeskHost } from './download-desk-host';
import type { BodyVerdict } from './http-desk';
import { HttpDesk } from './http-desk';
import { LineWatch } from './line-watch';
import type { RequestManner } from './look-ahead';
import { askableAmong, PeerViews } from './peer-view';
import { SegmentDownload } from './segment-download';

/** Word from several peers about what is being asked for already is gathered for so long before planning anew. */
const GATHER_MS: Milliseconds = 25;

export class DownloadDesk {
  readonly #downloads = new Map<SegmentKey, SegmentDownload>();
  readonly http: HttpDesk;
  readonly line: LineWatch;
  /** Size of the last segment of each rendition, to guess the next one's. */
  readonly #usualBytes = new Map<number, Bytes>();
  readonly #peerViews: PeerViews;
  #planAt: Milliseconds = Infinity;
  #isPlanDue = false;

  constructor(private readonly host: DownloadDeskHost) {
    this.#peerViews = new PeerViews(host.sizes);
    this.http = new HttpDesk({
      emit: host.emit,
      assumedBitrate: host.sizes.assumedHttpBitrate,
      onBody: (key, start, totalBytes) => this.#handleBody(key, start, totalBytes),
      onBytes: (key, offset, bytes, now) => this.#addBytes(key, offset, bytes, 'http', now),
      onBodyEnd: (key, end, now) => this.#handleBodyEnd(key, end, now),
    });
    this.line = new LineWatch(this.http);
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return Math.min(this.#planAt, this.http.wakeAt);
  }

  /** The player asks for a segment. */
  request(requestId: number, segment: Segment, manner: RequestManner, now: Milliseconds): void {
    const download = this.#downloads.get(segment.key) ?? this.#begin(segment, manner, now);
    download.ask(requestId, segment, manner);
    this.#isPlanDue = true;
  }

  /** Whether the player waits for a segment. */
  isAwaited(key: SegmentKey): boolean {
    return this.#downloads.get(key)?.isAhead === false;
  }

  /** About how long a segment of this rendition is. */
  usualBytes(rendition: number): Bytes {
    return this.#usualBytes.get(rendition) ?? this.host.sizes.assumedSegmentBytes;
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
  noteOffer(peer: PeerSession, entry: HaveEntry, key: SegmentKey, now: Milliseconds): void {
    const download = this.#downloads.get(key);
    if (!download || entry.state === 'gone') return;
    this.#hearSize(download, peer, now);
    if (!download.canAsk(peer)) return;
    if (peer.busyUntil > now) this.#planAt = Math.min(this.#planAt, peer.busyUntil);
    // What is being asked for goes on meanwhile; a first supplier is asked at once.
    else if (download.asked.size === 0) this.#isPlanDue = true;
    else this.#planAt = Math.min(this.#planAt, now + GATHER_MS);
  }

  /** Something changed that the plan depends on. */
  replan(): void {
    this.#isPlanDue = true;
  }

  /** What is on its way and can be given to others already. */
  haves(): HaveEntry[] {
    return [...this.#downloads.values()].flatMap((download) => download.have ?? []);
  }

  haveOf(key: SegmentKey): HaveEntry | undefined {
    return this.#downloads.get(key)?.have;
  }

  /** Bytes of a download that is not complete yet. */
  view(key: SegmentKey, range: ByteRange): Uint8Array | undefined {
    return this.#downloads.get(key)?.transfer.view(range);
  }

  handlePeerData(request: OpenRequest, offset: Bytes, payload: Uint8Array, now: Milliseconds): void {
    const { counters } = this.host;
    counters.p2pBytes += payload.length;
    const download = this.#downloads.get(request.key);
    if (request.position === request.range.end) {
      download?.asked.delete(request);
      // The next block can be asked for.
      this.#isPlanDue = true;
    }
    if (!download) counters.wastedBytes += payload.length;
    else this.#addBytes(request.key, offset, payload, 'p2p', now);
  }

  /** A peer will not bring what it was asked for. */
  handleRequestFailed(request: OpenRequest): void {
    this.#downloads.get(request.key)?.asked.delete(request);
    this.#isPlanDue = true;
  }

  wake(now: Milliseconds): void {
    if (now >= this.#planAt) this.#isPlanDue = true;
    this.http.wake(now);
  }

  /** Acts if anything changed since the last time. Called once at the end of each input. */
  settle(now: Milliseconds): void {
    if (this.http.takeChange()) {
      this.#isPlanDue = true;
      // What the origin said no longer counts, where it has said no size. All may be there: it failed after the last byte.
      for (const download of [...this.#downloads.values()]) {
        this.#learnSizes(download, now);
        this.#finishIfComplete(download, now);
      }
    }
    if (!this.#isPlanDue) return;
    this.#isPlanDue = false;
    this.#planAt = Infinity;
    const peers = askableAmong(this.host.peers(), now);
    this.#lookAhead(peers, now);
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

  /** [AHEAD-2] Wants what the player will likely ask for, where somebody could give it, and no longer what it will not. */
  #lookAhead(peers: readonly PeerSession[], now: Milliseconds): void {
    const wanted = this.host.wantedAhead(now);
    const keys = new Set(wanted.map(({ segment }) => segment.key));
    for (const download of [...this.#downloads.values()]) {
      if (download.isAhead && !keys.has(download.segment.key)) this.#drop(download, now);
    }
    for (const { segment, deadline, manner, isDue } of wanted) {
      const download = this.#downloads.get(segment.key);
      if (download) download.aheadDeadline = deadline;
      else if (isDue && peers.length > 0 && (this.host.isLive() || peers.some((peer) => peer.offerOf(segment.key))))
        this.#begin(segment, manner, now).aheadDeadline = deadline;
    }
  }

  #begin(segment: Segment, manner: RequestManner | undefined, now: Milliseconds): SegmentDownload {
    const { blockBytes } = this.host.sizes;
    const download = new SegmentDownload({ segment, manner, wantedAt: now, blockBytes });
    this.#downloads.set(segment.key, download);
    this.#learnSizes(download, now);
    return download;
  }

  #learnSizes(download: SegmentDownload, now: Milliseconds): void {
    for (const peer of this.host.peers()) this.#hearSize(download, peer, now);
  }

  /** What a peer says of the size; [SCORE-4] who was wrong lately is not believed. */
  #hearSize(download: SegmentDownload, peer: PeerSession, now: Milliseconds): void {
    const offer = peer.offerOf(download.segment.key);
    if (!offer) return;
    download.claims.note(peer, offer);
    if (!peer.score.isDoubted) this.#learnSize(download, offer.totalBytes, now);
  }

  #perform(action: DownloadAction, now: Milliseconds): void {
    const download = this.#downloads.get(action.key);
    if (!download) return;
    switch (action.type) {
      case 'wait':
        return void (this.#planAt = Math.min(this.#planAt, action.until));
      case 'giveUp':
        this.#failRequests(download, P2PError.httpFailed(download.segment.url, 'no try succeeded'));
        return this.#drop(download, now);
      case 'askPeer': {
        const peer = this.#peer(action.linkId);
        const range = download.missingOf(action.block);
        if (!peer || !range) return;
        download.startedAt ??= now;
        const neededInMs = this.#deadlineOf(download, now) - now;
        download.asked.set(peer.request(action.key, download.segment.id, range, neededInMs, now), peer);
        return;
      }
      case 'takeBack': {
        const peer = this.#peer(action.linkId);
        for (const request of download.asked.keys()) {
          if (request.requestId !== action.requestId || download.asked.get(request) !== peer) continue;
          download.asked.delete(request);
          peer?.leaveAlone(now);
          peer?.cancel(action.requestId, now, true);
        }
        this.#planAt = now;
        return;
      }
      case 'fetchHttp': {
        download.startedAt ??= now;
        download.httpStartedAt ??= now;
        this.#cancelPeerRequests(download, now);
        const { httpTarget } = download;
        if (httpTarget) this.http.start(httpTarget, action.range, now);
        return;
      }
    }
  }

  #deadlineOf({ isAhead, aheadDeadline }: SegmentDownload, now: Milliseconds): Milliseconds {
    return isAhead ? aheadDeadline : this.host.deadline(now);
  }

  #peer(linkId: number): PeerSession | undefined {
    return this.host.peers().find((session) => session.linkId === linkId);
  }

  #view(peers: readonly PeerSession[], now: Milliseconds): SchedulerView {
    const { host } = this;
    return {
      now,
      demands: [...this.#downloads.values()].map((download) => {
        const { key, id } = download.segment;
        const http = this.http.statusOf(key);
        const [httpPosition, httpNotBefore] = [this.http.positionOf(key), this.http.notBefore(key)];
        const [deadline, usualBytes] = [this.#deadlineOf(download, now), this.usualBytes(id.rendition)];
        return download.view(peers, { deadline, http, httpPosition, httpNotBefore }, usualBytes);
      }),
      peers: this.#peerViews.of(peers, now),
      isLive: host.isLive(),
      selfId: host.peerId,
      selfWeight: host.selfWeight(),
      swarmSize: host.swarmSize(),
      // Few plans come to draw lots.
      get heardOf() {
        return host.heardOf();
      },
      searchUntil: host.searchUntil(),
      startingUntil: host.startingUntil(),
      blockBytes: host.sizes.blockBytes,
      httpBitrate: this.http.bitsPerSecond,
      httpFirstByteMs: this.http.firstByteMs,
    };
  }

  /** [DL-2] A size that peers agree on is believed until the origin says another. */
  #learnSize(download: SegmentDownload, size: Bytes, now: Milliseconds): void {
    if (this.http.statusOf(download.segment.key) === 'running') return;
    if (download.agreesWith(size)) return this.#finishIfComplete(download, now);
    // Somebody is wrong, and maybe whoever gave what is here: the origin will say.
    download.isDisputed = true;
    this.#isPlanDue = true;
    this.#cancelPeerRequests(download, now);
    if (download.transfer.p2pBytes === 0) download.transfer.forgetTotal();
  }

  /** What peers gave belongs to something else. */
  #distrust(download: SegmentDownload): void {
    this.host.counters.wastedBytes += download.reset();
    this.host.onAvailabilityChanged(download.segment.key);
  }

  /** [DL-3] The origin's word about the size replaces that of peers, and what came from them under another one goes. */
  #handleBody(key: SegmentKey, start: Bytes, totalBytes: Bytes | undefined): BodyVerdict {
    const download = this.#downloads.get(key);
    if (!download) return 'use';
    const { transfer } = download;
    if (totalBytes === undefined) {
      // It does not say: what peers say must not cut the body short.
      if (!download.isSizeCertain) transfer.forgetTotal();
      if (!download.isDisputed || transfer.p2pBytes === 0) return 'use';
      // Who was right will be known at the body's end only: too late to ask for all of it again.
      this.#distrust(download);
      return start <= 0 ? 'use' : 'restart';
    }
    const isAsExpected = download.setTotal(totalBytes);
    if (!isAsExpected) {
      this.#distrust(download);
      if (!download.setTotal(totalBytes)) return 'refuse';
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
    this.line.noteBytes(bytes.length, now);
    const download = this.#downloads.get(key);
    if (!download) return;
    const { transfer, segment, requestIds } = download;
    if (source === 'http' && !segment.byteRange && offset + bytes.length > (transfer.totalBytes ?? Infinity)) {
      // [DL-4] A compressed body from another origin: its length is shown, its encoding is not.
      transfer.forgetTotal();
      download.isSizeCertain = false;
    }
    const { wastedBytes, hasNewBlock } = download.add(offset, bytes, source);
    counters.wastedBytes += wastedBytes;
    const { receivedBytes: loadedBytes, totalBytes } = transfer;
    for (const requestId of requestIds) this.host.emit({ type: 'progress', requestId, loadedBytes, totalBytes });
    if (hasNewBlock) this.host.onAvailabilityChanged(key);
    this.#finishIfComplete(download, now);
    // [SCH-1] What follows has come from peers: the rest is planned anew.
    const end = offset + bytes.length;
    if (source === 'http' && transfer.has(end) && this.#downloads.has(key)) this.http.stopAtMeeting(key);
  }

  #finishIfComplete(download: SegmentDownload, now: Milliseconds): void {
    const { transfer, segment, requestIds } = download;
    if (!transfer.isComplete || this.#downloads.get(segment.key) !== download) return;
    const isHttpRunning = this.http.statusOf(segment.key) === 'running';
    // The length that an origin states is a claim until its body ends; that of a part is the manifest's. What peers
    // brought of the end had the same size.
    const isEndHttps = this.http.positionOf(segment.key) >= (transfer.totalBytes ?? 0);
    if (!segment.byteRange && isHttpRunning && isEndHttps) return;
    const { counters } = this.host;
    const { httpBytes, p2pBytes } = transfer;
    const bytes = transfer.take();
    this.#usualBytes.set(segment.id.rendition, bytes.length);
    if (p2pBytes > httpBytes) counters.p2pSegmentCount += 1;
    else counters.httpSegmentCount += 1;
    const came = { byteCount: bytes.length, p2pBytes };
    const bitsPerSecond = this.line.noteSegment(download, came, this.host.deadline(now), now);
    for (const requestId of requestIds) {
      this.host.emit({ type: 'deliver', delivery: { requestId, bytes, httpBytes, p2pBytes, bitsPerSecond } });
    }
    this.#forget(download, now);
    this.host.emit({ type: 'report', name: 'segmentLoaded', payload: { url: segment.url, httpBytes, p2pBytes } });
    this.host.onComplete(segment, bytes);
    download.judgeClaims(bytes.length, now);
  }

  #failRequests(download: SegmentDownload, error: P2PError): void {
    for (const requestId of download.requestIds) this.host.emit({ type: 'fail', requestId, error });
  }

  #drop(download: SegmentDownload, now: Milliseconds): void {
    this.host.counters.wastedBytes += download.transfer.receivedBytes;
    this.#forget(download, now);
    this.host.onAvailabilityChanged(download.segment.key);
  }

  #forget(download: SegmentDownload, now: Milliseconds): void {
    const { key } = download.segment;
    this.#downloads.delete(key);
    this.#cancelPeerRequests(download, now);
    this.http.forget(key);
    this.#isPlanDue = true;
  }

  #cancelPeerRequests({ asked }: SegmentDownload, now: Milliseconds): void {
    for (const [request, peer] of [...asked]) {
      asked.delete(request);
      peer.cancel(request.requestId, now);
    }
  }
}
