import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ClusterView, MAX_NODES, NODE_EXPIRY_MS } from '../../../src/core/cluster/cluster-view';
import type { CountEntry } from '../../../src/core/cluster/bus-message';
import { id } from '../../support/messages';

const entry = (name: string, incomplete: number, complete = 0, downloaded = 0): CountEntry => ({
  infoHash: id(name),
  counts: { complete, incomplete, downloaded },
});

const state = (number: number, piece: number, isLast: boolean, entries: readonly CountEntry[]) => ({
  type: 'state' as const,
  incarnation: 1,
  state: number,
  piece,
  isLast,
  entries,
});

function viewOf(...nodeIds: string[]): ClusterView {
  const view = new ClusterView();
  for (const nodeId of nodeIds) view.heard(nodeId, 1, 0);
  return view;
}

const peers = (view: ClusterView, name: string): number => {
  const { complete, incomplete } = view.counts(id(name));
  return complete + incomplete;
};

describe('ClusterView', () => {
  test('[TRK-101] adds up what the nodes have of a swarm', () => {
    const view = viewOf('b', 'c');
    view.apply('b', [entry('x', 1, 2, 3), entry('y', 5)]);
    view.apply('c', [entry('x', 10, 20, 30)]);
    expect(view.counts(id('x'))).toEqual({ complete: 22, incomplete: 11, downloaded: 33 });
    expect(view.nodesOf(id('x'))).toEqual([
      { nodeId: 'b', peerCount: 3 },
      { nodeId: 'c', peerCount: 30 },
    ]);
    view.apply('b', [entry('x', 0)]);
    expect(view.counts(id('x'))).toEqual({ complete: 20, incomplete: 10, downloaded: 30 });
    view.apply('c', [entry('x', 0)]);
    expect([view.has(id('x')), view.has(id('y'))]).toEqual([false, true]);
  });

  test('[TRK-101] a node that was never heard has no counts', () => {
    const view = viewOf();
    view.apply('b', [entry('x', 1)]);
    view.applyState('b', state(1, 0, true, [entry('x', 1)]));
    expect([view.has(id('x')), view.nodeCount]).toEqual([false, 0]);
  });

  test('[TRK-103] a whole state removes what it does not name; changes that came meanwhile stay', () => {
    const view = viewOf('b', 'c');
    view.apply('b', [entry('old', 1), entry('kept', 1), entry('gone', 1)]);
    view.apply('c', [entry('old', 7)]);
    view.applyState('b', state(5, 0, false, [entry('kept', 2), entry('gone', 1)]));
    view.apply('b', [entry('new', 3), entry('gone', 0)]);
    view.applyState('b', state(5, 1, true, [entry('more', 4)]));
    const left = ['old', 'kept', 'gone', 'new', 'more'].map((name) => peers(view, name));
    expect(left).toEqual([7, 2, 0, 3, 4]);
  });

  test('[TRK-103] a state that lost a piece removes nothing, and the next one does', () => {
    const view = viewOf('b');
    view.apply('b', [entry('old', 1)]);
    view.applyState('b', state(1, 0, false, [entry('x', 1)]));
    view.applyState('b', state(1, 2, true, [entry('y', 1)]));
    expect(['old', 'x', 'y'].map((name) => peers(view, name))).toEqual([1, 1, 1]);
    view.applyState('b', state(2, 1, true, [entry('z', 1)]));
    expect(['old', 'x', 'y', 'z'].map((name) => peers(view, name))).toEqual([1, 1, 1, 1]);
    view.applyState('b', state(3, 0, true, [entry('x', 1)]));
    expect(['old', 'x', 'y', 'z'].map((name) => peers(view, name))).toEqual([0, 1, 0, 0]);
  });

  test('[TRK-104] a node is gone after ten seconds of silence, and only that node', () => {
    const view = viewOf('b', 'c');
    view.apply('b', [entry('x', 1), entry('y', 1)]);
    view.apply('c', [entry('x', 5)]);
    view.heard('c', 1, 8000);
    view.tick(NODE_EXPIRY_MS);
    expect(view.nodeCount).toBe(2);
    view.tick(NODE_EXPIRY_MS + 1);
    expect([view.nodeCount, peers(view, 'x'), view.has(id('y'))]).toEqual([1, 5, false]);
  });

  test('[TRK-104] a node that was restarted under its name starts from nothing', () => {
    const view = viewOf('b');
    view.apply('b', [entry('x', 9)]);
    expect(view.heard('b', 1, 1)).toBe(false);
    expect(view.heard('b', 2, 2)).toBe(true);
    expect([view.nodeCount, view.has(id('x'))]).toEqual([1, false]);
  });

  test('[TRK-104] the place of a node that has gone is taken by the next, which has nothing of it', () => {
    const view = viewOf('b', 'c');
    view.apply('b', [entry('x', 1)]);
    view.forget('b');
    view.heard('d', 1, 0);
    view.apply('d', [entry('y', 4)]);
    expect([view.nodesOf(id('x')), view.nodesOf(id('y'))]).toEqual([[], [{ nodeId: 'd', peerCount: 4 }]]);
  });

  test('[TRK-105] no more nodes are listened to than the limit', () => {
    const view = viewOf(...Array.from({ length: MAX_NODES }, (_, index) => `n${index}`));
    expect(view.heard('one-more', 1, 0)).toBe(false);
    view.apply('one-more', [entry('x', 1)]);
    expect([view.nodeCount, view.has(id('x'))]).toEqual([MAX_NODES, false]);
  });

  test('[TRK-105] what is known of a swarm on one node is about 50 bytes: 100,000 swarms on ten nodes are tens of megabytes', () => {
    const view = viewOf(...Array.from({ length: 10 }, (_, index) => `n${index}`));
    const swarmCount = 20_000;
    const before = usedBytes();
    for (let node = 0; node < 10; node += 1) {
      for (let index = 0; index < swarmCount; index += 1) view.apply(`n${node}`, [entry(`swarm ${index}`, node + 1)]);
    }
    const bytesPerPair = (usedBytes() - before) / (10 * swarmCount);
    expect(view.counts(id(`swarm ${swarmCount - 1}`)).incomplete).toBe(55);
    expect(bytesPerPair).toBeLessThan(60);
  });
});

/** Bytes in use after all garbage is collected. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
