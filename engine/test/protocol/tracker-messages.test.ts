import fc from 'fast-check';
import { ProtocolViolation } from '../../src/protocol/byte-codec';
import { binaryStringOf } from '../../src/protocol/binary-string';
import { MAX_SDP_CHARS, MAX_TRACKER_MESSAGE_CHARS } from '../../src/protocol/limits';
import {
  decodeRetryAfter,
  decodeTrackerMessage,
  encodeAnnounce,
  encodeAnswer,
  MAX_ANNOUNCE_INTERVAL_MS,
  MIN_ANNOUNCE_INTERVAL_MS,
} from '../../src/protocol/tracker-messages';

const HASH = 'h'.repeat(20);
const PEER = 'é'.repeat(20);
const OFFER_ID = '\u0000'.repeat(20);
const violation = expect.any(ProtocolViolation);

const decode = (fields: unknown) => decodeTrackerMessage(JSON.stringify(fields), HASH);
const ours = (fields: Record<string, unknown>) => decode({ action: 'announce', info_hash: HASH, ...fields });

describe('what a tracker says', () => {
  test('counts and interval', () => {
    expect(ours({ interval: 120, complete: 2, incomplete: 5 })).toEqual({
      type: 'announced',
      intervalMs: 120_000,
      swarmSize: 7,
    });
    expect(ours({})).toEqual({ type: 'announced', intervalMs: undefined, swarmSize: undefined });
    expect(ours({ complete: 3 })).toMatchObject({ swarmSize: 3 });
    expect(ours({ complete: -1, incomplete: 1.5 })).toMatchObject({ swarmSize: undefined });
  });

  test('[WIRE-10] an interval that would silence us, or make us flood the tracker, is taken within bounds', () => {
    expect(ours({ interval: 1 })).toMatchObject({ intervalMs: MIN_ANNOUNCE_INTERVAL_MS });
    expect(ours({ interval: 1e12 })).toMatchObject({ intervalMs: MAX_ANNOUNCE_INTERVAL_MS });
    for (const interval of [0, -5, '120', null]) expect(ours({ interval })).toMatchObject({ intervalMs: undefined });
  });

  test.each(['offer', 'answer'] as const)('an %s of another viewer', (type) => {
    const description = { type, sdp: 'v=0' };
    const relayed = { peer_id: PEER, offer_id: OFFER_ID, [type]: description };
    expect(ours(relayed)).toEqual({ type, peerId: PEER, offerId: OFFER_ID, [type]: description });
    expect(ours({ ...relayed, [type]: { ...description, more: 1 } })).toEqual({
      type,
      peerId: PEER,
      offerId: OFFER_ID,
      [type]: description,
    });
    const other = type === 'offer' ? 'answer' : 'offer';
    for (const wrong of [
      { peer_id: 'short' },
      { peer_id: 'Ā'.repeat(20) },
      { offer_id: 7 },
      { [type]: null },
      { [type]: { type: other, sdp: 'v=0' } },
      { [type]: { type } },
      { [type]: { type, sdp: 'x'.repeat(MAX_SDP_CHARS + 1) } },
    ]) {
      expect(ours({ ...relayed, ...wrong })).toEqual(violation);
    }
    expect(ours({ ...relayed, [type]: { type, sdp: 'x'.repeat(MAX_SDP_CHARS) } })).toMatchObject({ type });
  });

  test('[WIRE-9] what is for others is not heard, a failure for nobody in particular is', () => {
    expect(decode({ action: 'announce', info_hash: 'x'.repeat(20), interval: 5 })).toBeUndefined();
    expect(decode({ action: 'announce', info_hash: 'x'.repeat(20), 'failure reason': 'no' })).toBeUndefined();
    expect(decode({ action: 'announce' })).toBeUndefined();
    expect(ours({ action: 'scrape', files: {} })).toBeUndefined();
    expect(decode({ 'failure reason': 'no' })).toEqual({ type: 'failure', reason: 'no' });
    expect(ours({ 'failure reason': 'no' })).toEqual({ type: 'failure', reason: 'no' });
    expect(ours({ 'failure reason': 'no', interval: 300 })).toMatchObject({ type: 'failure', retryInMs: 300_000 });
    expect(ours({ 'failure reason': 7, unknown: [] })).toMatchObject({ type: 'announced' });
  });

  test('[WIRE-6] MAX_TRACKER_MESSAGE_CHARS', () => {
    const text = JSON.stringify({ action: 'announce', info_hash: HASH, pad: '' });
    const padded = (length: number) => text.replace('""', `"${'x'.repeat(length - text.length)}"`);
    expect(decodeTrackerMessage(padded(MAX_TRACKER_MESSAGE_CHARS), HASH)).toMatchObject({ type: 'announced' });
    expect(decodeTrackerMessage(padded(MAX_TRACKER_MESSAGE_CHARS + 1), HASH)).toEqual(violation);
  });

  test('[WIRE-5] any text and any JSON is taken without throwing', () => {
    const field = fc.constantFrom(
      'action',
      'info_hash',
      'peer_id',
      'offer_id',
      'offer',
      'answer',
      'interval',
      'complete',
      'failure reason',
    );
    const value = fc.oneof(fc.constantFrom(HASH, PEER, 'announce', { type: 'offer', sdp: '' }), fc.jsonValue());
    fc.assert(fc.property(fc.string(), (text) => void decodeTrackerMessage(text, HASH)));
    fc.assert(fc.property(fc.json(), (text) => void decodeTrackerMessage(text, HASH)));
    fc.assert(
      fc.property(fc.dictionary(field, value), (fields) => void ours(fields as Record<string, unknown>)),
      { numRuns: 1000 },
    );
    expect(decodeTrackerMessage('{', HASH)).toEqual(violation);
    for (const text of ['null', '[]', '7', '"x"']) expect(decodeTrackerMessage(text, HASH)).toEqual(violation);
  });
});

describe('what we say to a tracker', () => {
  test('an announce, with ids as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const id = binaryStringOf(bytes);
        const offer = { type: 'offer' as const, sdp: 'v=0' };
        const text = encodeAnnounce({
          infoHash: id,
          peerId: id,
          event: 'started',
          offers: [{ offerId: id, offer }],
          uploadedBytes: 1,
          downloadedBytes: 2,
        });
        expect(JSON.parse(text)).toEqual({
          action: 'announce',
          info_hash: id,
          peer_id: id,
          event: 'started',
          numwant: 1,
          uploaded: 1,
          downloaded: 2,
          left: 1,
          offers: [{ offer_id: id, offer }],
        });
      }),
    );
  });

  test('an answer to the one who offered', () => {
    const answer = { type: 'answer' as const, sdp: 'v=0' };
    const text = encodeAnswer({ infoHash: HASH, peerId: PEER, toPeerId: 'p'.repeat(20), offerId: OFFER_ID, answer });
    expect(JSON.parse(text)).toEqual({
      action: 'announce',
      info_hash: HASH,
      peer_id: PEER,
      to_peer_id: 'p'.repeat(20),
      offer_id: OFFER_ID,
      answer,
    });
  });
});

describe('decodeRetryAfter', () => {
  test('[ANN-20] whole milliseconds up to 5 minutes, with code 1012 and nothing else around them', () => {
    for (const [reason, expected] of [
      ['retry-after-ms=0', 0],
      ['retry-after-ms=4321', 4_321],
      ['retry-after-ms=300000', 300_000],
    ] as const)
      expect(decodeRetryAfter(1012, reason)).toBe(expected);
    for (const reason of [
      ...[
        '',
        'retry-after-ms=',
        'retry-after-ms=-1',
        'retry-after-ms=1.5',
        'retry-after-ms=300001',
        'retry-after-ms=1e3',
      ],
      ...[
        'retry-after-ms=99999999999999',
        ' retry-after-ms=5',
        'retry-after-ms=5 ',
        'RETRY-AFTER-MS=5',
        'retry-after-ms=5\n',
      ],
    ])
      expect([reason, decodeRetryAfter(1012, reason)]).toEqual([reason, undefined]);
    for (const code of [1000, 1001, 1006, 1011, 1013])
      expect(decodeRetryAfter(code, 'retry-after-ms=5')).toBeUndefined();
  });
});
