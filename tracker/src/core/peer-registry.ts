import type { Connection, Peer } from './peer';
import { ReceivedOffers } from './received-offers';
import { EMPTY_COUNTS, Swarm, type SwarmCounts } from './swarm';

export interface PeerRegistryOptions {
  /** Milliseconds without an announce after which a peer is dropped. */
  readonly peerLifetimeMs: number;
  /** Milliseconds that a peer has to answer an offer. */
  readonly offerLifetimeMs: number;
  /** Offers kept in mind per peer. */
  readonly maxReceivedOffers: number;
  /** Told of each swarm that a peer came to or left. */
  readonly onMembersChange?: (infoHash: string) => void;
}

/**
 * Who is in which swarm, over which connection, and since when silent. Keeps the three views
 * together: a peer is in its swarm, in its connection and in the queue of the silent, or nowhere.
 */
export class PeerRegistry {
  readonly #swarms = new Map<string, Swarm<Peer>>();
  // The longest silent first: all live equally long, so that moving a peer to the end at each
  // announce keeps the order, and a sweep looks at nobody but those it drops.
  readonly #bySilence = new Set<Peer>();

  constructor(private readonly options: PeerRegistryOptions) {}

  get swarmCount(): number {
    return this.#swarms.size;
  }

  get peerCount(): number {
    return this.#bySilence.size;
  }

  hasSwarm(infoHash: string): boolean {
    return this.#swarms.has(infoHash);
  }

  find(infoHash: string, peerId: string): Peer | undefined {
    return this.#swarms.get(infoHash)?.find(peerId);
  }

  findSwarm(infoHash: string): Swarm<Peer> | undefined {
    return this.#swarms.get(infoHash);
  }

  infoHashes(): Iterator<string> {
    return this.#swarms.keys();
  }

  counts(infoHash: string): SwarmCounts {
    return this.#swarms.get(infoHash)?.counts() ?? EMPTY_COUNTS;
  }

  /** Adds a peer whose id is not in the swarm yet; the swarm comes into being with its first. */
  join(infoHash: string, peerId: string, connection: Connection, isComplete: boolean, now: number): Peer {
    let swarm = this.#swarms.get(infoHash);
    if (!swarm) {
      swarm = new Swarm<Peer>(infoHash);
      this.#swarms.set(infoHash, swarm);
    }
    const { offerLifetimeMs, maxReceivedOffers } = this.options;
    const receivedOffers = new ReceivedOffers(offerLifetimeMs, maxReceivedOffers);
    const peer: Peer = { peerId, swarm, connection, receivedOffers, index: 0, isComplete, announcedAt: now };
    swarm.add(peer);
    connection.peers.add(peer);
    this.#bySilence.add(peer);
    this.options.onMembersChange?.(infoHash);
    return peer;
  }

  /** Notes that a peer announced again. */
  refresh(peer: Peer, now: number): void {
    peer.announcedAt = now;
    this.#bySilence.delete(peer);
    this.#bySilence.add(peer);
  }

  /** Removes a peer everywhere; its swarm goes with the last. */
  leave(peer: Peer): void {
    if (!this.#bySilence.delete(peer)) return;
    peer.connection.peers.delete(peer);
    peer.swarm.remove(peer);
    if (peer.swarm.peerCount === 0) this.#swarms.delete(peer.swarm.infoHash);
    this.options.onMembersChange?.(peer.swarm.infoHash);
  }

  /** Drops who has been silent for too long. @returns how many */
  sweep(now: number): number {
    let droppedCount = 0;
    for (const peer of this.#bySilence) {
      if (now - peer.announcedAt <= this.options.peerLifetimeMs) break;
      this.leave(peer);
      droppedCount += 1;
    }
    return droppedCount;
  }
}
