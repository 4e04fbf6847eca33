// What a frame costs on a link. Media is scaled down: one simulated byte stands for `scale` true ones. Everything
// else that peers say is as long as in truth, and counts with its true length.

import type { Bytes } from '../../../engine/src/base/units';

/** First byte of a frame of media, in the protocol of the engine and of all other policies. */
export const DATA_TYPE = 5;

const CONTINUATION_BIT = 0x80;

/** Media bytes in `frame`, as simulated; 0 when it is no data frame. */
export function payloadBytes(frame: Uint8Array): Bytes {
  return frame[0] === DATA_TYPE ? frame.length - dataHeaderBytes(frame) : 0;
}

/** Type, request id and offset: two numbers of variable length. */
function dataHeaderBytes(frame: Uint8Array): Bytes {
  let index = 1;
  for (let numbers = 0; numbers < 2; numbers += 1) {
    while (frame[index]! >= CONTINUATION_BIT) index += 1;
    index += 1;
  }
  return index;
}
