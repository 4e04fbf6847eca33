import type { DashjsPlayer } from '../index';

// What a page loads. The engine behind it has its own tests, and needs WebRTC.
jest.mock('../../../engine/src/index', () => ({
  ...jest.requireActual<object>('../../../engine/src/base/p2p-error'),
  sessions: new Set(),
}));
jest.mock('../../../engine/src/dash', () => ({ connectDashPlayer: jest.fn() }));

test.each(['index', 'global'] as const)('%s exports what a page needs', async (entry) => {
  const exported = (await import(`../${entry}`)) as object;
  expect(exported).toMatchObject({
    attachDashjs: expect.any(Function),
    P2PError: expect.any(Function),
    sessions: expect.any(Set),
  });
  const attach = Object.entries(exported).find(([name]) => name === 'attachDashjs')?.[1] as (
    player: unknown,
  ) => unknown;
  expect(() => attach(undefined)).toThrow(/^attach\w+\(\) takes/);
});

test('what the library declares as its player is taken', () => {
  const asDeclared = (player: import('dashjs').MediaPlayerClass): DashjsPlayer => player;
  expect(asDeclared).toBeInstanceOf(Function);
});
