// What this viewer tells its peers of itself: what it is ready to give, and whether it will likely stay.

import type { TransferSizes } from '../base/transfer-sizes';
import type { Milliseconds } from '../base/units';
import { bitrateOf } from '../base/units';
import type { OwnAbout } from '../swarm/swarm-host';
import type { UploadBudget } from '../swarm/upload-budget';
import type { Counters } from './counters';
import { BITS_PER_KILOBIT } from './peer-view';

/** Who has stayed so long will likely stay on. */
const SETTLED_MS: Milliseconds = 30_000;
/** Peers are told anew when what this viewer gives has changed by more than this factor. */
const NEWS_FACTOR = 1.5;
/** What is left to give counts as given over so long: about a segment's time. */
const HEADROOM_MS: Milliseconds = 4_000;

export class OwnAccount {
  #about: OwnAbout = { uploadKbps: 0, isSettled: false };

  constructor(
    private readonly budget: UploadBudget,
    private readonly counters: Counters,
    private readonly sizes: TransferSizes,
  ) {}

  /** As last told. */
  get about(): OwnAbout {
    return this.#about;
  }

  /** Looks what is true after `stay` in the swarm; true: that is worth telling. */
  update(stay: Milliseconds): boolean {
    const { uploadedBytes, downloadedBytes } = this.counters;
    // Who has used up what may be given is no good source, however fast.
    const soon = bitrateOf(this.budget.headroom(uploadedBytes, downloadedBytes), HEADROOM_MS);
    const bitrate = Math.min(this.budget.bitrate ?? this.sizes.assumedUploadBitrate, soon);
    const uploadKbps = Math.round(bitrate / BITS_PER_KILOBIT);
    const isSettled = stay >= SETTLED_MS;
    const said = this.#about;
    const isOther = uploadKbps > said.uploadKbps * NEWS_FACTOR || uploadKbps * NEWS_FACTOR < said.uploadKbps;
    if (!isOther && isSettled === said.isSettled) return false;
    this.#about = { uploadKbps, isSettled };
    return true;
  }
}
