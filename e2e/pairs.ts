// `npm run bench:players`: every player as the first viewer of a recording, every player as the second. Prints, for each
// pair, after how many seconds the second had its first segment from the first, and how much of its bytes came from it.

import { playersOf } from './support/players/all-players';
import type { Format } from './support/players/player-page';
import { sharePair } from './support/pair';
import { setStage } from './support/stage';
import { alignedTable } from '../simulator/src/run/table';

async function main(): Promise<void> {
  const stage = await setStage();
  try {
    for (const format of ['hls', 'dash'] satisfies Format[]) {
      const players = playersOf(format);
      const rows: string[][] = [];
      for (const first of players) {
        const cells: string[] = [];
        for (const second of players) {
          const { secondsToFirstSegment, p2pShare } = await sharePair(stage, first, second, format);
          cells.push(`${secondsToFirstSegment.toFixed(1)} s ${Math.round(p2pShare * 100)} %`);
          await stage.reset();
        }
        rows.push([first.name, ...cells]);
      }
      const head = [`${format}: from ↓ to →`, ...players.map(({ name }) => name)];
      console.log(`${alignedTable([head, ...rows])}\n`);
    }
  } finally {
    await stage.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
