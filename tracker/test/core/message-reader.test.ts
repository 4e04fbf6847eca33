import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../../src/core/limits';
import { MessageReader } from '../../src/core/message-reader';
import { announce, answer, HASH, id, offer, offers, SDP } from '../support/messages';

const reader = new MessageReader(DEFAULT_LIMITS);
const decodeText = (text: string) => reader.read(Buffer.from(text));
const decode = (value: unknown) => decodeText(JSON.stringify(value));

describe('MessageReader', () => {
  test('[TRK-1] no text whatever makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => typeof decodeText(text).type === 'string'),
    );
  });

  test('[TRK-1] no JSON whatever makes it throw', () => {
    fc.assert(fc.property(fc.json(), (text) => typeof decodeText(text).type === 'string'));
  });

  test('[TRK-1] no value in any field of any message makes it throw', () => {
    const messages = [
      announce('a', { offers: offers(2), event: 'started', left: 1, numwant: 2 }),
      answer('a', 'b', 'o'),
      { action: 'scrape', info_hash: HASH },
    ];
    const anyField = fc.constantFrom(...new Set(messages.flatMap((message) => Object.keys(message))));
    fc.assert(
      fc.property(fc.constantFrom(...messages), anyField, fc.jsonValue(), (message, field, value) => {
        const result = decode({ ...message, [field]: value });
        return (
          result.type !== 'rejected' || (result.failure.length > 0 && ['announce', 'scrape'].includes(result.action))
        );
      }),
      { numRuns: 2000 },
    );
  });

  // JSON.parse takes 64 KiB of these several milliseconds.
  test.each([
    ['nothing but opening brackets', '['.repeat(65_000)],
    ['17 levels', `{"x":${'['.repeat(16)}${']'.repeat(16)}}`],
    ['1,025 values', `{"x":[${'1,'.repeat(1_022)}1]}`],
    ['1,025 members', `{${Array.from({ length: 1_024 }, (_, index) => `"${index}":1`).join(',')}}`],
  ])('[TRK-8] a message of %s is refused', (_name, text) => {
    const refused = { type: 'rejected', reason: 'bad-message', action: 'announce' };
    expect(decodeText(text)).toMatchObject({ ...refused, failure: expect.stringContaining('1024 values') });
  });

  test.each([
    ['16 levels', JSON.stringify(announce('a')).replace('{', `{"x":${'['.repeat(15)}${']'.repeat(15)},`)],
    ['1,024 values', JSON.stringify(announce('a')).replace('{', `{"x":[${'1,'.repeat(1_018)}1],`)],
    ['brackets in texts', JSON.stringify(announce('a', { x: ['\\"[['.repeat(50), '['.repeat(2_000)] }))],
  ])('[TRK-8] a message of %s is read', (_name, text) => {
    expect(decodeText(text)).toMatchObject({ type: 'announce', peerId: id('a') });
  });

  test.each([null, 5, 'text', true, [], [announce('a')]])('[TRK-1] %j is no message', (value) => {
    expect(decode(value)).toMatchObject({ type: 'rejected', reason: 'bad-message', action: 'announce' });
  });

  test.each([undefined, null, 'foo', 5, ['announce'], '__proto__'])(
    '[TRK-2] action %j is refused as an announce',
    (action) => {
      const result = decode({ ...announce('a'), action });
      expect(result).toMatchObject({ type: 'rejected', reason: 'bad-action', action: 'announce', infoHash: HASH });
    },
  );

  const BAD_IDS = [
    undefined,
    null,
    5,
    '',
    'a'.repeat(19),
    'a'.repeat(21),
    `${'a'.repeat(19)}Ā`,
    '😀'.repeat(10),
    {},
    [HASH],
  ];

  test.each(BAD_IDS)('[TRK-3] %j is no id', (bad) => {
    expect(decode(announce('a', { info_hash: bad }))).toMatchObject({ reason: 'bad-info-hash' });
    expect(decode(announce('a', { peer_id: bad }))).toMatchObject({ reason: 'bad-peer-id', infoHash: HASH });
    expect(decode(answer('a', 'b', 'o', { info_hash: bad }))).toMatchObject({ reason: 'bad-info-hash' });
    expect(decode(answer('a', 'b', 'o', { peer_id: bad }))).toMatchObject({ reason: 'bad-peer-id' });
    expect(decode(answer('a', 'b', 'o', { to_peer_id: bad }))).toMatchObject({ reason: 'bad-answer' });
    expect(decode(answer('a', 'b', 'o', { offer_id: bad }))).toMatchObject({ reason: 'bad-answer' });
    const badOffer = { ...offer('o'), offer_id: bad };
    expect(decode(announce('a', { offers: [badOffer] }))).toMatchObject({ reason: 'bad-offers', infoHash: HASH });
  });

  test('[TRK-3] every byte may be part of an id, and however it is escaped it is the same id', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const infoHash = String.fromCharCode(...bytes);
        const escaped = [...bytes].map((byte) => `\\u${byte.toString(16).padStart(4, '0')}`).join('');
        const plain = decode(announce('a', { info_hash: infoHash }));
        const same = decodeText(`{"action":"announce","peer_id":${JSON.stringify(id('a'))},"info_hash":"${escaped}"}`);
        expect(plain).toMatchObject({ type: 'announce', infoHash });
        expect(same).toEqual(plain);
      }),
    );
  });

  test('[TRK-4] an announce with nothing but its ids is enough', () => {
    expect(decode(announce('a'))).toEqual({
      type: 'announce',
      infoHash: HASH,
      peerId: id('a'),
      event: 'update',
      left: undefined,
      offers: [],
    });
  });

  test('[TRK-4] null counts as absent', () => {
    const nothing = { event: null, left: null, numwant: null, offers: null, answer: null, to_peer_id: null };
    expect(decode(announce('a', nothing))).toEqual(decode(announce('a')));
  });

  test('[TRK-4] fields that are not used are not looked at', () => {
    const unused = { uploaded: 'much', downloaded: -1, trackerid: {}, anything: [[]], key: null };
    expect(decode(announce('a', unused))).toEqual(decode(announce('a')));
  });

  test.each(['started', 'completed', 'stopped'])('[TRK-4] event %s is known', (event) => {
    expect(decode(announce('a', { event }))).toMatchObject({ event });
  });

  test.each(['', 'paused', 'update', 'empty', 'STARTED', 'constructor'])('[TRK-4] event %j is an update', (event) => {
    expect(decode(announce('a', { event }))).toMatchObject({ type: 'announce', event: 'update' });
  });

  test.each([
    [{ event: 5 }, 'bad-event', 'event'],
    [{ event: {} }, 'bad-event', 'event'],
    [{ left: '0' }, 'bad-number', 'left'],
    [{ left: -1 }, 'bad-number', 'left'],
    [{ numwant: '5' }, 'bad-number', 'numwant'],
    [{ numwant: [5] }, 'bad-number', 'numwant'],
    [{ offers: {} }, 'bad-offers', 'offers'],
    [{ offers: 'offers' }, 'bad-offers', 'offers'],
    [{ offers: [null] }, 'bad-offers', 'offers[0]'],
    [{ offers: [offer('o'), 5] }, 'bad-offers', 'offers[1]'],
    [{ offers: [[]] }, 'bad-offers', 'offers[0]'],
    [{ offers: [{ offer_id: id('o') }] }, 'bad-offers', 'offers[0].offer'],
    [{ offers: [{ offer_id: id('o'), offer: SDP }] }, 'bad-offers', 'offers[0].offer'],
    [{ offers: [{ offer_id: id('o'), offer: { type: 'answer', sdp: SDP } }] }, 'bad-offers', 'offers[0].offer.type'],
    [{ offers: [{ offer_id: id('o'), offer: { type: 'offer', sdp: 5 } }] }, 'bad-offers', 'offers[0].offer.sdp'],
  ])('[TRK-4] %j is refused, and the failure names the field', (fields, reason, name) => {
    const result = decode(announce('a', fields));
    expect(result).toMatchObject({ type: 'rejected', reason, action: 'announce', infoHash: HASH });
    expect(result).toHaveProperty('failure', expect.stringMatching(new RegExp(`^${name.replace(/[[\]]/g, '\\$&')} `)));
  });

  test.each([
    { answer: null },
    { answer: SDP },
    { answer: [] },
    { answer: {} },
    { answer: { type: 'offer', sdp: SDP } },
    { answer: { type: 'answer' } },
    { to_peer_id: null },
  ])('[TRK-4] an answer with %j is refused', (fields) => {
    expect(decode(answer('a', 'b', 'o', fields))).toMatchObject({ reason: 'bad-answer', infoHash: HASH });
  });

  test.each([
    [undefined, 10],
    [50, 10],
    [3, 3],
    [2.9, 2],
    [0, 0],
    [-1, 10],
  ])('[TRK-5] with numwant %j, %i of twelve offers are used', (numwant, count) => {
    expect(decode(announce('a', { numwant, offers: offers(12) }))).toMatchObject({ offers: { length: count } });
  });

  test('[TRK-5] offers beyond those used are not looked at', () => {
    expect(decode(announce('a', { numwant: 1, offers: [offer('o'), null] }))).toMatchObject({ type: 'announce' });
  });

  test('[TRK-6] an SDP may have 16384 characters and no more', () => {
    const sized = (length: number) => decode(announce('a', { offers: [offer('o', 'x'.repeat(length))] }));
    expect(sized(16_384)).toMatchObject({ type: 'announce' });
    expect(sized(16_385)).toMatchObject({ type: 'rejected', reason: 'bad-offers' });
    const long = { type: 'answer', sdp: 'x'.repeat(16_385) };
    expect(decode(answer('a', 'b', 'o', { answer: long }))).toMatchObject({ reason: 'bad-answer' });
  });

  test('[TRK-6] of a description only type and sdp are kept', () => {
    const fat = { offer_id: id('o'), offer: { type: 'offer', sdp: SDP, extra: 'x' }, extra: 'y' };
    const result = decode(announce('a', { offers: [fat] }));
    const [kept] = result.type === 'announce' ? result.offers : [];
    expect(kept?.offerId).toBe(id('o'));
    expect(JSON.parse(`{${kept?.members.toString()}`)).toEqual(offer('o'));
  });

  test('[TRK-30] a scrape names one swarm or several, each once', () => {
    expect(decode({ action: 'scrape', info_hash: HASH })).toEqual({ type: 'scrape', infoHashes: [HASH] });
    expect(decode({ action: 'scrape', info_hash: [HASH, id('b'), HASH] })).toEqual({
      type: 'scrape',
      infoHashes: [HASH, id('b')],
    });
  });

  test('[TRK-30] a scrape of 64 swarms is read, of 65 refused', () => {
    const hashes = Array.from({ length: 65 }, (_, index) => id(`h${index}`));
    expect(decode({ action: 'scrape', info_hash: hashes.slice(1) })).toMatchObject({ type: 'scrape' });
    expect(decode({ action: 'scrape', info_hash: hashes })).toMatchObject({
      reason: 'too-many-hashes',
      action: 'scrape',
    });
  });

  test.each([5, '', 'short', {}, [], [5], [HASH, 'short'], [[HASH]]])('[TRK-30] a scrape of %j is refused', (asked) => {
    expect(decode({ action: 'scrape', info_hash: asked })).toMatchObject({ reason: 'bad-info-hash', action: 'scrape' });
  });

  test.each([{}, { info_hash: null }])('[TRK-31] a scrape of everything (%j) is refused', (fields) => {
    expect(decode({ action: 'scrape', ...fields })).toMatchObject({ reason: 'full-scrape', action: 'scrape' });
  });
});
