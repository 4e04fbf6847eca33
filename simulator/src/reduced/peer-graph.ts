// Who is connected with whom: a random graph in which nobody has more than so many neighbours.

import type { Random } from '../../../engine/src/ports/random';
import { shuffle, wholeBelow } from '../chance/draws';
import { canConnect, NAT_TYPES } from '../network/nat';

const CAN_CONNECT = NAT_TYPES.map((a) => NAT_TYPES.map((b) => canConnect(a, b)));
/** Of pairs drawn to fill the graph, more than this factor of what is needed are not tried: some places stay free. */
const MAX_TRIES_FACTOR = 4;

export class PeerGraph {
  readonly #neighbours: Int32Array;
  readonly #degrees: Uint8Array;

  constructor(
    readonly count: number,
    private readonly maxDegree: number,
  ) {
    this.#neighbours = new Int32Array(count * maxDegree);
    this.#degrees = new Uint8Array(count);
  }

  degree(node: number): number {
    return this.#degrees[node]!;
  }

  neighbour(node: number, place: number): number {
    return this.#neighbours[node * this.maxDegree + place]!;
  }

  neighboursOf(node: number): Int32Array {
    const start = node * this.maxDegree;
    return this.#neighbours.subarray(start, start + this.#degrees[node]!);
  }

  /** Connects two, if both have room and are not yet connected. */
  connect(a: number, b: number): boolean {
    const { maxDegree } = this;
    const isFull = this.#degrees[a]! >= maxDegree || this.#degrees[b]! >= maxDegree;
    if (a === b || isFull || this.neighboursOf(a).includes(b)) return false;
    this.#neighbours[a * maxDegree + this.#degrees[a]!++] = b;
    this.#neighbours[b * maxDegree + this.#degrees[b]!++] = a;
    return true;
  }
}

/** A graph of `nats.length` viewers with `meanDegree` neighbours on average, as far as address translation permits. */
export function drawPeerGraph(random: Random, nats: Uint8Array, maxDegree: number, meanDegree: number): PeerGraph {
  const count = nats.length;
  const graph = new PeerGraph(count, maxDegree);
  const wanted = Math.floor((Math.min(meanDegree, maxDegree, count - 1) * count) / 2);
  const pairs = (count * (count - 1)) / 2;
  let connected = 0;
  if (pairs <= wanted * MAX_TRIES_FACTOR) {
    // A small swarm, where most know each other: all pairs in a random order.
    for (const pair of shuffle(random, pairsOf(count))) if (connected < wanted) connectPair(pair.a, pair.b);
    return graph;
  }
  for (let tries = 0; tries < wanted * MAX_TRIES_FACTOR && connected < wanted; tries += 1)
    connectPair(wholeBelow(random, count), wholeBelow(random, count));
  return graph;

  function connectPair(a: number, b: number): void {
    if (CAN_CONNECT[nats[a]!]![nats[b]!] && graph.connect(a, b)) connected += 1;
  }
}

function pairsOf(count: number): { readonly a: number; readonly b: number }[] {
  return Array.from({ length: count }, (_, a) => Array.from({ length: a }, (_unused, b) => ({ a, b }))).flat();
}
