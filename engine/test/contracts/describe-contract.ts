import type { ContractCase, Disposable } from './contract';

/** Runs every case of a contract as a Jest test, each over a port of its own. */
export function describeContract<World>(
  name: string,
  cases: readonly ContractCase<World>[],
  setUp: () => Promise<World & Disposable> | (World & Disposable),
): void {
  describe(name, () => {
    for (const clause of cases) {
      test(clause.name, async () => {
        const world = await setUp();
        await expectToHold(clause, world);
      });
    }
  });
}

async function expectToHold<World>(clause: ContractCase<World>, world: World & Disposable): Promise<void> {
  try {
    await clause.run(world);
  } finally {
    await world.dispose?.();
  }
}
