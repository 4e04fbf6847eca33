import fc from 'fast-check';
import { infoHashOf as engineInfoHashOf } from '../../../engine/src/swarm/swarm-ids';
import { tokenLifetimeMs } from '../../../engine/src/protocol/tracker-token';
import { infoHashNamed, infoHashOf, toHex } from '../../src/access/info-hash';
import { MAX_TOKEN_LENGTH, mintToken, TokenVerifier, type TokenClaims, type TokenKey } from '../../src/access/token';
import { parseTokenKeys } from '../../src/access/token-keys';

const OLD: TokenKey = { id: 'old', secret: 'o'.repeat(32) };
const NEW: TokenKey = { id: 'new', secret: Buffer.from('n'.repeat(40)) };
const NOW = 1_790_000_000_000;
const SWARM = 'https://www.example.org/live/master.m3u8';
const ORIGIN = 'https://www.example.org';
const PEER = '-PL0100-abcdefghijkl';
const BEARER = { infoHash: infoHashOf(SWARM), peerId: PEER, origin: ORIGIN };

const mint = (claims: Partial<TokenClaims> = {}, key = NEW): string =>
  mintToken({ swarmId: SWARM, expiresInSeconds: 600, ...claims }, key, NOW);
const verifier = new TokenVerifier([NEW, OLD]);
const verify = (token: string, bearer = {}, laterSeconds = 0) =>
  verifier.verify(token, { ...BEARER, ...bearer }, NOW + laterSeconds * 1000);

describe('tokens', () => {
  test('[TRK-180] one for a swarm is good for any viewer of it, on any page', () => {
    const token = mint();
    expect(verify(token)).toBeUndefined();
    expect(verify(token, { peerId: 'x'.repeat(20), origin: undefined })).toBeUndefined();
    expect(verify(token, { infoHash: infoHashOf('another') })).toBe('other-swarm');
  });

  test('[TRK-180] the swarm is the one that the engine joins, whatever the id', () => {
    for (const swarmId of [SWARM, 'x', 'ключ', '📺', 'a\ud800b', 'é'.normalize('NFD'), 'x'.repeat(4096)]) {
      expect(infoHashOf(swarmId)).toBe(engineInfoHashOf(swarmId));
      expect(verify(mint({ swarmId }), { infoHash: engineInfoHashOf(swarmId) })).toBeUndefined();
    }
    expect(infoHashNamed(toHex(infoHashOf(SWARM)))).toBe(infoHashOf(SWARM));
    expect(infoHashNamed(SWARM)).toBe(infoHashOf(SWARM));
  });

  test('[TRK-181] one for a peer id is no good for another, one for an Origin not on another page', () => {
    const token = mint({ peerId: PEER, origin: ORIGIN });
    expect(verify(token)).toBeUndefined();
    expect(verify(token, { peerId: PEER.replace('l', 'm') })).toBe('other-peer');
    for (const origin of [undefined, 'https://evil.example', 'https://www.example.org:8443', 'http://www.example.org'])
      expect(verify(token, { origin })).toBe('other-origin');
    const binary = '\0\u00ff'.repeat(10);
    expect(verify(mint({ peerId: binary }), { peerId: binary })).toBeUndefined();
  });

  test('[TRK-182] it ends when it says, and 30 s later for clocks that differ', () => {
    const token = mint({ expiresInSeconds: 600 });
    expect(verify(token, {}, 629.9)).toBeUndefined();
    expect(verify(token, {}, 630)).toBe('expired');
    expect(verify(token, {}, -29.9)).toBeUndefined();
    expect(verify(token, {}, -31)).toBe('not-valid-yet');
    const strict = new TokenVerifier([NEW], 0);
    expect(strict.verify(token, BEARER, NOW + 599_999)).toBeUndefined();
    expect(strict.verify(token, BEARER, NOW + 600_000)).toBe('expired');
  });

  test('[TRK-182] the engine reads from it how long it lasts', () => {
    expect(tokenLifetimeMs(mint({ expiresInSeconds: 600 }))).toBe(600_000);
    expect(tokenLifetimeMs(mint({ expiresInSeconds: 5, origin: ORIGIN, peerId: PEER }))).toBe(5_000);
  });

  test('[TRK-183] each key that the tracker knows is accepted, the first one mints, others are refused', () => {
    const claims = { swarmId: SWARM, expiresInSeconds: 60 };
    expect(mintToken(claims, [NEW, OLD], NOW).split('.')[1]).toBe('new');
    expect(verify(mint({}, OLD))).toBeUndefined();
    const stranger = { id: 'new', secret: 'another secret, of the same name' };
    expect(verify(mint({}, stranger))).toBe('invalid');
    expect(verify(mint({}, { id: 'unknown', secret: NEW.secret }))).toBe('invalid');
  });

  test('[TRK-180] it has at most 300 characters, or is not made', () => {
    const origin = `https://${'a'.repeat(63)}.${'b'.repeat(25)}.example.org`;
    const token = mint({ peerId: PEER, origin: `${origin}:8443` }, { id: 'k'.repeat(16), secret: 's'.repeat(32) });
    expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
    expect(mint({ peerId: PEER, origin: ORIGIN }).length).toBeLessThan(200);
    expect(() => mint({ origin: `https://${'a'.repeat(200)}` })).toThrow(RangeError);
    expect(verify('1.'.repeat(1000))).toBe('invalid');
  });

  test('[TRK-180] changing any part of one makes it worthless', () => {
    const token = mint({ peerId: PEER, origin: ORIGIN });
    const other = mint({ peerId: PEER.replace('l', 'm'), origin: ORIGIN, expiresInSeconds: 9_999 });
    const place = fc.nat(token.length);
    fc.assert(
      fc.property(
        fc.oneof(
          // Another character somewhere, U+0141 for A included: cut to a byte it would be the same.
          fc
            .tuple(
              place,
              fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }), fc.constantFrom('\u0141', '.', '=')),
            )
            .map(([at, text]) => token.slice(0, at) + text + token.slice(at + 1)),
          fc.tuple(place, fc.string({ minLength: 1 })).map(([at, text]) => token.slice(0, at) + text + token.slice(at)),
          place.map((at) => token.slice(0, at)),
          fc.tuple(place, place).map(([from, to]) => token.slice(0, from) + token.slice(to)),
          // Fields of two good ones mixed.
          fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }).map((isOwn) =>
            token
              .split('.')
              .map((field, index) => (isOwn[index] ? field : other.split('.')[index]))
              .join('.'),
          ),
          fc.string({ maxLength: 400 }),
        ),
        (mutated) => {
          const isSame = mutated === token || mutated === other;
          expect(isSame || verify(mutated) === 'invalid').toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  // Base64 leaves bits unused at the end: several texts stand for the same bytes, and only one of them was minted.
  test('[TRK-180] nor is there another way to write the same signature', () => {
    const token = mint();
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twins = Array.from(alphabet)
      .filter((character) => character !== last)
      .map((character) => token.slice(0, -1) + character);
    const sameBytes = twins.filter((twin) =>
      Buffer.from(twin.slice(-43), 'base64url').equals(Buffer.from(token.slice(-43), 'base64url')),
    );
    expect(sameBytes).toHaveLength(3);
    for (const twin of [...twins, `${token}=`, `${token} `]) expect(verify(twin)).toBe('invalid');
  });

  test('[TRK-180] a check takes less than a millisecond', () => {
    const token = mint({ peerId: PEER, origin: ORIGIN });
    for (let run = 0; run < 2_000; run += 1) verify(token);
    const startedAt = process.cpuUsage().user;
    const runs = 5_000;
    for (let run = 0; run < runs; run += 1) verify(token);
    const microseconds = (process.cpuUsage().user - startedAt) / runs;
    process.stdout.write(`verifying a token: ${microseconds.toFixed(1)} µs of CPU\n`);
    expect(microseconds).toBeLessThan(1_000);
  });

  test.each<[Partial<TokenClaims>, TokenKey, string]>([
    [{ swarmId: '' }, NEW, 'swarmId'],
    [{ swarmId: 'x'.repeat(4097) }, NEW, 'swarmId'],
    [{ expiresInSeconds: 0 }, NEW, 'expiresInSeconds'],
    [{ expiresInSeconds: NaN }, NEW, 'expiresInSeconds'],
    [{ peerId: 'short' }, NEW, 'peerId'],
    [{ peerId: 'ż'.repeat(20) }, NEW, 'peerId'],
    [{}, { id: 'a.b', secret: 's'.repeat(32) }, 'keys[0].id'],
    [{}, { id: 'a', secret: 'short' }, 'keys[0].secret'],
  ])('[TRK-180] %j is not minted', (claims, key, name) => {
    let problem = '';
    try {
      mint(claims, key);
    } catch (error) {
      problem = String(error);
    }
    expect(problem).toContain(`RangeError: ${name}`);
    // Errors end up in logs.
    expect(problem).not.toContain(String(key.secret));
  });

  test('[TRK-183] keys come from lines of a file, and a line that is none is named, not shown', () => {
    const keys = parseTokenKeys(`# new first\n\n  2026b   ${'b'.repeat(32)}  \n2026a\t${'a'.repeat(32)}\r\n`);
    expect(keys).toEqual([
      { id: '2026b', secret: 'b'.repeat(32) },
      { id: '2026a', secret: 'a'.repeat(32) },
    ]);
    expect(parseTokenKeys('a 1;b 2')).toEqual([
      { id: 'a', secret: '1' },
      { id: 'b', secret: '2' },
    ]);
    expect(() => parseTokenKeys('a 1\nsecretonly')).toThrow('token key 2 must be');
    expect(() => parseTokenKeys('a 1\nsecretonly')).not.toThrow('secretonly');
    expect(() => new TokenVerifier([])).toThrow(RangeError);
    expect(() => new TokenVerifier([NEW, NEW])).toThrow('keys[1].id');
  });
});
