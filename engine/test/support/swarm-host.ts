// A swarm's surroundings that want nothing and give nothing, but for what a test says.

import type { SwarmHost } from '../../src/swarm/swarm-host';

const nothing = (): undefined => undefined;

export function swarmHostOf(own: Pick<SwarmHost, 'random' | 'effect' | 'maxPeers'> & Partial<SwarmHost>): SwarmHost {
  return {
    report: nothing,
    token: nothing,
    totals: () => ({ uploadedBytes: 0, downloadedBytes: 0 }),
    ownHaves: () => [],
    haveOf: nothing,
    ownAbout: () => ({ uploadKbps: 1_000, isSettled: true }),
    bytesAtHand: () => 'absent',
    readBytes: nothing,
    onPeersChanged: nothing,
    onHave: nothing,
    onData: nothing,
    onRequestFailed: nothing,
    onLateData: nothing,
    onUploaded: nothing,
    onViolation: nothing,
    ...own,
  };
}
