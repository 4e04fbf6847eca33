// The space in which viewers meet: everybody's lines, who can be connected with whom, and what was carried.

import type { Bytes, Milliseconds } from '../../../engine/src/base/units';
import { kibibytes } from '../../../engine/src/base/units';
import type { Random } from '../../../engine/src/ports/random';
import { uniform } from '../chance/draws';
import type { EventQueue } from '../time/event-queue';
import { rttBetween, type Access } from './access';
import { Downlink } from './delivery-line';
import { canConnect } from './nat';
import { NetworkTotals } from './network-totals';
import { Uplink } from './uplink';
import type { WireWorld } from './wire';

/** What SCTP in browsers has under way at most: 105 Mb/s at 20 ms, 21 Mb/s at 100 ms. */
const ASSOCIATION_WINDOW_BYTES = kibibytes(256);
const BITS_PER_BYTE = 8;
const MS_PER_SECOND = 1000;

/** ICE and DTLS from the answer to the open channel. */
const SETUP_MS = { fastest: 300, slowest: 3_000 };
/** A pair that cannot connect finds out after so long. */
const FAILURE_MS = { fastest: 10_000, slowest: 15_000 };
/** Gathering of candidates, all of them before the description is given. */
const GATHERING_MS = { fastest: 50, slowest: 500 };

/** One viewer's place in the network. */
export class NetworkHost {
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  isGone = false;
  /** When the first link was open. */
  firstConnectedAt: Milliseconds | undefined;

  constructor(
    readonly network: Network,
    readonly access: Access,
  ) {
    this.uplink = new Uplink(network.queue, network.bytesPerMs(access.upBitrate));
    this.downlink = new Downlink(network.bytesPerMs(access.downBitrate));
  }
}

export class Network implements WireWorld {
  readonly totals = new NetworkTotals();
  readonly windowBytes: Bytes;
  connectedCount = 0;
  failedCount = 0;

  constructor(
    readonly queue: EventQueue,
    private readonly random: Random,
    /** True bytes per simulated byte of media. */
    readonly scale: number,
  ) {
    this.windowBytes = ASSOCIATION_WINDOW_BYTES / scale;
  }

  addHost(access: Access): NetworkHost {
    return new NetworkHost(this, access);
  }

  /** Simulated bytes that a line of so many true bits per second carries in a millisecond. */
  bytesPerMs(bitrate: number): number {
    return bitrate / this.scale / BITS_PER_BYTE / MS_PER_SECOND;
  }

  drawGatheringMs(): Milliseconds {
    return uniform(this.random, GATHERING_MS.fastest, GATHERING_MS.slowest);
  }

  oneWayMs(a: NetworkHost, b: NetworkHost): Milliseconds {
    return rttBetween(a.access, b.access) / 2;
  }

  /** Whether two viewers will be connected, and when they know. */
  drawConnection(a: NetworkHost, b: NetworkHost): { readonly isPossible: boolean; readonly afterMs: Milliseconds } {
    const isPossible = canConnect(a.access.nat, b.access.nat);
    const { fastest, slowest } = isPossible ? SETUP_MS : FAILURE_MS;
    if (isPossible) this.connectedCount += 1;
    else this.failedCount += 1;
    return { isPossible, afterMs: uniform(this.random, fastest, slowest) };
  }
}
