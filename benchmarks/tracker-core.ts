// What the tracker's core costs, without sockets: `npm run bench:tracker-core`. Time per message as it comes
// from the wire until all that it causes is ready to be written, and heap per viewer that has joined.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_LIMITS } from '../tracker/src/core/limits';
import { parseClientMessage } from '../tracker/src/core/parsed-message';
import type { Connection } from '../tracker/src/core/peer';
import { TrackerCore, type TrackerEffect } from '../tracker/src/core/tracker-core';

/** Viewers in the one swarm. */
const PEER_COUNT = 1_000;
const HEAP_PEER_COUNT = 50_000;
const OFFER_COUNTS = [0, 5, 10];
const ROUNDS = 15;
const MESSAGES_PER_ROUND = 2_000;
const SDP_BYTES = 1_000;
const KIB = 1024;

// The same draw on every run (xorshift).
let state = 0x2545f491;
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const binaryId = () => String.fromCharCode(...Array.from({ length: 20 }, () => Math.floor(random() * 256)));
const peerIdOf = (peer: number) => `-WW0208-${String(peer).padStart(12, '0')}`;
const LINE = 'a=candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0\r\n';
const SDP = `v=0\r\n${LINE.repeat(20)}`.slice(0, SDP_BYTES - 20);
const INFO_HASH = binaryId();

interface SentOffer {
  readonly offer_id: string;
  readonly offer: { readonly type: 'offer'; readonly sdp: string };
}

function announce(peer: number, offerCount: number, infoHash = INFO_HASH): Buffer {
  const offers = Array.from({ length: offerCount }, (): SentOffer => ({
    offer: { type: 'offer', sdp: SDP },
    offer_id: binaryId(),
  }));
  const counts = { numwant: offerCount, uploaded: 0, downloaded: 0, left: 0 };
  return encode({ ...counts, action: 'announce', info_hash: infoHash, peer_id: peerIdOf(peer), offers });
}

const encode = (message: unknown) => Buffer.from(JSON.stringify(message));

function fill(core: TrackerCore, count: number): Connection[] {
  return Array.from({ length: count }, (_, peer) => {
    const connection = core.openConnection();
    core.handleMessage(connection, announce(peer, 0), 0);
    return connection;
  });
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Microseconds of CPU per call: the median of the rounds, and the best of them. */
function measure(task: (index: number) => void, count = MESSAGES_PER_ROUND): string {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) task(index);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  });
  return `${medianOf(rounds).toFixed(1).padStart(7)} ${Math.min(...rounds)
    .toFixed(1)
    .padStart(7)}`;
}

/** Answers to offers that `effects` sent, from the connection of whom each was sent to. */
function measureAnswers(core: TrackerCore, connections: readonly Connection[]): string {
  const receivers = new Map(connections.map((each, index) => [each, index]));
  const answers = connections.flatMap((connection, peer) => {
    const toAnswer: { connection: Connection; bytes: Buffer }[] = [];
    for (const effect of core.handleMessage(connection, announce(peer, 10), 0)) {
      if (effect.type !== 'send' || effect.messageType !== 'offer') continue;
      const offer = JSON.parse(Buffer.concat(effect.parts).toString()) as SentOffer & { peer_id: string };
      const answerer = receivers.get(effect.connection) ?? 0;
      const ids = { info_hash: INFO_HASH, peer_id: peerIdOf(answerer), to_peer_id: offer.peer_id };
      const answer = { type: 'answer', sdp: SDP };
      const message = { action: 'announce', ...ids, answer, offer_id: offer.offer_id };
      toAnswer.push({ connection: effect.connection, bytes: encode(message) });
    }
    return toAnswer;
  });
  const rejected = core.counters.rejects['answer-not-asked-for'];
  const perRound = Math.floor(answers.length / ROUNDS);
  let next = 0;
  const result = measure(() => {
    const { connection, bytes } = answers[next]!;
    next += 1;
    core.handleMessage(connection, bytes, 0);
  }, perRound);
  if (core.counters.rejects['answer-not-asked-for'] !== rejected) throw new Error('an answer was not relayed');
  return result;
}

/** Bytes of heap, and of buffers outside of it, per viewer with a connection of its own. */
function measureHeap(offerCount: number): string {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const core = new TrackerCore({ random });
  const before = used();
  const connections = fill(core, HEAP_PEER_COUNT);
  if (offerCount > 0) connections.forEach((each, peer) => core.handleMessage(each, announce(peer, offerCount), 0));
  const perPeer = (used() - before) / HEAP_PEER_COUNT;
  if (core.totals().peers !== connections.length) throw new Error('a viewer is missing');
  return `${perPeer.toFixed(0)} B`;
}

const repeat = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length));
/** Messages of the greatest size allowed that are all work and no use. */
const HOSTILE: Readonly<Record<string, Buffer>> = {
  'brackets, never closed': Buffer.from(repeat('[', 64 * KIB)),
  'arrays in arrays': Buffer.from(`{"x":${repeat('[', 32 * KIB - 8)}${repeat(']', 32 * KIB - 8)}}`),
  'objects in objects': Buffer.from(`{"x":${repeat('{"a":', 54 * KIB)}1${'}'.repeat(Math.floor((54 * KIB) / 5))}}`),
  'many members': Buffer.from(`{${Array.from({ length: 7_000 }, (_, index) => `"${index}x":1`).join(',')}}`),
  'many numbers': Buffer.from(`{"x":[${repeat('1e9,', 64 * KIB - 16)}1]}`),
  'one long escaped text': Buffer.from(`{"x":"${repeat('\\u00e9', 64 * KIB - 16)}"}`),
  'empty offers': Buffer.from(
    `{"action":"announce","info_hash":"${'a'.repeat(20)}","offers":[${repeat('{},', 60 * KIB)}{}]}`,
  ),
};

// First, while there is nothing else in the heap.
const [joined, asked] = [measureHeap(0), measureHeap(5)];

const core = new TrackerCore({ random });
const connections = fill(core, PEER_COUNT);
let sink: TrackerEffect[] = [];

console.log(
  `CPU-µs per message, ${PEER_COUNT} viewers in one swarm, SDPs of ${SDP_BYTES} B: median and best of ${ROUNDS}`,
);
for (const offerCount of OFFER_COUNTS) {
  const announces = connections.map((_, peer) => announce(peer, offerCount));
  let now = 0;
  const whole = measure((index) => {
    // Offers are sent again: time passes, so that the books of those who never answer stay as small as in life.
    now += 100;
    sink = core.handleMessage(connections[index % PEER_COUNT]!, announces[index % PEER_COUNT]!, now);
  });
  const parsed = measure((index) => {
    const message = parseClientMessage(announces[index % PEER_COUNT]!.toString(), DEFAULT_LIMITS);
    if (message.type !== 'announce' || message.offers.length !== offerCount) throw new Error('not read');
  });
  const name = `announce with ${offerCount} offers (${announces[0]?.length} B)`;
  console.log(`${name.padEnd(40)} ${whole}   by JSON.parse ${parsed} (to read it only)`);
}
const answered = new TrackerCore({ random });
console.log(`${'answer'.padEnd(40)} ${measureAnswers(answered, fill(answered, PEER_COUNT))}`);
for (const [name, bytes] of Object.entries(HOSTILE)) {
  const stranger = core.openConnection();
  const cost = measure(() => (sink = core.handleMessage(stranger, bytes, 0)), 20);
  console.log(`${`hostile: ${name}`.padEnd(40)} ${cost}`);
}
if (sink.length > 2) throw new Error('a stranger had more than a failure');
console.log(`heap per joined viewer: ${joined}; with 5 offers that were not answered: ${asked}`);
