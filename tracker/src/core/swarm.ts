/** A number in [0, 1), uniform. */
export type Random = () => number;

/** What a response or a scrape says of a swarm. */
export interface SwarmCounts {
  /** Peers that have everything. */
  readonly complete: number;
  /** The other peers. */
  readonly incomplete: number;
  /** How often a peer became complete while it was here. */
  readonly downloaded: number;
}

export const EMPTY_COUNTS: SwarmCounts = { complete: 0, incomplete: 0, downloaded: 0 };

/** What a swarm has to know of a peer. */
export interface SwarmMember {
  readonly peerId: string;
  /** Where it stands in its swarm's array; the swarm keeps it. */
  index: number;
  /** Whether it has all there is; the swarm keeps it, for its counts. */
  isComplete: boolean;
}

/**
 * All peers that share one info_hash. Peers lie in a dense array, each knowing its place: joining,
 * leaving and drawing k of n at random cost O(1), O(1) and O(k), however large the swarm.
 */
export class Swarm<Member extends SwarmMember> {
  readonly #peers: Member[] = [];
  readonly #byId = new Map<string, Member>();
  #completeCount = 0;
  #downloadedCount = 0;

  constructor(readonly infoHash: string) {}

  get peerCount(): number {
    return this.#peers.length;
  }

  counts(): SwarmCounts {
    return {
      complete: this.#completeCount,
      incomplete: this.#peers.length - this.#completeCount,
      downloaded: this.#downloadedCount,
    };
  }

  find(peerId: string): Member | undefined {
    return this.#byId.get(peerId);
  }

  /** Takes in a peer whose id is not here yet. */
  add(peer: Member): void {
    peer.index = this.#peers.length;
    this.#peers.push(peer);
    this.#byId.set(peer.peerId, peer);
    if (peer.isComplete) this.#completeCount += 1;
  }

  /** Lets a member go. The last of the array takes its place. */
  remove(peer: Member): void {
    const last = this.#peers.pop();
    if (last && last !== peer) this.#place(last, peer.index);
    this.#byId.delete(peer.peerId);
    if (peer.isComplete) this.#completeCount -= 1;
  }

  setComplete(peer: Member, isComplete: boolean): void {
    if (peer.isComplete === isComplete) return;
    peer.isComplete = isComplete;
    this.#completeCount += isComplete ? 1 : -1;
    if (isComplete) this.#downloadedCount += 1;
  }

  /**
   * Draws up to `count` members other than `asking` (if that is one), all sets of them equally likely: a partial
   * Fisher-Yates shuffle of the array in place. Neighbours of a random start would be as cheap,
   * but would draw the same groups again and again and so cut the mesh into clusters.
   */
  pick(count: number, asking: Member | undefined, random: Random): readonly Member[] {
    const othersCount = this.#peers.length - (asking ? 1 : 0);
    if (asking) this.#swap(asking.index, othersCount);
    const pickedCount = Math.min(count, othersCount);
    for (let index = 0; index < pickedCount; index += 1) {
      this.#swap(index, index + Math.floor(random() * (othersCount - index)));
    }
    return this.#peers.slice(0, pickedCount);
  }

  #swap(left: number, right: number): void {
    const first = this.#peers[left];
    const second = this.#peers[right];
    if (!first || !second) return;
    this.#place(first, right);
    this.#place(second, left);
  }

  #place(peer: Member, index: number): void {
    this.#peers[index] = peer;
    peer.index = index;
  }
}
