// Whoever plays the same content shares it, whatever player they have: here each player with the next one in a ring,
// every player once on either side. `npm run bench:players` does all pairs.

import { sharePair } from '../support/pair';
import { playersOf } from '../support/players/all-players';
import type { Format, PlayerPage } from '../support/players/player-page';
import { stageForTests } from '../support/stage-for-tests';

type Pair = [name: string, first: PlayerPage, second: PlayerPage, format: Format];

const ringOf = (format: Format): Pair[] =>
  playersOf(format).map((first, place, all) => {
    const second = all[(place + 1) % all.length]!;
    return [`${format}: ${second.name} from ${first.name}`, first, second, format];
  });

const stage = stageForTests();

test.each([...ringOf('hls'), ...ringOf('dash')])('%s', async (_name, first, second, format) => {
  expect((await sharePair(stage, first, second, format)).p2pShare).toBeGreaterThan(0.4);
});
