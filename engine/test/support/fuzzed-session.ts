// A session whose whole surroundings are played by chance: the player, the tracker, peers, the origin, the store and the
// clock. It looks at every effect, and says what must never be.

import { scaleSizes, TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import type { Bytes, Milliseconds } from '../../src/base/units';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import {
  decodePeerMessage,
  encodePeerMessage,
  PROTOCOL_VERSION,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';
import { MAX_REQUESTS_PER_PEER } from '../../src/scheduler/peer-slots';
import { Counters } from '../../src/session/counters';
import { MediaSession } from '../../src/session/media-session';
import { applyOptions, DEFAULT_OPTIONS, type P2POptions } from '../../src/session/options';
import type { SessionEffect, SessionInput } from '../../src/session/session-effects';
import type { SwarmEffect } from '../../src/swarm/swarm-effects';
import { infoHashOf } from '../../src/swarm/swarm-ids';
import { SeededRandom } from '../doubles/seeded-random';
import { Content } from './content';
import { brokenManifests, knocks, mutatedFrame, TRACKER, TRACKER_NONSENSE, tokenAnswer } from './fuzzed-inputs';
import { blockMapBytes } from './session-rig';
import { wireIdOf } from './wire-peer';

/** Small, so that a run is short: one byte stands for a thousand. */
const SIZES = scaleSizes(TRANSFER_SIZES, 1_000);
const SEGMENT_BYTES = 350;
const BLOCK_COUNT = Math.ceil(SEGMENT_BYTES / SIZES.blockBytes);
const SEGMENT_COUNT = 10;
const TRACKERS = [TRACKER, 'wss://two.example'];
const SELF = 'm'.repeat(20);
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(20));

type UploadRequest = Extract<PeerMessage, { type: 'request' }>;

interface FuzzedLink {
  readonly linkId: number;
  peerId: string | undefined;
  isOpen: boolean;
  /** Bytes that the session has sent and that have not left. */
  unflushed: Bytes;
  readonly requests: Map<number, { readonly request: UploadRequest; position: Bytes }>;
}

interface FuzzedFetch {
  readonly fetchId: number;
  readonly index: number;
  readonly start: Bytes;
  readonly end: Bytes;
  hasHead: boolean;
  position: Bytes;
  bodyEnd: Bytes;
}

type NetworkEffect = Exclude<SwarmEffect, { type: 'readSegment' }>;

interface Asked {
  readonly index: number;
  answerCount: number;
  isAborted: boolean;
}

/** Numbers by which a step chooses what it does, each at least 0. */
export interface Dice {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Cheaper than `expect`, by far: there are millions of these. */
function must(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

const pick = <Value>(values: readonly Value[], index: number): Value | undefined => values[index % values.length];

export class FuzzedSession {
  readonly content: Content;
  readonly counters = new Counters();
  readonly session: MediaSession;
  readonly asked = new Map<number, Asked>();
  readonly links = new Map<number, FuzzedLink>();
  readonly fetches = new Map<number, FuzzedFetch>();
  readonly sockets = new Set<string>();
  readonly #store = new Map<string, Uint8Array>();
  readonly #reads: Extract<SessionEffect, { type: 'readSegment' }>[] = [];
  readonly #sentOffers: string[] = [];
  readonly #closedLinks = new Set<number>();
  #options = applyOptions(DEFAULT_OPTIONS, { trackers: TRACKERS });
  #connected = 0;
  /** Who offers or answers now. */
  #signalling: string | undefined;
  #nextRequestId = 1;
  #askId = 0;
  #isLeft = false;
  now: Milliseconds = 0;
  wakeAt: Milliseconds = Infinity;

  /** `isHonest`: peers and origin say the truth, so that all bytes must be right. */
  constructor(
    readonly isHonest: boolean,
    isLive: boolean,
    seed: number,
  ) {
    this.content = new Content({ segmentBytes: SEGMENT_BYTES, segmentCount: SEGMENT_COUNT, isLive });
    this.session = new MediaSession({
      sourceUrl: this.content.url,
      peerId: SELF,
      options: this.#options,
      random: new SeededRandom(seed),
      counters: this.counters,
      sizes: SIZES,
    });
  }

  /** What chance may do. */
  readonly steps: Readonly<Record<string, (dice: Dice) => void>> = {
    request: ({ a }) => this.#request(a),
    abort: ({ a }) => {
      const open = [...this.asked].filter(([, { answerCount, isAborted }]) => answerCount === 0 && !isAborted);
      const [requestId, asked] = pick(open, a) ?? [];
      if (requestId === undefined || !asked) return;
      asked.isAborted = true;
      this.#take(this.session.abort(requestId, this.now));
    },
    play: ({ a, b }) =>
      this.#take(
        this.session.reportPlayback(
          {
            bufferAheadSeconds: pick([30, 30, 5, 0, 30, 1, NaN], a) ?? 0,
            rate: pick([1, 2, 0, NaN], b) ?? 1,
            isPaused: b % 8 > 6,
          },
          this.now,
        ),
      ),
    setOptions: ({ a, b, c }) => {
      const changes: P2POptions = {
        maxPeers: a % 7,
        ...pick([{}, { token: 'text' }, { token: () => 'text' }], a),
        memoryLimitBytes: pick([64_000_000, 3 * SEGMENT_BYTES, 64_000_000, SEGMENT_BYTES - 1, 0], b) ?? 0,
        upload: { enabled: c % 3 > 0, maxBitrate: pick([1, 500, Infinity], c) ?? 1, maxRatio: c % 4 },
      };
      this.#options = applyOptions(this.#options, changes);
      this.#take(this.session.setOptions(this.#options, this.now));
    },
    manifest: () => this.#addManifest(this.content.playlistAt(this.now)),
    badManifest: ({ a, b }) => this.#addManifest(pick(brokenManifests(this.content.playlistAt(this.now), a), b) ?? ''),
    trackerOpen: ({ a }) => this.#tell({ type: 'trackerOpen', url: pick(TRACKERS, a) ?? '' }),
    trackerCounts: ({ a, b }) => this.#trackerSays({ interval: 30 + a, complete: 0, incomplete: b % 8 }, a),
    trackerOffers: ({ a, b }) => {
      const offer_id = `offer${b % 20}`.padEnd(20, '.');
      this.#signalling = pick(NAMES, a);
      this.#trackerSays({ peer_id: this.#signalling, offer_id, offer: { type: 'offer', sdp: 's' } }, b);
    },
    trackerAnswers: ({ a, b }) => {
      const offer_id = pick(this.#sentOffers, b) ?? 'x';
      this.#signalling = pick(NAMES, a);
      this.#trackerSays({ peer_id: this.#signalling, offer_id, answer: { type: 'answer', sdp: 's' } }, b);
    },
    introduced: ({ a, b, c }) =>
      this.#withLink(a, (link) => {
        const offerId = `intro${c % 20}`.padEnd(20, '.');
        const signal = { kind: c % 3 > 0 ? 'offer' : 'answer', offerId, peerCount: c % 4, sdp: 's' } as const;
        this.#signalling = pick(NAMES, b) ?? '';
        this.#say(link, { type: c % 5 > 0 ? 'relayed' : 'relay', peerId: this.#signalling, signal });
      }),
    trackerNonsense: ({ a, b }) =>
      this.#tell({ type: 'trackerMessage', url: pick(TRACKERS, b) ?? '', text: pick(TRACKER_NONSENSE, a) ?? '' }),
    trackerClose: ({ a }) => {
      const url = pick(TRACKERS, a) ?? '';
      this.sockets.delete(url);
      this.#tell({ type: 'trackerClose', url, reason: 'lost', retryAfterMs: pick([undefined, 1_500], a) });
    },
    token: ({ a, b }) => this.#tell(tokenAnswer(this.#askId, a, b)),
    describe: ({ a }) =>
      this.#withLink(a, ({ linkId }) =>
        this.#tell({ type: 'linkDescription', linkId, description: { type: a % 2 ? 'offer' : 'answer', sdp: 's' } }),
      ),
    connect: ({ a }) => this.#withLink(a, (link) => this.#greet(link)),
    have: ({ a, b, c }) => this.#withLink(a, (link) => this.#announce(link, b, c)),
    serve: ({ a, b }) => {
      const link = pick(
        [...this.links.values()].filter(({ requests }) => requests.size > 0),
        a,
      );
      if (link) this.#serve(link, b);
    },
    reject: ({ a, b }) =>
      this.#withLink(a, (link) => {
        const [requestId] = link.requests.keys();
        if (requestId === undefined) return;
        link.requests.delete(requestId);
        const reason = pick(['absent', 'busy', 'upload-off'] as const, b) ?? 'busy';
        this.#say(link, { type: 'reject', requestId, reason });
      }),
    ask: ({ a, b, c }) =>
      this.#withLink(a, (link) => {
        const start = (b * 13) % SEGMENT_BYTES;
        const end = start + 1 + c;
        const range = { start, end: c % 4 > 0 ? Math.min(end, SEGMENT_BYTES) : end };
        this.#say(link, { type: 'request', requestId: c, id: wireIdOf(b % SEGMENT_COUNT), range, neededInMs: c * 50 });
      }),
    takeBack: ({ a, c }) => this.#withLink(a, (link) => this.#say(link, { type: 'cancel', requestId: c })),
    smallTalk: ({ a, b }) =>
      this.#withLink(a, (link) => {
        const added = NAMES.slice(b % NAMES.length);
        const messages: PeerMessage[] = [
          { type: 'ping' },
          { type: 'pong' },
          { type: 'free' },
          { type: 'about', uploadKbps: b * 100, isSettled: b % 2 > 0 },
          { type: 'peers', added, removed: [] },
          { type: 'peers', added: [], removed: added },
        ];
        this.#say(link, pick(messages, b) ?? { type: 'ping' });
      }),
    flushed: ({ a, b }) =>
      this.#withLink(a, (link) => {
        const byteCount = Math.min(link.unflushed, b * 40);
        link.unflushed -= byteCount;
        if (byteCount > 0) this.#tell({ type: 'linkFlushed', linkId: link.linkId, byteCount });
      }),
    linkBreaks: ({ a }) =>
      this.#withLink(a, ({ linkId }) => {
        this.links.delete(linkId);
        this.#closedLinks.add(linkId);
        this.#tell({ type: 'linkClose', linkId, reason: 'broke' });
      }),
    head: ({ a, b }) => this.#withFetch(a, (fetch) => this.#sendHead(fetch, b)),
    chunk: ({ a, b }) => this.#withFetch(a, (fetch) => this.#sendChunk(fetch, 1 + b * 20)),
    body: ({ a }) =>
      this.#withFetch(a, (fetch) => {
        this.#sendHead(fetch, a);
        this.#sendChunk(fetch, Infinity);
        this.#endFetch(fetch);
      }),
    httpEnd: ({ a }) => this.#withFetch(a, (fetch) => this.#endFetch(fetch)),
    httpError: ({ a, b }) => this.#withFetch(a, (fetch) => this.#failFetch(fetch, pick([undefined, 500, 404, 429], b))),
    read: ({ a }) => this.#answerRead(a, true),
    readFails: ({ a }) => this.#answerRead(a, false),
    pass: ({ a }) => this.#pass(a * 5),
    passLong: ({ a }) => this.#pass(a * 200),
    /** Timers are late: nothing is woken meanwhile. */
    sleep: ({ a }) => {
      this.now += a * a * 10_000;
      this.#tell({ type: 'wake' });
    },
    clockGoesBack: ({ a }) => {
      this.now = Math.max(0, this.now - a);
    },
    ...this.#lies(),
  };

  /** Steps of those who do not keep to the truth or the protocol. */
  #lies(): Record<string, (dice: Dice) => void> {
    return {
      garbage: ({ a, b, c }) => {
        if (this.isHonest) return;
        this.#withLink(a, (link) => {
          const [open] = link.requests.values();
          this.#tellFrame(link, mutatedFrame(open?.request.requestId ?? b, open?.position ?? 0, b, c));
        });
      },
      falseHave: ({ a, b, c }) => {
        if (this.isHonest) return;
        const size = pick([1, SEGMENT_BYTES - 1, SEGMENT_BYTES + 1, 10 * SEGMENT_BYTES, 64 * 1024 * 1024], c) ?? 1;
        this.#withLink(a, (link) => this.#announce(link, b, c, size));
      },
      wrongHead: ({ a, b, c }) => {
        if (this.isHonest) return;
        this.#withFetch(a, (fetch) => {
          if (fetch.hasHead) return;
          fetch.hasHead = true;
          const bodyBytes = pick([undefined, 0, b, 65 * 1024 * 1024], c);
          fetch.position = b * 9;
          fetch.bodyEnd = fetch.position + (bodyBytes ?? Infinity);
          const head = { status: pick([200, 206], b) ?? 200, bodyStart: fetch.position, bodyBytes };
          this.#tell({ type: 'httpHead', fetchId: fetch.fetchId, head });
        });
      },
    };
  }

  /** Everybody goes: every request was answered, nothing is left, and nothing happens any more. */
  end(): void {
    this.#take(this.session.leave(this.now));
    this.#isLeft = true;
    expect(this.links.size).toBe(0);
    expect([...this.sockets]).toEqual([]);
    // Those whose body is all here may end by themselves.
    for (const { position, bodyEnd } of this.fetches.values()) expect(position).toBeGreaterThanOrEqual(bodyEnd);
    expect(this.wakeAt).toBe(Infinity);
    expect(this.#store.size).toBe(0);
    expect(this.#connected).toBe(0);
    const unanswered = [...this.asked].filter(([, { answerCount, isAborted }]) => answerCount === 0 && !isAborted);
    expect(unanswered).toEqual([]);
    this.#knockAfterwards();
  }

  /** The world goes on for a moment, as ports do: none of it may have an effect. */
  #knockAfterwards(): void {
    const inputs = knocks(
      [...this.#closedLinks],
      [...this.fetches.keys()],
      this.#reads.map(({ readId }) => readId),
    );
    for (const input of inputs) expect(this.session.handle(input, this.now)).toEqual([]);
    const text = this.content.playlistAt(this.now);
    expect(this.session.addManifest({ url: this.content.url, text }, this.now)).toEqual([]);
    expect(this.session.findSegment(this.content.segmentUrl(1), undefined)).toBeUndefined();
  }

  #request(a: number): void {
    const index = a % SEGMENT_COUNT;
    const segment = this.session.findSegment(this.content.segmentUrl(index), undefined);
    if (!segment) return;
    const requestId = this.#nextRequestId++;
    this.asked.set(requestId, { index, answerCount: 0, isAborted: false });
    this.#take(this.session.request({ requestId, segment, headers: {}, withCredentials: false }, this.now));
  }

  #addManifest(text: string): void {
    this.#take(this.session.addManifest({ url: this.content.url, text }, this.now));
  }

  #trackerSays(fields: Record<string, unknown>, which: number): void {
    const url = pick(TRACKERS, which) ?? '';
    const text = JSON.stringify({ action: 'announce', info_hash: infoHashOf(this.session.swarmId), ...fields });
    if (this.sockets.has(url)) this.#tell({ type: 'trackerMessage', url, text });
  }

  #greet(link: FuzzedLink): void {
    if (link.isOpen) return;
    link.isOpen = true;
    this.#tell({ type: 'linkOpen', linkId: link.linkId });
    const infoHash = infoHashOf(this.session.swarmId);
    const peerId = link.peerId ?? NAMES[0] ?? '';
    this.#say(link, { type: 'handshake', version: PROTOCOL_VERSION, infoHash, peerId });
  }

  #announce(link: FuzzedLink, b: number, c: number, totalBytes: Bytes = SEGMENT_BYTES): void {
    // Half of the time of what the player waits for.
    const wanted = [...this.asked.values()].filter(({ answerCount }) => answerCount === 0).at(-1);
    const id = wireIdOf(b % 2 > 0 && wanted ? wanted.index : b % SEGMENT_COUNT);
    const blocks = blockMapBytes([c % BLOCK_COUNT, (c + b) % BLOCK_COUNT]);
    const entries: HaveEntry[] = [
      { id, state: 'complete', totalBytes },
      { id, state: 'partial', totalBytes, blocks },
      { id, state: 'gone' },
    ];
    this.#say(link, {
      type: 'have',
      entries: [
        pick(
          [0, 0, 1, 2].map((at) => entries[at]!),
          c,
        )!,
      ],
    });
  }

  #serve(link: FuzzedLink, pieces: number): void {
    for (let left = 1 + (pieces % 8); left > 0; left -= 1) {
      const [open] = link.requests.values();
      if (!open || !this.links.has(link.linkId)) return;
      const { request } = open;
      const { requestId, range, id } = request;
      const end = Math.min(range.end, open.position + SIZES.dataFrameBytes);
      const payload = this.content.bytesOf(id.sequence).slice(open.position, end);
      if (payload.length === 0) return;
      const offset = open.position;
      open.position = end;
      if (end === range.end) link.requests.delete(requestId);
      this.#say(link, { type: 'data', requestId, offset, payload });
    }
  }

  #sendHead(fetch: FuzzedFetch, b: number): void {
    if (fetch.hasHead) return;
    // All was there, but its end was never heard of.
    if (fetch.start >= SEGMENT_BYTES) return this.#failFetch(fetch, 416);
    fetch.hasHead = true;
    const ignoresRange = b % 5 === 4;
    if (ignoresRange) fetch.position = 0;
    fetch.bodyEnd = ignoresRange ? SEGMENT_BYTES : fetch.end;
    const bodyBytes = b % 3 === 2 ? undefined : fetch.bodyEnd - fetch.position;
    const isPartial = !ignoresRange && (fetch.start > 0 || fetch.end < SEGMENT_BYTES);
    const head = { status: isPartial ? 206 : 200, bodyStart: fetch.position, bodyBytes };
    this.#tell({ type: 'httpHead', fetchId: fetch.fetchId, head });
  }

  #sendChunk(fetch: FuzzedFetch, length: Bytes): void {
    if (!fetch.hasHead || !this.fetches.has(fetch.fetchId)) return;
    const end = Math.min(fetch.bodyEnd, fetch.position + length);
    const bytes = this.content.bytesOf(fetch.index).slice(fetch.position, end);
    fetch.position = end;
    if (bytes.length > 0) this.#tell({ type: 'httpChunk', fetchId: fetch.fetchId, bytes });
  }

  /** An honest body ends where it ends; else it may end early. */
  #endFetch(fetch: FuzzedFetch): void {
    if (!this.fetches.has(fetch.fetchId) || !fetch.hasHead) return;
    if (this.isHonest && fetch.position < fetch.bodyEnd) return;
    this.fetches.delete(fetch.fetchId);
    this.#tell({ type: 'httpEnd', fetchId: fetch.fetchId });
  }

  #failFetch({ fetchId }: FuzzedFetch, status: number | undefined): void {
    this.fetches.delete(fetchId);
    const failure = { reason: status ? 'status' : 'network', message: 'no' } as const;
    this.#tell({ type: 'httpError', fetchId, failure: status ? { ...failure, status } : failure });
  }

  #answerRead(a: number, isWell: boolean): void {
    const read = this.#reads.splice(a % Math.max(1, this.#reads.length), 1)[0];
    if (!read) return;
    const bytes = isWell ? this.#store.get(read.key)?.slice(read.range.start, read.range.end) : undefined;
    this.#tell({ type: 'segmentRead', readId: read.readId, bytes });
  }

  #pass(ms: Milliseconds): void {
    const end = this.now + ms;
    for (let turns = 0; this.wakeAt <= end; turns += 1) {
      if (turns > 2_000) throw new Error(`wakes for ever at ${this.now}`);
      this.now = Math.max(this.now, this.wakeAt);
      this.wakeAt = Infinity;
      this.#tell({ type: 'wake' });
    }
    this.now = end;
  }

  #withLink(a: number, act: (link: FuzzedLink) => void): void {
    const link = pick([...this.links.values()], a);
    if (link) act(link);
  }

  #withFetch(a: number, act: (fetch: FuzzedFetch) => void): void {
    const fetch = pick([...this.fetches.values()], a);
    if (fetch) act(fetch);
  }

  #say(link: FuzzedLink, message: PeerMessage): void {
    this.#tellFrame(link, encodePeerMessage(message));
  }

  #tellFrame({ linkId, isOpen }: FuzzedLink, frame: Uint8Array): void {
    if (isOpen && this.links.has(linkId)) this.#tell({ type: 'linkFrame', linkId, frame });
  }

  #tell(input: SessionInput): void {
    this.#take(this.session.handle(input, this.now));
  }

  #take(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#look(effect);
    this.#lookAtState();
  }

  #look(effect: SessionEffect): void {
    must(!this.#isLeft, 'an effect after the end');
    switch (effect.type) {
      case 'deliver':
        return this.#noteDelivery(effect.delivery.requestId, effect.delivery.bytes);
      case 'fail':
        return void this.#noteAnswer(effect.requestId);
      case 'progress':
        return must(this.#isOpen(effect.requestId), 'progress of nothing');
      case 'wakeAt':
        expect(Number.isNaN(effect.at)).toBe(false);
        this.wakeAt = effect.at;
        return;
      case 'fetchHttp':
        return this.#noteFetch(effect);
      case 'cancelHttp':
        return expect(this.fetches.delete(effect.fetchId)).toBe(true);
      case 'putSegment':
        return void this.#store.set(effect.key, effect.bytes.slice());
      case 'removeSegment':
        return void this.#store.delete(effect.key);
      case 'clearStore':
        return this.#store.clear();
      case 'readSegment':
        return void this.#reads.push(effect);
      case 'report':
        if (effect.name === 'peerConnected') this.#connected += 1;
        if (effect.name === 'peerClosed') this.#connected -= 1;
        return expect(this.#connected).toBeGreaterThanOrEqual(0);
      case 'log':
        return;
      default:
        return this.#lookAtNetwork(effect);
    }
  }

  #lookAtNetwork(effect: NetworkEffect): void {
    switch (effect.type) {
      case 'openTracker':
        expect(this.sockets.has(effect.url)).toBe(false);
        return void this.sockets.add(effect.url);
      case 'sendTracker': {
        expect(this.sockets.has(effect.url)).toBe(true);
        const { offers = [] } = JSON.parse(effect.text) as { offers?: { offer_id: string }[] };
        return void this.#sentOffers.push(...offers.map(({ offer_id }) => offer_id));
      }
      case 'askToken':
        return void (this.#askId = effect.askId);
      case 'closeTracker':
        return expect(this.sockets.delete(effect.url)).toBe(true);
      case 'offerLink':
        return this.#noteLink(effect.linkId, undefined);
      case 'answerLink':
        return this.#noteLink(effect.linkId, this.#signalling);
      case 'acceptAnswer': {
        const link = this.links.get(effect.linkId);
        must(link !== undefined, 'an answer for no link');
        if (link) link.peerId = this.#signalling;
        return;
      }
      case 'closeLink':
        this.#closedLinks.add(effect.linkId);
        // One that broke by itself is closed once more, which harms nobody.
        return void this.links.delete(effect.linkId);
      case 'sendFrame':
        return this.#noteFrame(effect.linkId, effect.frame);
    }
  }

  #noteLink(linkId: number, peerId: string | undefined): void {
    must(!this.links.has(linkId) && !this.#closedLinks.has(linkId), 'a link twice');
    this.links.set(linkId, { linkId, peerId, isOpen: false, unflushed: 0, requests: new Map() });
  }

  #noteFrame(linkId: number, frame: Uint8Array): void {
    const link = this.links.get(linkId);
    const message = decodePeerMessage(frame);
    if (!link || !message || message instanceof ProtocolViolation) throw new Error('a frame that cannot be');
    link.unflushed += frame.length;
    if (message.type === 'request')
      link.requests.set(message.requestId, { request: message, position: message.range.start });
    if (message.type === 'cancel') link.requests.delete(message.requestId);
    must(link.requests.size <= MAX_REQUESTS_PER_PEER, 'too many requests on a link');
    if (message.type !== 'data') return;
    const { offset, payload } = message;
    must(payload.length <= SIZES.dataFrameBytes, 'a large frame');
    must(!this.isHonest || offset + payload.length <= SEGMENT_BYTES, 'data behind the end');
  }

  #noteFetch({ fetchId, request }: Extract<SessionEffect, { type: 'fetchHttp' }>): void {
    const index = Number(/segment-(\d+)/.exec(request.url)?.[1]);
    const isDouble = [...this.fetches.values()].some(
      (fetch) => fetch.index === index && fetch.position < fetch.bodyEnd,
    );
    expect(isDouble).toBe(false);
    const { start, end } = request.range ?? { start: 0, end: Infinity };
    expect(start).toBeLessThan(end);
    const bodyEnd = Math.min(end, SEGMENT_BYTES);
    this.fetches.set(fetchId, { fetchId, index, start, end: bodyEnd, hasHead: false, position: start, bodyEnd });
  }

  #isOpen(requestId: number): boolean {
    const asked = this.asked.get(requestId);
    return asked?.answerCount === 0 && !asked.isAborted;
  }

  #noteAnswer(requestId: number): Asked {
    const asked = this.asked.get(requestId);
    if (!asked || !this.#isOpen(requestId)) throw new Error('an answer to nothing');
    asked.answerCount += 1;
    return asked;
  }

  #noteDelivery(requestId: number, bytes: Uint8Array): void {
    const { index } = this.#noteAnswer(requestId);
    if (!this.isHonest) return;
    expect(bytes.length).toBe(SEGMENT_BYTES);
    expect(Buffer.from(bytes).equals(this.content.bytesOf(index))).toBe(true);
  }

  #lookAtState(): void {
    if (this.#isLeft) return;
    let kept = 0;
    for (const { length } of this.#store.values()) kept += length;
    must(kept <= this.#options.memoryLimitBytes, 'more is kept than allowed');
    const { swarm } = this.session;
    for (const { openRequests } of swarm?.peers ?? [])
      must(openRequests.size <= MAX_REQUESTS_PER_PEER, 'too many requests in flight');
    must((swarm?.connectionCount ?? 0) === this.links.size, 'links that nobody knows of');
    const { httpBytes, p2pBytes, wastedBytes } = this.counters;
    must(wastedBytes <= httpBytes + p2pBytes, 'more wasted than received');
    must(this.wakeAt >= 0, 'no time to wake at');
  }
}
