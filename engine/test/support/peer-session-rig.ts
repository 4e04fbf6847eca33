// One peer session with a host that writes everything down, and another side that says what the test wants.

import { TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import {
  decodePeerMessage,
  encodePeerMessage,
  type HaveEntry,
  type PeerMessage,
} from '../../src/protocol/peer-messages';
import { PeerSession } from '../../src/swarm/peer-session';

export const HASH = 'h'.repeat(20);
export const SELF = 'a'.repeat(20);
export const OTHER = 'b'.repeat(20);
export const GREETING: PeerMessage & { type: 'handshake' } = {
  type: 'handshake',
  version: 1,
  infoHash: HASH,
  peerId: OTHER,
};
/** Small, so that a few bytes are progress. */
const FRAME_BYTES = 10;
export const id = { rendition: 1, discontinuity: 0, sequence: 5 };
export const KEY = '00000001/0/5';
/** Segment `sequence`, complete. */
export const whole = (sequence: number): HaveEntry => ({
  id: { ...id, sequence },
  state: 'complete',
  totalBytes: 1000,
});

/** A session that is connecting, and does not know to whom yet. */
export function startSession() {
  const sent: PeerMessage[] = [];
  const told: string[] = [];
  let lateBytes = 0;
  const session: PeerSession = new PeerSession(
    { linkId: 3, isInitiator: true, offerId: 'o'.repeat(20) },
    { infoHash: HASH, peerId: SELF, sizes: { ...TRANSFER_SIZES, dataFrameBytes: FRAME_BYTES } },
    {
      send: (linkId, frame) => {
        const message = decodePeerMessage(frame);
        if (linkId !== 3 || !message || message instanceof ProtocolViolation) throw new Error('nonsense sent');
        sent.push(message);
      },
      onWakeSooner: () => undefined,
      onReady: () => told.push('ready'),
      onHave: (_, __, key) => void told.push(`have ${key}`),
      onData: (_, { requestId }, offset, payload) => told.push(`data ${requestId} ${offset}+${payload.length}`),
      onRequestFailed: (_, { requestId }, reason) => told.push(`failed ${requestId} ${reason}`),
      onUploadRequest: (_, { requestId, id: asked, range, neededInMs }) =>
        told.push(`asked ${requestId} ${asked.sequence} ${range.start}-${range.end} in ${neededInMs}`),
      onUploadCancelled: (_, requestId) => told.push(`cancelled ${requestId}`),
      onFree: () => told.push('free'),
      onIntroduction: (_, message) => void told.push(message.type),
      onLateData: (byteCount) => (lateBytes += byteCount),
      onUnwanted: (_, reason, bytes) => {
        told.push(`unwanted${bytes === undefined ? '' : '!'} ${reason}`);
        // As the swarm does.
        session.close();
      },
    },
    new Map(),
  );
  const receive = (message: PeerMessage, now = 0) => session.handleFrame(encodePeerMessage(message), now);
  const data = (requestId: number, offset: number, length: number, now = 0) =>
    receive({ type: 'data', requestId, offset, payload: new Uint8Array(length) }, now);
  const ask = (start: number, end: number, now = 0, neededInMs = 5_000) =>
    session.request(KEY, id, { start, end }, neededInMs, now);
  return { session, sent, told, receive, data, ask, lateBytes: () => lateBytes };
}

/** A session that is ready; nothing of the way there is kept. */
export function readySession() {
  const rig = startSession();
  rig.session.expect(OTHER, 0);
  rig.session.handleOpen();
  rig.receive(GREETING);
  rig.receive({ type: 'have', entries: [whole(5)] });
  rig.told.length = 0;
  rig.sent.length = 0;
  return rig;
}

export type SessionRig = ReturnType<typeof startSession>;
