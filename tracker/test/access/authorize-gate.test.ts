import { setImmediate } from 'node:timers/promises';
import {
  AuthorizeGate,
  MAX_OPEN_PER_CLIENT,
  type AuthorizationOptions,
  type Authorize,
  type AuthorizeRequest,
} from '../../src/access/authorize-gate';
import type { AdmissionRequest } from '../../src/core/admission';
import { UNKNOWN_CLIENT } from '../../src/core/client-about';
import { id } from '../support/messages';

const PEER = id('peer');
const HASH = '\u00ff'.repeat(20);

/** A gate whose hook answers when the test says so. */
function start(options: AuthorizationOptions = {}, authorize?: Authorize) {
  const asked: AuthorizeRequest[] = [];
  const answers: ((answer: boolean | string) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const clock = { now: 0 };
  const hook: Authorize = (request) => {
    asked.push(request);
    return new Promise((resolve, reject) => {
      answers.push(resolve);
      failures.push(reject);
    });
  };
  const gate = new AuthorizeGate(authorize ?? hook, options);
  const settled: string[] = [];
  const client = { ...UNKNOWN_CLIENT, origin: 'https://a.example', address: '10.0.0.1' };
  const request = (peerId = PEER, token?: string): AdmissionRequest => ({ client, infoHash: HASH, peerId, token });
  const check = (what = request()) => gate.check(what, clock.now);
  const ask = (what = request()) =>
    gate.ask(
      what,
      () => clock.now,
      () => settled.push(what.peerId),
    );
  return { gate, clock, asked, answers, failures, settled, client, request, check, ask };
}

/** Lets promises that are settled be heard. */
const turn = () => setImmediate();

describe('AuthorizeGate', () => {
  test('[TRK-193] asks who it is, and lets in with true only', async () => {
    const { asked, answers, settled, request, check, ask } = start();
    expect(check()).toBe('held');
    ask(request(PEER, 'token'));
    expect(asked).toEqual([
      { infoHash: 'ff'.repeat(20), peerId: PEER, origin: 'https://a.example', address: '10.0.0.1', token: 'token' },
    ]);
    answers[0]?.(true);
    expect(settled).toEqual([]);
    await turn();
    expect(settled).toEqual([PEER]);
    expect(check(request(PEER, 'token'))).toBe('granted');
    // Of another token nothing is known.
    expect(check(request(PEER, 'another'))).toBe('held');
  });

  test.each([
    [false, 'not authorized'],
    ['only for subscribers', 'only for subscribers'],
    ['', 'not authorized'],
    ['x'.repeat(999), 'x'.repeat(200)],
    [undefined, 'not authorized: the check gave no answer'],
    [1, 'not authorized'],
    [{}, 'not authorized'],
  ])('[TRK-193] %p does not let in, once: the next announce asks again', async (answer, failure) => {
    const { answers, check, ask } = start();
    ask();
    answers[0]?.(answer as boolean);
    await turn();
    expect(check()).toMatchObject({ failure });
    expect(check()).toBe('held');
  });

  test('[TRK-193] a yes holds for ten minutes', async () => {
    const { clock, answers, check, ask } = start();
    ask();
    answers[0]?.(true);
    await turn();
    clock.now = 599_999;
    expect(check()).toBe('granted');
    clock.now = 600_000;
    expect(check()).toBe('held');
  });

  test('[TRK-194] no answer, an error and a throw are a no, unless the operator prefers a yes', async () => {
    const broken: Authorize = () => {
      throw new Error('broken');
    };
    const rejecting: Authorize = () => Promise.reject(new Error('down'));
    const never: Authorize = () => new Promise(() => undefined);
    for (const authorize of [broken, rejecting, never]) {
      for (const isOpenOnFailure of [false, true]) {
        const { gate, settled, check, ask } = start({ isOpenOnFailure, timeoutMs: 10 }, authorize);
        ask();
        while (settled.length === 0) await turn();
        const verdict = check();
        expect(verdict === 'granted').toBe(isOpenOnFailure);
        expect([gate.openCount, gate.counters]).toEqual([0, { asked: 1, failed: 1 }]);
      }
    }
  });

  test('[TRK-194] who is in stays while the hook is down, and goes when it says no', async () => {
    const { clock, answers, failures, check, ask } = start();
    ask();
    answers[0]?.(true);
    await turn();
    for (let times = 1; times < 5; times += 1) {
      clock.now += 600_000;
      expect(check()).toBe('held');
      ask();
      failures[times]?.(new Error('down'));
      await turn();
      expect(check()).toBe('granted');
    }
    clock.now += 600_000;
    ask();
    answers[5]?.(false);
    await turn();
    expect(check()).toMatchObject({ reason: 'not-authorized' });
  });

  test('[TRK-195] so many questions are open at once and no more, for each client and for all', async () => {
    const { gate, asked, answers, settled, request, check, ask } = start({ maxOpen: 10 });
    for (let index = 0; index < 20; index += 1) ask(request(id(`${index}`)));
    await turn();
    expect([asked.length, gate.openCount, settled.length]).toEqual([MAX_OPEN_PER_CLIENT, 8, 12]);
    expect(check(request(id('19')))).toMatchObject({ reason: 'authorize-failed' });
    // Another client's questions are not held up by these, as long as there is room for all.
    const other = { ...request(id('other')), client: { ...UNKNOWN_CLIENT } };
    ask(other);
    ask({ ...other, client: { ...UNKNOWN_CLIENT } });
    ask({ ...other, client: { ...UNKNOWN_CLIENT } });
    await turn();
    expect([asked.length, gate.openCount, settled.length]).toEqual([10, 10, 13]);
    answers[8]?.(true);
    await turn();
    expect([check(other), gate.openCount]).toEqual(['granted', 9]);
  });

  test('[TRK-195] a client with a thousand names leaves a bounded memory', async () => {
    const { gate, settled, request, check, ask } = start({}, () => true);
    for (let index = 0; index < 1_000; index += 1) {
      ask(request(id(`${index}`)));
      await turn();
    }
    expect([settled.length, gate.openCount]).toEqual([1_000, 0]);
    const known = Array.from({ length: 1_000 }, (_, index) => check(request(id(`${index}`)))).filter(
      (verdict) => verdict === 'granted',
    );
    expect(known).toHaveLength(64);
  });

  test.each([
    [{ timeoutMs: 9 }, 'authorization.timeoutMs'],
    [{ maxOpen: 0 }, 'authorization.maxOpen'],
    [{ lifetimeSeconds: 0 }, 'authorization.lifetimeSeconds'],
    [{ isOpenOnFailure: 1 as unknown as boolean }, 'authorization.isOpenOnFailure'],
    [{ nonsense: 1 }, 'authorization.nonsense'],
  ])('[TRK-55] %j is refused', (options, name) => {
    expect(() => start(options as AuthorizationOptions)).toThrow(name);
  });
});
