import fc from 'fast-check';
import type { TokenProvider } from '../../src/ports/token-source';
import { tokenLifetimeMs } from '../../src/protocol/tracker-token';
import { TokenDesk } from '../../src/swarm/token-desk';

const provider: TokenProvider = () => 'never called here';
const lasting = (seconds: number, name = 'a'): string => `1.key.1000.${1000 + seconds}.${name}`;

function start(source: string | TokenProvider | undefined, chance = 0.999) {
  const page = { source };
  const asked: number[] = [];
  const failed: string[] = [];
  const settled: (string | undefined)[] = [];
  const desk = new TokenDesk({
    token: () => page.source,
    ask: (askId) => asked.push(askId),
    chance: () => chance,
    onSettled: () => settled.push(desk.token),
    onFailed: (why) => failed.push(why),
  });
  desk.reconsider(0);
  return {
    desk,
    page,
    asked,
    failed,
    settled,
    answer: (token: unknown, now: number) => desk.handleToken(asked.at(-1) ?? 0, token, now),
  };
}

describe('TokenDesk', () => {
  test('[ANN-16] a text is what it is; with nothing set there is none', () => {
    expect(start('text').desk).toMatchObject({ token: 'text', isAwaited: false, wakeAt: Infinity });
    expect(start(undefined).desk).toMatchObject({ token: undefined, isAwaited: false, wakeAt: Infinity });
  });

  test('[ANN-16] a function is asked at once, and what it gives is shown', () => {
    const { desk, asked, answer, settled } = start(provider);
    expect([asked, desk.isAwaited]).toEqual([[1], true]);
    answer('opaque', 100);
    expect([desk.token, desk.isAwaited, settled, desk.wakeAt]).toEqual(['opaque', false, ['opaque'], Infinity]);
  });

  test('[ANN-17] it is asked again before the token ends: 30 s, or a fifth of its time', () => {
    for (const [seconds, renewInMs] of [
      [600, 570_000],
      [60, 48_000],
      [5, 4_000],
      [1, 3_000],
    ] as const) {
      const { desk, asked, answer } = start(provider);
      answer(lasting(seconds), 1_000);
      expect(desk.wakeAt).toBe(1_000 + renewInMs);
      desk.wake(desk.wakeAt);
      expect(asked).toEqual([1, 2]);
      // Meanwhile the old one is shown, and nothing waits.
      expect([desk.token, desk.isAwaited]).toEqual([lasting(seconds), false]);
    }
  });

  test('[ANN-17] a token that is refused is replaced at once, once for all trackers', () => {
    const { desk, asked, answer, settled } = start(provider);
    answer('first', 0);
    desk.noteRefused('first', 1_000);
    desk.noteRefused('first', 1_001);
    expect(asked).toEqual([1, 2]);
    answer('second', 2_000);
    expect(settled).toEqual(['first', 'second']);
    // Word of a refusal of the old one that was on its way.
    desk.noteRefused('first', 2_100);
    expect(asked).toEqual([1, 2]);
  });

  test('[ANN-17] one refused after another are replaced ever more seldom, until a tracker takes one', () => {
    const { desk, asked, answer } = start(provider);
    answer('token 0', 0);
    const waits: number[] = [];
    for (let now = 0, index = 0; index < 9; index += 1) {
      desk.noteRefused(desk.token, now);
      const askedAt = desk.wakeAt === now + 10_000 ? now : desk.wakeAt;
      desk.wake(askedAt);
      waits.push(Math.round((askedAt - now) / 1000));
      now = askedAt;
      answer(`token ${index + 1}`, now);
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(asked).toHaveLength(10);
    desk.noteAccepted();
    desk.noteRefused(desk.token, 9_000_000);
    expect(asked).toHaveLength(11);
  });

  test('[ANN-17] the token that was refused is no new one', () => {
    const { desk, answer, failed, settled } = start(provider);
    answer('cached', 0);
    desk.noteRefused('cached', 1_000);
    answer('cached', 1_100);
    expect(failed).toEqual(['the function gave the token that was refused']);
    expect(settled).toHaveLength(2);
    expect(desk.wakeAt).toBeGreaterThan(5_000);
  });

  test.each([undefined, null, 7, '', {}, 'x'.repeat(513)])('[ANN-18] %p is no token', (token) => {
    const { desk, answer, failed } = start(provider);
    answer(token, 0);
    expect([failed.length, desk.token, desk.isAwaited]).toEqual([1, undefined, false]);
  });

  test('[ANN-18] a function that fails or is late is asked again, 5 s later at first, 5 minutes at most', () => {
    const { desk, asked, failed, settled } = start(provider);
    const waits: number[] = [];
    for (let now = 0; asked.length < 9;) {
      const isLate = asked.length % 2 === 0;
      if (isLate) now += 10_000;
      if (isLate) desk.wake(now);
      else desk.handleFailure(asked.at(-1) ?? 0, 'HTTP 500', now);
      waits.push(Math.round((desk.wakeAt - now) / 1000));
      now = desk.wakeAt;
      desk.wake(now);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(failed.slice(0, 2)).toEqual(['HTTP 500', 'no token in time']);
    // Who waits for it need not wait longer.
    expect(settled).toHaveLength(8);
  });

  test('[ANN-18] an answer that comes too late, or to a function that was replaced, is not taken', () => {
    const { desk, page, asked } = start(provider);
    desk.wake(10_000);
    desk.handleToken(1, 'late', 10_001);
    expect(desk.token).toBeUndefined();
    page.source = () => 'another';
    desk.reconsider(11_000);
    desk.handleToken(1, 'of the old one', 11_001);
    expect([desk.token, asked]).toEqual([undefined, [1, 2]]);
    desk.handleToken(2, 'new', 11_002);
    expect(desk.token).toBe('new');
  });

  test('[ANN-16] another text takes the place of a function, and a function shows the old one until it answers', () => {
    const { desk, page, settled } = start('old');
    page.source = provider;
    desk.reconsider(0);
    expect([desk.token, desk.isAwaited]).toEqual(['old', false]);
    page.source = 'new';
    desk.reconsider(1);
    desk.handleToken(1, 'of the function', 2);
    expect([desk.token, settled.at(-1), desk.wakeAt]).toEqual(['new', 'new', Infinity]);
  });

  test('[ANN-17] reads how long a signed token lasts, and nothing from others', () => {
    expect(tokenLifetimeMs('1.k.1790000000.1790000005.x.y.z.s')).toBe(5_000);
    for (const text of ['', 'opaque', '2.k.1.2.x', '1.k.5.5.x', '1.k.5.4.x', '1..1.2.x', '1.k.1.2', '1.k.x.2.x'])
      expect([text, tokenLifetimeMs(text)]).toEqual([text, undefined]);
  });

  test('[ANN-18] whatever happens, the function is not asked more often than every 2 s on average', () => {
    const event = fc.constantFrom('given', 'short', 'same', 'failed', 'refused', 'accepted', 'wake', 'wait');
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (events, chance) => {
          const { desk, asked, answer } = start(provider, chance);
          let now = 0;
          let acceptedCount = 0;
          events.forEach((what, index) => {
            if (what === 'given') answer(`token ${index}`, now);
            if (what === 'short') answer(lasting(1, `${index}`), now);
            if (what === 'same') answer(desk.token, now);
            if (what === 'failed') desk.handleFailure(asked.at(-1) ?? 0, 'no', now);
            if (what === 'refused') desk.noteRefused(desk.token, now);
            if (what === 'accepted') acceptedCount += 1;
            if (what === 'accepted') desk.noteAccepted();
            if (what === 'wake') now = Math.min(Math.max(now, desk.wakeAt), now + 100_000);
            if (what === 'wait') now += 500;
            desk.wake(now);
          });
          // One to begin with, one for each refusal after a success, the rest by the clock.
          expect(asked.length).toBeLessThanOrEqual(2 + acceptedCount + now / 2_000);
        },
      ),
    );
  });
});
