import fc from 'fast-check';
import { electOwner } from '../../src/scheduler/elect-owner';

const PEERS = Array.from({ length: 10 }, (_, index) => `-PL0100-viewer${index}aaaaa`);

describe('electOwner', () => {
  test('[SCH-7] all who know the same candidates agree, in whatever order they know them', () => {
    const candidates = fc.uniqueArray(fc.string({ maxLength: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.string(), candidates, fc.infiniteStream(fc.nat()), (key, known, lots) => {
        const shuffled = known
          .map((candidate) => ({ candidate, lot: lots.next().value as number }))
          .sort((a, b) => a.lot - b.lot)
          .map(({ candidate }) => candidate);
        expect(electOwner(key, shuffled)).toBe(electOwner(key, known));
        expect(known).toContain(electOwner(key, known));
      }),
    );
  });

  // Ids share a prefix, keys differ in their last digits: a weak hash gave one viewer half of the stream.
  test('[SCH-7] the segments are spread over all', () => {
    const counts = new Map<string, number>();
    for (let sequence = 0; sequence < 5_000; sequence += 1) {
      const owner = electOwner(`9afebcfc/0/${sequence}`, PEERS) ?? '';
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    expect(counts.size).toBe(PEERS.length);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(400);
      expect(count).toBeLessThan(600);
    }
  });

  test('[SCH-7] when one leaves, only its segments get another owner', () => {
    for (let sequence = 0; sequence < 200; sequence += 1) {
      const key = `9afebcfc/0/${sequence}`;
      const before = electOwner(key, PEERS);
      const after = electOwner(key, PEERS.slice(1));
      if (before !== PEERS[0]) expect(after).toBe(before);
    }
  });

  test('nobody is elected where nobody stands', () => {
    expect(electOwner('a', [])).toBeUndefined();
  });
});
