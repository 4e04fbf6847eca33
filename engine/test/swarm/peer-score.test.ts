import fc from 'fast-check';
import { faultOf, PeerScore, type PeerFault } from '../../src/swarm/peer-score';
import { PeerScores, SHUN_MS } from '../../src/swarm/peer-scores';

const scoreAfter = (...faults: readonly PeerFault[]): PeerScore => {
  const score = new PeerScore();
  for (const fault of faults) score.noteFault(fault, 0);
  return score;
};
const FAULTS = [
  'absent',
  'stalled',
  'inVain',
  'silent',
  'slow',
  'falseSize',
  'hearsaySize',
  'deniedSize',
  'otherSize',
] as const satisfies readonly PeerFault[];

describe('PeerScore', () => {
  test('[SCORE-1] what a request that is taken back says of its peer', () => {
    expect([999, 1_000, 2_999, 3_000].map((silentMs) => faultOf(silentMs, 3_999, false))).toEqual([
      undefined,
      'inVain',
      'inVain',
      'stalled',
    ]);
    expect([3_999, 4_000].map((busyMs) => faultOf(0, busyMs, false))).toEqual([undefined, 'slow']);
    // Where another peer goes on, only silence counts.
    expect([faultOf(999, 9_000, true), faultOf(1_000, 0, true), faultOf(9_000, 0, true)]).toEqual([
      undefined,
      'silent',
      'silent',
    ]);
  });

  test('[SCORE-2] who failed is taken for slower, and that fades', () => {
    const score = scoreAfter('stalled');
    expect(score.trust(0)).toBe(0.5);
    expect(score.trust(20_000)).toBeCloseTo(1 / 1.5);
    score.noteBlock(20_000);
    expect(score.trust(20_000)).toBeCloseTo(1 / 1.1);
    expect(new PeerScore().trust(0)).toBe(1);
  });

  test('[SCORE-2] two stalls: it is not asked until most has faded', () => {
    const score = scoreAfter('stalled');
    expect(score.isResting(0)).toBe(false);
    score.noteFault('stalled', 0);
    expect([26_000, 27_000].map((now) => score.isResting(now))).toEqual([true, false]);
    // A third one makes it longer.
    score.noteFault('stalled', 0);
    expect([38_000, 39_000].map((now) => score.isResting(now))).toEqual([true, false]);
  });

  test('[PEER-7] five failures in a row are the end, progress in between begins anew', () => {
    const score = scoreAfter('stalled', 'inVain', 'stalled', 'silent', 'silent');
    expect(score.verdict(0)).toBeUndefined();
    score.noteProgress();
    for (const fault of ['stalled', 'inVain', 'stalled', 'inVain'] as const) score.noteFault(fault, 0);
    expect(score.verdict(0)).toBeUndefined();
    score.noteFault('inVain', 0);
    expect([score.verdict(0), score.isLiar(0)]).toEqual(['failed 5 requests', false]);
  });

  test('[SCORE-6] a second false size is one too many, unless long after or with much that was good', () => {
    const twiceAfter = (ms: number, blockCount: number): string | undefined => {
      const score = scoreAfter('falseSize');
      expect(score.verdict(0)).toBeUndefined();
      for (let count = 0; count < blockCount; count += 1) score.noteBlock(0);
      score.noteFault('falseSize', ms);
      return score.verdict(ms);
    };
    expect([twiceAfter(0, 0), twiceAfter(60_000, 0), twiceAfter(0, 3)]).toEqual(Array(3).fill('false sizes'));
    expect([twiceAfter(90_000, 0), twiceAfter(0, 4)]).toEqual([undefined, undefined]);
  });

  test('[SCORE-6] four sizes by hearsay, and five refusals although something comes in between', () => {
    expect(scoreAfter('hearsaySize', 'hearsaySize', 'hearsaySize').verdict(0)).toBeUndefined();
    expect(scoreAfter('hearsaySize', 'hearsaySize', 'hearsaySize', 'hearsaySize').verdict(0)).toBe('false sizes');
    const refusing = new PeerScore();
    for (let count = 1; count <= 5; count += 1) {
      expect(refusing.verdict(0)).toBeUndefined();
      refusing.noteProgress();
      refusing.noteFault('absent', 0);
    }
    expect(refusing.verdict(0)).toBe('false availability');
  });

  test('[SCORE-4] who was wrong is believed after three confirmations, then six, then twelve', () => {
    const score = new PeerScore();
    expect([score.isDoubted, score.isProven]).toEqual([false, false]);
    score.noteTrueSize();
    expect(score.isProven).toBe(true);
    for (const owed of [3, 6, 12]) {
      score.noteFault('otherSize', 0);
      for (let count = 0; count < owed; count += 1) {
        expect([score.isDoubted, score.isProven]).toEqual([true, false]);
        score.noteTrueSize();
      }
      expect([score.isDoubted, score.isProven]).toEqual([false, true]);
    }
  });

  test('[SCORE-7] neither a small uplink nor a size that others name too ever closes', () => {
    const faults = fc.array(fc.constantFrom('slow', 'otherSize'), { minLength: 50, maxLength: 200 });
    fc.assert(fc.property(faults, (list) => expect(scoreAfter(...list).verdict(0)).toBeUndefined()));
  });

  // An eviction crosses with a request now and then: one refusal for four blocks, for ever.
  test('[SCORE-7] nor does a refusal now and then', () => {
    const score = new PeerScore();
    for (let now = 0; now < 600_000; now += 1_000) {
      if (now % 5_000 === 0) score.noteFault('absent', now);
      else {
        score.noteProgress();
        score.noteBlock(now);
      }
      expect([score.verdict(now), score.isResting(now)]).toEqual([undefined, false]);
    }
  });

  test('whatever happens, when it happens: trust is above 0 and at most 1, and rest ends', () => {
    const step = fc.record({ fault: fc.option(fc.constantFrom(...FAULTS)), now: fc.integer({ min: 0, max: 1e7 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const score = new PeerScore();
        for (const { fault, now } of steps) {
          if (fault) score.noteFault(fault, now);
          else score.noteBlock(now);
          expect(score.trust(now)).toBeGreaterThan(0);
          expect(score.trust(now)).toBeLessThanOrEqual(1);
        }
        expect(score.isResting(2e7)).toBe(false);
      }),
    );
  });
});

describe('PeerScores', () => {
  test('[SCORE-8] who comes back has the score with which it went', () => {
    const scores = new PeerScores();
    scores.of('a').noteFault('falseSize', 0);
    expect(scores.of('a').isDoubted).toBe(true);
    expect(scores.of('b').isDoubted).toBe(false);
  });

  test('[SCORE-8] who was shunned is so for 10 minutes', () => {
    const scores = new PeerScores();
    scores.shun('a', 1_000);
    expect([SHUN_MS + 999, SHUN_MS + 1_000].map((now) => scores.isShunned('a', now))).toEqual([true, false]);
    expect(scores.isShunned('b', 1_000)).toBe(false);
  });

  test('[SCORE-8] 256 are remembered', () => {
    const scores = new PeerScores();
    for (let index = 0; index < 257; index += 1) scores.shun(`peer${index}`, 0);
    expect([scores.isShunned('peer0', 1), scores.isShunned('peer1', 1)]).toEqual([false, true]);
  });
});
