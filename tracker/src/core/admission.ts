// The question that the core asks before an announce is done, and its answers. Who answers it is outside.

import type { ClientAbout } from './client-about';
import type { RejectReason } from './rejection';

/** An announce that wants in, or stay in. */
export interface AdmissionRequest {
  /** The same object for all announces of one connection: what is remembered of a client hangs on it. */
  readonly client: ClientAbout;
  readonly infoHash: string;
  readonly peerId: string;
  /** What the announce itself carries; what came with the connection is in `client`. */
  readonly token: string | undefined;
}

export interface Refusal {
  readonly reason: RejectReason;
  /** What the client is told. */
  readonly failure: string;
}

/** `held`: nobody knows yet; the same announce is asked for again when somebody does. */
export type Verdict = 'granted' | 'held' | Refusal;

export interface Admission {
  check(request: AdmissionRequest, now: number): Verdict;
}
