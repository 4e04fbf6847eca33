// What this node knows of the others: who is there, and how many peers of each swarm each has.

import { EMPTY_COUNTS, type SwarmCounts } from '../swarm';
import type { CountEntry, StateMessage } from './bus-message';
import type { SwarmNode } from './offer-route';

/** Milliseconds of silence after which a node and its peers count as gone: it says something every two seconds. */
export const NODE_EXPIRY_MS = 10_000;

/** Nodes that are listened to. Stops a bus that others write to from filling the memory with names. */
export const MAX_NODES = 1024;

/** Pairs of swarm and node that are kept. Stops a node from filling the memory with swarms; a pair is about 45 bytes. */
export const MAX_REMOTE_COUNTS = 2_000_000;

/** Numbers that a row has per node: whose, complete, incomplete, downloaded. */
const STRIDE = 4;
/** The first of them is the node's place times this, plus the mark of the last state that had the swarm. */
const MARKS = 256;

interface Node {
  readonly nodeId: string;
  readonly incarnation: number;
  /** Its place in the array of nodes. */
  readonly index: number;
  heardAt: number;
  /** Swarms it has peers of. */
  swarmCount: number;
  /** Those of them that the state being received, or a change after its start, has named. */
  markedCount: number;
  mark: number;
  /** The piece of the state that has to come next; none once one was lost. */
  nextPiece: number | undefined;
}

/**
 * Counts per swarm and node. They lie in one plain array of small numbers per swarm, as long as it has nodes:
 * 100,000 swarms on ten nodes each are a million objects otherwise.
 */
export class ClusterView {
  readonly #nodes = new Map<string, Node>();
  readonly #byIndex: (Node | undefined)[] = [];
  readonly #rows = new Map<string, number[]>();
  #pairCount = 0;

  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** Peers of all swarms on the other nodes. Looks at every swarm: for tests and rare questions. */
  get peerCount(): number {
    let peers = 0;
    for (const row of this.#rows.values()) {
      for (let at = 0; at < row.length; at += STRIDE) peers += row[at + 1]! + row[at + 2]!;
    }
    return peers;
  }

  /**
   * Notes that a node is there. One that comes with another incarnation was restarted: what it had is gone.
   * @returns whether it was unknown until now and has to be told what this node has
   */
  heard(nodeId: string, incarnation: number, now: number): boolean {
    const known = this.#nodes.get(nodeId);
    if (known?.incarnation === incarnation) {
      known.heardAt = now;
      return false;
    }
    this.forget(nodeId);
    if (this.#nodes.size >= MAX_NODES) return false;
    const free = this.#byIndex.indexOf(undefined);
    const index = free < 0 ? this.#byIndex.length : free;
    const counters = { swarmCount: 0, markedCount: 0, mark: 0, nextPiece: undefined };
    const node: Node = { nodeId, incarnation, index, heardAt: now, ...counters };
    this.#nodes.set(nodeId, node);
    this.#byIndex[index] = node;
    return true;
  }

  /** Takes in changes of a node that was heard. */
  apply(nodeId: string, entries: readonly CountEntry[]): void {
    const node = this.#nodes.get(nodeId);
    if (node) for (const { infoHash, counts } of entries) this.#set(node, infoHash, counts);
  }

  /** Takes in a piece of all that a node has. After the last one, swarms that no piece named are gone, unless one was lost. */
  applyState(nodeId: string, { state, piece, isLast, entries }: StateMessage): void {
    const node = this.#nodes.get(nodeId);
    if (!node) return;
    if (piece === 0) {
      node.mark = state;
      node.markedCount = 0;
      node.nextPiece = 0;
    }
    const isWhole = node.nextPiece === piece && node.mark === state;
    node.nextPiece = isWhole && !isLast ? piece + 1 : undefined;
    this.apply(nodeId, entries);
    // When all that it has was named, which is nearly always, nobody has to look for the rest.
    if (isWhole && isLast && node.markedCount < node.swarmCount) this.#removeWhere(node, (mark) => mark !== node.mark);
  }

  forget(nodeId: string): void {
    const node = this.#nodes.get(nodeId);
    if (!node) return;
    if (node.swarmCount > 0) this.#removeWhere(node, () => true);
    this.#nodes.delete(nodeId);
    this.#byIndex[node.index] = undefined;
  }

  /** Forgets nodes that were silent for too long. */
  tick(now: number): void {
    for (const { nodeId, heardAt } of this.#nodes.values()) if (now - heardAt > NODE_EXPIRY_MS) this.forget(nodeId);
  }

  /** What all the other nodes have of a swarm. */
  counts(infoHash: string): SwarmCounts {
    const row = this.#rows.get(infoHash);
    if (!row) return EMPTY_COUNTS;
    let [complete, incomplete, downloaded] = [0, 0, 0];
    for (let at = 0; at < row.length; at += STRIDE) {
      complete += row[at + 1]!;
      incomplete += row[at + 2]!;
      downloaded += row[at + 3]!;
    }
    return { complete, incomplete, downloaded };
  }

  /** Whether any other node has peers of a swarm. */
  has(infoHash: string): boolean {
    return this.#rows.has(infoHash);
  }

  nodesOf(infoHash: string): SwarmNode[] {
    const row = this.#rows.get(infoHash) ?? [];
    const nodes: SwarmNode[] = [];
    for (let at = 0; at < row.length; at += STRIDE) {
      const node = this.#byIndex[Math.floor(row[at]! / MARKS)];
      if (node) nodes.push({ nodeId: node.nodeId, peerCount: row[at + 1]! + row[at + 2]! });
    }
    return nodes;
  }

  #set(node: Node, infoHash: string, { complete, incomplete, downloaded }: SwarmCounts): void {
    const row = this.#rows.get(infoHash);
    const at = row ? placeOf(row, node) : -1;
    if (complete + incomplete === 0) {
      if (row && at >= 0) this.#remove(node, infoHash, row, at);
      return;
    }
    const numbers = [node.index * MARKS + node.mark, complete, incomplete, downloaded];
    if (row && at >= 0) {
      if (row[at]! % MARKS !== node.mark) node.markedCount += 1;
      numbers.forEach((number, offset) => (row[at + offset] = number));
      return;
    }
    if (this.#pairCount >= MAX_REMOTE_COUNTS) return;
    // A new array, for one that is pushed to keeps room for four more nodes.
    this.#rows.set(infoHash, row ? row.concat(numbers) : numbers);
    this.#pairCount += 1;
    node.swarmCount += 1;
    node.markedCount += 1;
  }

  #remove(node: Node, infoHash: string, row: readonly number[], at: number): void {
    if (row[at]! % MARKS === node.mark) node.markedCount -= 1;
    node.swarmCount -= 1;
    this.#pairCount -= 1;
    if (row.length === STRIDE) this.#rows.delete(infoHash);
    else this.#rows.set(infoHash, row.slice(0, at).concat(row.slice(at + STRIDE)));
  }

  #removeWhere(node: Node, isGone: (mark: number) => boolean): void {
    for (const [infoHash, row] of this.#rows) {
      const at = placeOf(row, node);
      if (at >= 0 && isGone(row[at]! % MARKS)) this.#remove(node, infoHash, row, at);
    }
  }
}

function placeOf(row: readonly number[], { index }: Node): number {
  for (let at = 0; at < row.length; at += STRIDE) if (Math.floor(row[at]! / MARKS) === index) return at;
  return -1;
}
