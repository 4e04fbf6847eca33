import type { Bytes } from '../../../engine/src/base/units';

/** Everything that viewers said to each other, over all connections. Media in simulated bytes, the rest in true ones. */
export class NetworkTotals {
  sentFrames = 0;
  sentPayload: Bytes = 0;
  arrivedPayload: Bytes = 0;
  lostPayload: Bytes = 0;
  controlMessages = 0;
  controlBytes: Bytes = 0;

  noteSent(frameBytes: Bytes, payload: Bytes): void {
    this.sentFrames += 1;
    this.sentPayload += payload;
    this.controlBytes += frameBytes - payload;
    if (payload === 0) this.controlMessages += 1;
  }

  noteArrived(payload: Bytes): void {
    this.arrivedPayload += payload;
  }

  /** On a connection that closed. */
  noteLost(payload: Bytes): void {
    this.lostPayload += payload;
  }
}
