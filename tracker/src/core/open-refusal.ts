/** Why a connection is not taken. */
export const OPEN_REFUSAL_REASONS = ['tracker-full', 'address-full', 'address-too-fast'] as const;

export type OpenRefusalReason = (typeof OPEN_REFUSAL_REASONS)[number];

/** What a client that is not taken is answered over HTTP. */
export interface OpenRefusal {
  readonly status: 403 | 429 | 503;
  /** In English, for whoever looks at the network panel of a browser. */
  readonly problem: string;
}

export const OPEN_REFUSALS: Readonly<Record<OpenRefusalReason | 'origin' | 'draining', OpenRefusal>> = {
  draining: { status: 503, problem: 'this tracker is being replaced' },
  origin: { status: 403, problem: 'this tracker does not serve pages of this origin' },
  'tracker-full': { status: 503, problem: 'this tracker has as many connections as it takes' },
  'address-full': { status: 429, problem: 'this address has as many connections as it may have' },
  'address-too-fast': { status: 429, problem: 'this address connects too often' },
};
