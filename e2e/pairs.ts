// `npm run bench:players [-- hls | dash]`: every player as the first viewer of a recording, every player as the second.
// Prints, for each pair, after how many seconds the second had its first segment from the first, and how much of its bytes
// came from it. The last result stands in docs/players.md.

import { playersOf } from './support/players/all-players';
import type { Format, PlayerPage } from './support/players/player-page';
import { sharePair } from './support/pair';
import { setStage, type Stage } from './support/stage';
import { alignedTable } from '../simulator/src/run/table';

const FORMATS: readonly Format[] = ['hls', 'dash'];

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const formats = FORMATS.filter((format) => asked.length === 0 || asked.includes(format));
  const stage = await setStage();
  try {
    for (const format of formats) {
      const players = playersOf(format);
      const rows: string[][] = [];
      for (const [place, first] of players.entries()) {
        const cells: string[] = [];
        for (const second of players) {
          cells.push(await cellOf(stage, first, second, format));
          await stage.reset();
        }
        rows.push([`${place + 1} ${first.name}`, ...cells]);
        // Minutes pass until the table is there.
        console.error(`${format}: ${rows.length} of ${players.length}`);
      }
      const head = [`${format}: from ↓ to →`, ...players.map((_player, place) => String(place + 1))];
      console.log(`${alignedTable([head, ...rows])}\n`);
    }
  } finally {
    await stage.close();
  }
}

/** One pair that does not share is a finding, and no reason not to look at the others. */
async function cellOf(stage: Stage, first: PlayerPage, second: PlayerPage, format: Format): Promise<string> {
  try {
    const { secondsToFirstSegment, p2pShare } = await sharePair(stage, first, second, format);
    return `${secondsToFirstSegment.toFixed(1)} s ${Math.round(p2pShare * 100)} %`;
  } catch (error) {
    console.error(`${second.name} from ${first.name}:`, error);
    process.exitCode = 1;
    return 'none';
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
