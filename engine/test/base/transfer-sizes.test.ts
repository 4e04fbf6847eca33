import { scaleSizes, TRANSFER_SIZES } from '../../src/base/transfer-sizes';
import { MAX_BLOCK_MAP_BYTES, MAX_FRAME_BYTES, MAX_REQUEST_BYTES, MAX_SEGMENT_BYTES } from '../../src/protocol/limits';

describe('TRANSFER_SIZES', () => {
  test('fit within what the protocol allows', () => {
    expect(TRANSFER_SIZES.dataFrameBytes).toBeLessThanOrEqual(MAX_FRAME_BYTES - 1024);
    expect(TRANSFER_SIZES.blockBytes).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
    expect(MAX_SEGMENT_BYTES / TRANSFER_SIZES.blockBytes / 8).toBeLessThanOrEqual(MAX_BLOCK_MAP_BYTES);
  });

  test('are made smaller all in the same proportion', () => {
    const scaled = scaleSizes(TRANSFER_SIZES, 16);
    expect(Object.keys(scaled)).toEqual(Object.keys(TRANSFER_SIZES));
    expect(scaled).toMatchObject({ dataFrameBytes: 1024, blockBytes: 8192, servedPeerBitrate: 625_000 });
  });
});
