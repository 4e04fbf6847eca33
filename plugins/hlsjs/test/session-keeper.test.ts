import type { P2POptions } from '../../../engine/src/index';
import { FakeConnection, last } from '../../test/fake-connection';
import { SessionKeeper } from '../session-keeper';

let connections: FakeConnection[];

const keep = (options?: P2POptions) =>
  new SessionKeeper((given) => {
    connections.push(new FakeConnection(given));
    return last(connections);
  }, options);

beforeEach(() => {
  connections = [];
});

test('one session, from the first question on; options are changes then', () => {
  const keeper = keep({ maxPeers: 3 });
  expect(connections).toEqual([]);
  expect(keeper.running).toBe(connections[0]);
  expect(keeper.handle({ maxPeers: 4 })).toBe(connections[0]!.handle);
  expect(connections.map(({ givenOptions }) => givenOptions)).toEqual([[{ maxPeers: 3 }, { maxPeers: 4 }]]);
});

test('what the page ended stays ended until it asks; its options then go before those of the player', () => {
  const keeper = keep({ maxPeers: 3, swarmId: 'mine' });
  keeper.handle().destroy();
  expect(keeper.running).toBeUndefined();
  expect(connections).toHaveLength(1);
  const handle = keeper.handle({ maxPeers: 4 });
  expect([handle, keeper.running]).toEqual([connections[1]!.handle, connections[1]]);
  expect(connections[1]!.givenOptions).toEqual([{ maxPeers: 4, swarmId: 'mine' }]);
  // The end of the one before is no end of this one.
  connections[0]!.handle.destroy();
  expect(keeper.handle()).toBe(handle);
});

test('after the end of the player nothing begins, and the handle is that of the last session', () => {
  const keeper = keep();
  const handle = keeper.handle();
  keeper.end();
  expect(connections[0]!.isDestroyed).toBe(true);
  expect([keeper.running, keeper.handle()]).toEqual([undefined, handle]);
  expect(connections).toHaveLength(1);
});

test('a player that went before there was a session has no handle', () => {
  const keeper = keep();
  keeper.end();
  expect(keeper.running).toBeUndefined();
  expect(() => keeper.handle()).toThrow(/player was destroyed/);
  expect(connections).toEqual([]);
});
