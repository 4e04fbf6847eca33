import type { NetworkConditions } from '../../src/ports/network-conditions';
import { expectSame, type ContractCase, type Waiting } from './contract';

/** What the cases need: a line that can be made another one. */
export interface ConditionsWorld extends Waiting {
  readonly conditions: NetworkConditions;
  change(line: { readonly isCellular: boolean; readonly savesData: boolean }): void;
}

const WIFI = { isCellular: false, savesData: false };
const CELLULAR = { isCellular: true, savesData: false };

/** Clauses of {@link NetworkConditions}. */
export const networkConditionsContract: readonly ContractCase<ConditionsWorld>[] = [
  {
    name: 'says what line it is, now',
    run({ conditions, change }) {
      const seen = [WIFI, CELLULAR, { isCellular: false, savesData: true }, WIFI].map((line) => {
        change(line);
        return [line, { isCellular: conditions.isCellular, savesData: conditions.savesData }];
      });
      for (const [wanted, got] of seen) expectSame(got, wanted, 'what it says');
    },
  },
  {
    name: 'tells of changes, until cancelled',
    async run({ conditions, change, until, settle }) {
      let count = 0;
      const cancel = conditions.subscribe(() => (count += 1));
      expectSame(count, 0, 'what was told at once');
      change(CELLULAR);
      await until(() => count === 1, 'the change');
      change(WIFI);
      await until(() => count === 2, 'the change back');
      cancel();
      cancel();
      change(CELLULAR);
      await settle();
      expectSame(count, 2, 'what was told in all');
    },
  },
  {
    name: 'tells every listener',
    async run({ conditions, change, until, settle }) {
      const told: string[] = [];
      const cancelFirst = conditions.subscribe(() => told.push('first'));
      const cancelSecond = conditions.subscribe(() => told.push('second'));
      change(CELLULAR);
      await until(() => told.length === 2, 'both to be told');
      cancelFirst();
      change(WIFI);
      await until(() => told.length === 3, 'the second to be told');
      await settle();
      cancelSecond();
      expectSame(told, ['first', 'second', 'second'], 'who was told');
    },
  },
];
