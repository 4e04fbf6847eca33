// One session without ports: the test plays the world, effect by effect.

import { BlockMap } from '../../src/base/block-map';
import type { Milliseconds } from '../../src/base/units';
import { segmentKeyOf } from '../../src/media/segment';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import {
  decodePeerMessage,
  encodePeerMessage,
  PROTOCOL_VERSION,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';
import { Counters } from '../../src/session/counters';
import { MediaSession } from '../../src/session/media-session';
import { applyOptions, DEFAULT_OPTIONS, type P2POptions } from '../../src/session/options';
import type { SessionEffect, SessionInput } from '../../src/session/session-effects';
import { infoHashOf } from '../../src/swarm/swarm-ids';
import { SeededRandom } from '../doubles/seeded-random';
import { Content, type ContentOptions } from './content';
import { wireIdOf } from './wire-peer';

const TRACKER = 'wss://tracker.example';

/** A block map with these blocks, as it goes over the wire. */
export function blockMapBytes(blocks: readonly number[]): Uint8Array {
  const map = new BlockMap();
  for (const block of blocks) map.add(block);
  return map.toBytes();
}

type EffectOf<Type extends SessionEffect['type']> = Extract<SessionEffect, { type: Type }>;

export class SessionRig {
  readonly content: Content;
  readonly counters = new Counters();
  readonly effects: SessionEffect[] = [];
  readonly session: MediaSession;
  now: Milliseconds = 0;
  wakeAt: Milliseconds = Infinity;
  #nextRequestId = 1;
  #nextLinkId = 1;
  #options;

  constructor(content: Partial<ContentOptions> = {}, options: P2POptions = {}) {
    this.content = new Content({ segmentBytes: 200_000, segmentCount: 20, ...content });
    this.#options = applyOptions(DEFAULT_OPTIONS, { trackers: [TRACKER], ...options });
    this.session = new MediaSession({
      sourceUrl: this.content.url,
      peerId: 'm'.repeat(20),
      options: this.#options,
      random: new SeededRandom(1),
      counters: this.counters,
    });
  }

  /** The manifest is there, the tracker knows of nobody else, and the player has `bufferAheadSeconds`. */
  static playing(bufferAheadSeconds: number, content?: Partial<ContentOptions>, options?: P2POptions): SessionRig {
    const rig = new SessionRig(content, options);
    rig.addManifest();
    for (const { linkId } of rig.of('offerLink'))
      rig.tell({ type: 'linkDescription', linkId, description: { type: 'offer', sdp: 's' } });
    rig.tell({ type: 'trackerOpen', url: TRACKER });
    rig.trackerSays({ interval: 120, complete: 0, incomplete: 1 });
    rig.play(bufferAheadSeconds);
    rig.effects.length = 0;
    return rig;
  }

  keyOf(index: number): string {
    return segmentKeyOf(wireIdOf(index));
  }

  of<Type extends SessionEffect['type']>(type: Type): EffectOf<Type>[] {
    return this.effects.filter((effect): effect is EffectOf<Type> => effect.type === type);
  }

  run(effects: readonly SessionEffect[]): void {
    for (const effect of effects) if (effect.type === 'wakeAt') this.wakeAt = effect.at;
    this.effects.push(...effects);
  }

  tell(input: SessionInput): void {
    this.run(this.session.handle(input, this.now));
  }

  trackerSays(fields: Record<string, unknown>): void {
    const infoHash = infoHashOf(this.session.swarmId);
    const text = JSON.stringify({ action: 'announce', info_hash: infoHash, ...fields });
    this.tell({ type: 'trackerMessage', url: TRACKER, text });
  }

  addManifest(text = this.content.playlistAt(this.now)): void {
    this.run(this.session.addManifest({ url: this.content.url, text }, this.now));
  }

  play(bufferAheadSeconds: number, isPaused = false): void {
    this.run(this.session.reportPlayback({ bufferAheadSeconds, rate: 1, isPaused }, this.now));
  }

  setOptions(options: P2POptions): void {
    this.#options = applyOptions(this.#options, options);
    this.run(this.session.setOptions(this.#options, this.now));
  }

  /** The player asks for segment `index`, maybe with something added to its URL; returns the request's number. */
  request(index: number, added = ''): number {
    const found = this.session.findSegment(this.content.segmentUrl(index), undefined);
    if (!found) throw new Error(`segment ${index} is not known`);
    const segment = { ...found, url: found.url + added };
    const requestId = this.#nextRequestId++;
    this.run(this.session.request({ requestId, segment, headers: {}, withCredentials: false }, this.now));
    return requestId;
  }

  /** Lets time pass, with every wake-up that was asked for. */
  pass(ms: Milliseconds): void {
    const end = this.now + ms;
    for (let turns = 0; this.wakeAt <= end; turns += 1) {
      if (turns > 10_000) throw new Error(`wakes for ever at ${this.now}`);
      this.now = Math.max(this.now, this.wakeAt);
      this.wakeAt = Infinity;
      this.tell({ type: 'wake' });
    }
    this.now = end;
  }

  /** A peer that offers, connects and greets. Returns its link. */
  connectPeer(letter: string): number {
    const peerId = letter.repeat(20);
    this.trackerSays({ peer_id: peerId, offer_id: peerId, offer: { type: 'offer', sdp: letter } });
    const linkId = this.of('answerLink').at(-1)?.linkId ?? this.#nextLinkId;
    this.tell({ type: 'linkOpen', linkId });
    const infoHash = infoHashOf(this.session.swarmId);
    this.peerSays(linkId, { type: 'handshake', version: PROTOCOL_VERSION, infoHash, peerId });
    return linkId;
  }

  peerSays(linkId: number, message: PeerMessage): void {
    this.tell({ type: 'linkFrame', linkId, frame: encodePeerMessage(message) });
  }

  /** The peer has segment `index`, or some blocks of it. */
  peerHas(linkId: number, index: number, blocks?: readonly number[], size?: number): void {
    const totalBytes = size ?? this.content.options.segmentBytes;
    const entry = { id: wireIdOf(index), totalBytes };
    const entries: HaveEntry[] = [
      blocks ? { ...entry, state: 'partial', blocks: blockMapBytes(blocks) } : { ...entry, state: 'complete' },
    ];
    this.peerSays(linkId, { type: 'have', entries });
  }

  /** What was said to a peer. */
  saidTo<Type extends PeerMessage['type']>(linkId: number, type: Type): Extract<PeerMessage, { type: Type }>[] {
    return this.of('sendFrame').flatMap(({ linkId: to, frame }) => {
      const message = decodePeerMessage(frame);
      if (!message || message instanceof ProtocolViolation) throw new Error('nonsense sent');
      return to === linkId && message.type === type ? [message as Extract<PeerMessage, { type: Type }>] : [];
    });
  }

  /** The peer serves one request, or its first `byteCount` bytes. */
  serve(linkId: number, request: PeerMessage & { type: 'request' }, byteCount = Infinity): void {
    const { requestId, id, range } = request;
    const end = Math.min(range.end, range.start + byteCount);
    const bytes = this.content.bytesOf(id.sequence);
    for (let offset = range.start; offset < end; offset += 16_384) {
      this.peerSays(linkId, {
        type: 'data',
        requestId,
        offset,
        payload: bytes.slice(offset, Math.min(end, offset + 16_384)),
      });
    }
  }

  /** The origin answers the newest fetch: head, and the body; up to `end` of the segment, it is still coming. */
  originSends(
    index: number,
    { end = Infinity, hidesLength = false }: { end?: number; hidesLength?: boolean } = {},
  ): void {
    const fetch = this.of('fetchHttp').at(-1);
    if (!fetch) throw new Error('nothing was fetched');
    const { fetchId, request } = fetch;
    const bytes = this.content.bytesOf(index);
    const bodyStart = request.range?.start ?? 0;
    const bodyEnd = Math.min(bytes.length, request.range?.end ?? Infinity);
    const bodyBytes = hidesLength ? undefined : bodyEnd - bodyStart;
    this.tell({ type: 'httpHead', fetchId, head: { status: request.range ? 206 : 200, bodyStart, bodyBytes } });
    this.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice(bodyStart, Math.min(bodyEnd, end)) });
    if (end === Infinity) this.tell({ type: 'httpEnd', fetchId });
  }

  /** The origin answers the newest fetch with everything, whatever range was asked for. */
  originSendsAll(index: number): void {
    const fetchId = this.of('fetchHttp').at(-1)?.fetchId ?? 0;
    const bytes = this.content.bytesOf(index);
    this.tell({ type: 'httpHead', fetchId, head: { status: 200, bodyStart: 0, bodyBytes: bytes.length } });
    this.tell({ type: 'httpChunk', fetchId, bytes: bytes.slice() });
    this.tell({ type: 'httpEnd', fetchId });
  }

  /** The numbers of the requests that were answered, and the bytes. */
  deliveries(): { readonly requestId: number; readonly isRight: boolean }[] {
    return this.of('deliver').map(({ delivery }) => ({
      requestId: delivery.requestId,
      isRight: Array.from({ length: this.content.options.segmentCount }, (_, index) =>
        this.content.bytesOf(index),
      ).some((bytes) => Buffer.from(bytes).equals(delivery.bytes)),
    }));
  }
}
