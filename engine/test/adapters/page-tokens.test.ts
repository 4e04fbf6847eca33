import { PageTokens } from '../../src/adapters/shared/page-tokens';
import type { TokenProvider } from '../../src/ports/token-source';

const REQUEST = { swarmId: 'stream', peerId: 'p'.repeat(20) };

/** What is heard, and what was heard already when `ask` returned. */
async function ask(provider: TokenProvider): Promise<unknown> {
  const heard: unknown[] = [];
  new PageTokens().ask(provider, REQUEST, {
    onToken: (token) => heard.push({ token }),
    onFailure: (why) => heard.push({ why }),
  });
  expect(heard).toEqual([]);
  while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return heard;
}

describe('PageTokens', () => {
  test('[ANN-16] takes a text or the promise of one, and tells the function for whom it is', async () => {
    expect(await ask(({ swarmId, peerId }) => `${swarmId} ${peerId}`)).toEqual([{ token: `stream ${'p'.repeat(20)}` }]);
    expect(await ask(() => Promise.resolve('later'))).toEqual([{ token: 'later' }]);
    expect(await ask(() => undefined as unknown as string)).toEqual([{ token: undefined }]);
  });

  test('[ANN-18] a function that throws or rejects, with whatever, is a failure', async () => {
    const thrown = (): never => {
      throw new Error('no session');
    };
    expect(await ask(thrown)).toEqual([{ why: 'no session' }]);
    expect(await ask(() => Promise.reject(new Error('HTTP 500')))).toEqual([{ why: 'HTTP 500' }]);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- pages do
    expect(await ask(() => Promise.reject('offline'))).toEqual([{ why: 'offline' }]);
  });
});
