// Whole segments between neighbours, as the engines compared with do it: stored, then announced, then given on. One
// transfer per direction and connection; order tells to what media belongs.

import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import type { EventQueue } from '../time/event-queue';
import {
  dataBytesOf,
  dataFrame,
  decodeAnnouncement,
  encodeAnnouncement,
  encodeFrame,
  FRAME,
  NOTHING,
  numbersOf,
  type Announcement,
} from './agent-frames';
import type { MeshListener, MeshPeer } from './agent-mesh';
import type { Traffic } from './segment-source';

/** A transfer without a byte for so long has failed. */
const STALL_MS: Milliseconds = 2_000;
/** Messages of media handed to a connection at once. */
const FRAMES_AHEAD = 2;

/** What comes from a neighbour. */
export interface Incoming {
  readonly segmentId: number;
  readonly peer: MeshPeer;
  position: Bytes;
  lastByteAt: Milliseconds;
  readonly onBytes: (byteCount: Bytes) => void;
  /** Whether it is all here. */
  readonly onEnd: (isComplete: boolean) => void;
}

interface Outgoing {
  readonly end: Bytes;
  position: Bytes;
}

interface Neighbour {
  has: Announcement;
  incoming?: Incoming;
  outgoing?: Outgoing;
}

export class SegmentExchange implements MeshListener {
  /** What is here, with sizes. */
  readonly stored = new Map<number, Bytes>();
  /** What is on its way over HTTP. */
  readonly loading = new Set<number>();
  readonly #neighbours = new Map<MeshPeer, Neighbour>();

  constructor(
    private readonly queue: EventQueue,
    private readonly traffic: Traffic,
    private readonly options: { readonly frameBytes: Bytes; readonly uploads: boolean },
    private readonly onChange: () => void,
  ) {}

  get neighbourCount(): number {
    return this.#neighbours.size;
  }

  get neighbours(): Iterable<MeshPeer> {
    return this.#neighbours.keys();
  }

  get incomingCount(): number {
    let count = 0;
    for (const { incoming } of this.#neighbours.values()) if (incoming) count += 1;
    return count;
  }

  /** Neighbours that have the segment and do not send us another. */
  freeHolders(segmentId: number): MeshPeer[] {
    const holders: MeshPeer[] = [];
    for (const [peer, { has, incoming }] of this.#neighbours)
      if (!incoming && has.stored.has(segmentId)) holders.push(peer);
    return holders;
  }

  /** Whether a neighbour has it or fetches it over HTTP. */
  isAround(segmentId: number): boolean {
    for (const { has } of this.#neighbours.values())
      if (has.stored.has(segmentId) || has.loading.has(segmentId)) return true;
    return false;
  }

  store(segmentId: number, byteCount: Bytes): void {
    this.stored.set(segmentId, byteCount);
    this.loading.delete(segmentId);
    this.announce();
  }

  /** Tells all neighbours everything. */
  announce(): void {
    if (!this.options.uploads) return;
    const frame = encodeAnnouncement(this.stored.keys(), this.loading);
    for (const peer of this.#neighbours.keys()) peer.send(frame);
  }

  /** Asks for the bytes from `from` on. */
  request(incoming: Incoming): void {
    const neighbour = this.#neighbours.get(incoming.peer);
    if (!neighbour) return incoming.onEnd(false);
    neighbour.incoming = incoming;
    incoming.peer.send(encodeFrame(FRAME.request, [incoming.segmentId, incoming.position]));
    this.#watch(incoming);
  }

  cancel({ peer, segmentId }: Incoming): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour?.incoming?.segmentId !== segmentId) return;
    delete neighbour.incoming;
    peer.send(encodeFrame(FRAME.cancel, [segmentId]));
  }

  onPeer(peer: MeshPeer): void {
    this.#neighbours.set(peer, { has: NOTHING });
    if (this.options.uploads) peer.send(encodeAnnouncement(this.stored.keys(), this.loading));
    this.onChange();
  }

  onGone(peer: MeshPeer): void {
    const incoming = this.#neighbours.get(peer)?.incoming;
    this.#neighbours.delete(peer);
    incoming?.onEnd(false);
    this.onChange();
  }

  onFrame(peer: MeshPeer, frame: Uint8Array): void {
    const neighbour = this.#neighbours.get(peer);
    if (!neighbour) return;
    switch (frame[0]) {
      case FRAME.announce:
        neighbour.has = decodeAnnouncement(frame);
        return this.onChange();
      case FRAME.request:
        return this.#serve(peer, neighbour, numbersOf(frame));
      case FRAME.cancel:
        return void delete neighbour.outgoing;
      case FRAME.data:
        return this.#take(neighbour, dataBytesOf(frame));
      case FRAME.absent: {
        const { incoming } = neighbour;
        delete neighbour.incoming;
        return incoming?.onEnd(false);
      }
      default:
    }
  }

  onFlushed(peer: MeshPeer): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour) this.#send(peer, neighbour, 1);
  }

  #serve(peer: MeshPeer, neighbour: Neighbour, [segmentId = -1, from = 0]: readonly number[]): void {
    const end = this.options.uploads ? this.stored.get(segmentId) : undefined;
    if (end === undefined) return peer.send(encodeFrame(FRAME.absent, [segmentId]));
    neighbour.outgoing = { end, position: from };
    peer.send(encodeFrame(FRAME.start, [segmentId, end - from]));
    this.#send(peer, neighbour, FRAMES_AHEAD);
  }

  #send(peer: MeshPeer, neighbour: Neighbour, frameCount: number): void {
    for (let sent = 0; sent < frameCount; sent += 1) {
      const { outgoing } = neighbour;
      if (!outgoing) return;
      const byteCount = Math.min(this.options.frameBytes, outgoing.end - outgoing.position);
      outgoing.position += byteCount;
      if (outgoing.position >= outgoing.end) delete neighbour.outgoing;
      this.traffic.uploadedBytes += byteCount;
      peer.send(dataFrame(byteCount));
    }
  }

  #take(neighbour: Neighbour, byteCount: Bytes): void {
    const { incoming } = neighbour;
    this.traffic.p2pBytes += byteCount;
    const end = incoming && incoming.position + byteCount;
    if (!incoming || end === undefined) {
      // Of a transfer that was cancelled.
      this.traffic.wastedBytes += byteCount;
      return;
    }
    incoming.position = end;
    incoming.lastByteAt = this.queue.now;
    incoming.onBytes(byteCount);
  }

  /** The transfer is over: all bytes are here. */
  finish(incoming: Incoming): void {
    const neighbour = this.#neighbours.get(incoming.peer);
    if (neighbour?.incoming === incoming) delete neighbour.incoming;
    incoming.onEnd(true);
  }

  #watch(incoming: Incoming): void {
    this.queue.schedule(incoming.lastByteAt + STALL_MS, () => {
      const isOpen = this.#neighbours.get(incoming.peer)?.incoming === incoming;
      if (!isOpen) return;
      if (this.queue.now < incoming.lastByteAt + STALL_MS) return this.#watch(incoming);
      this.cancel(incoming);
      incoming.onEnd(false);
    });
  }
}
