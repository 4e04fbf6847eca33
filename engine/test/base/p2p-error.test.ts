import { P2PError } from '../../src/base/p2p-error';

describe('P2PError', () => {
  test.each([
    [P2PError.invalidOption('maxPeers', -1, 'a whole number'), 'invalid-option', /"maxPeers": -1 .* a whole number/],
    [P2PError.invalidCall('too late'), 'invalid-call', /too late/],
    [P2PError.unsupportedPlayer('too old'), 'unsupported-player', /too old/],
    [P2PError.manifestUnreadable('u', 'empty'), 'manifest-unreadable', /u: empty/],
    [P2PError.httpFailed('u', 'gone', 404), 'http-failed', /u: gone/],
    [P2PError.segmentLost(), 'segment-lost', /lost/],
    [P2PError.trackerUnreachable('u', 'refused'), 'tracker-unreachable', /u .*refused/],
    [P2PError.trackerRefused('u', 'no'), 'tracker-refused', /u refused: no/],
    [P2PError.peerViolation(undefined, 'noise'), 'peer-violation', /unknown.*noise/],
    [P2PError.destroyed(), 'destroyed', /destroyed/],
  ])('%s', (error, reason, text) => {
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.reason]).toEqual(['P2PError', reason]);
    expect(error.message).toMatch(text);
  });

  test('names what was given, whatever it is, and not at length', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const shown = (value: unknown) => P2PError.invalidOption('x', value, 'y').message;
    expect(shown(undefined)).toContain('undefined');
    expect(shown(() => 1)).toContain('a function');
    expect(shown(cycle)).toContain('[object Object]');
    expect(shown(10n)).toContain('[object BigInt]');
    expect(shown(Symbol('s'))).toContain('Symbol(s)');
    expect(shown('z'.repeat(500)).length).toBeLessThan(150);
  });
});
