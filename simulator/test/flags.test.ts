import { readFlags } from '../cli/flags';

describe('readFlags', () => {
  test('reads what is given and leaves the rest to the scenario', () => {
    const flags = readFlags(['--scenario', 'vod', '--viewers', '50', '--seeds', '3', '--json', '--bitrate', '1.5,3']);
    expect(flags).toMatchObject({ scenario: 'vod', policy: 'ours', seedCount: 3, isJson: true });
    expect(flags?.changes).toMatchObject({ viewers: 50, bitrates: [1_500_000, 3_000_000], durationSeconds: undefined });
  });

  test('reads policies to compare, and how many processes are to work', () => {
    const flags = readFlags(['--compare', 'ours,none', '--jobs', '3', '--why']);
    expect(flags).toMatchObject({ compared: ['ours', 'none'], jobCount: 3, isWhy: true });
    expect(readFlags([])?.jobCount).toBeGreaterThanOrEqual(1);
  });

  test('asks for help', () => expect(readFlags(['--help'])).toBeUndefined());

  test.each([
    [['--scenario', 'party'], '--scenario party: allowed are live, vod'],
    [['--viewers', '0'], '--viewers 0: allowed is a whole number of at least 1'],
    [['--viewers', '1.5'], '--viewers 1.5'],
    [['--duration', 'long'], '--duration long'],
    [['--no-upload', '2'], '--no-upload 2: allowed is a number from 0 to 1'],
    [['--bitrate', '3,1'], '--bitrate 3,1'],
    [['--abr', 'maybe'], '--abr maybe: allowed are on, off'],
    [['--compare', 'ours,theirs'], '--compare theirs: allowed are ours'],
    [['--compare', 'ours,ours'], '--compare ours,ours: each only once'],
    [['--compare', 'ours', '--policy', 'none'], '--compare names the policies: leave --policy out'],
    [['--jobs', '0'], '--jobs 0: allowed is a whole number of at least 1'],
    [['--nat', 'none'], '--nat none: allowed are blocked, reachable'],
    [['--viewer', '3'], "Unknown option '--viewer'"],
    [['extra'], 'Unexpected argument'],
  ])('refuses %j', (args, message) => expect(() => readFlags(args)).toThrow(message));
});
