// What all peer sessions of a swarm share: who hears what of them.

import { segmentKeyOf } from '../media/segment';
import type { PeerSession } from './peer-session';
import type { PeerSessionHost } from './peer-session-host';
import type { PeerTurnover } from './peer-turnover';
import type { SwarmHost } from './swarm-host';
import type { UploadDesk } from './upload-desk';

/** The parts of a swarm that hear of its sessions; what is left is the swarm's own. */
export interface SessionListeners extends Pick<
  PeerSessionHost<PeerSession>,
  'onWakeSooner' | 'onReady' | 'onIntroduction' | 'onUnwanted'
> {
  readonly host: SwarmHost;
  readonly uploads: UploadDesk;
  readonly turnover: PeerTurnover;
}

export function createSessionHost({ host, uploads, turnover, ...own }: SessionListeners): PeerSessionHost<PeerSession> {
  return {
    ...own,
    send: (linkId, frame) => {
      uploads.noteSent(linkId, frame.length);
      host.effect({ type: 'sendFrame', linkId, frame });
    },
    onHave: (session, entry, key, hasLess, at) => {
      host.onHave(session, entry, key, at);
      // [HAVE-7] It may want the segment again, and has not heard who has it.
      return hasLess ? host.haveOf(key) : undefined;
    },
    onData: (session, request, offset, payload, at) => {
      turnover.noteReceived(session.linkId, payload.length);
      host.onData(session, request, offset, payload, at);
    },
    onRequestFailed: (session, request, reason) => {
      if (reason !== 'busy') turnover.noteFailure(session.linkId);
      host.onRequestFailed(session, request, reason);
    },
    onFree: () => host.onPeersChanged(),
    onUploadRequest: (session, { requestId, id, range, neededInMs }, at) =>
      uploads.handleRequest(session.linkId, requestId, segmentKeyOf(id), range, neededInMs, at),
    onUploadCancelled: (session, requestId, at) => uploads.handleCancel(session.linkId, requestId, at),
    onLateData: (byteCount) => host.onLateData(byteCount),
  };
}
