// Two viewers of one recording, each with a player of its own.

import { join } from 'node:path';
import { createLongDash, readDashLoop } from '../../examples/server/live-dash';
import { openPlayer } from './open-player';
import type { Format, PlayerPage } from './players/player-page';
import { ROOT, type Stage, until } from './stage';

/** How well the later viewer got from the first one. */
export interface PairResult {
  /** From the moment when its player was ready. */
  readonly secondsToFirstSegment: number;
  /** Of its bytes. */
  readonly p2pShare: number;
}

/** Of one rendition: which one a player takes from a choice says nothing about sharing. */
const SOURCES: Readonly<Record<Format, string>> = { hls: '/vod-ts/144p/index.m3u8', dash: '/dash-long/144p.mpd' };
/** The one that is left out. */
const OTHER_RENDITION = /<Representation id="90p"[^]*?<\/Representation>/;
/**
 * So many segments the first one has before the other comes, and so many this one gets from it; in the DASH sample, sound
 * and picture come in segments of their own.
 */
const SEGMENTS: Readonly<Record<Format, { readonly ahead: number; readonly shared: number }>> = {
  hls: { ahead: 10, shared: 5 },
  dash: { ahead: 16, shared: 8 },
};

export async function sharePair(
  stage: Stage,
  first: PlayerPage,
  second: PlayerPage,
  format: Format,
): Promise<PairResult> {
  const { ahead, shared } = SEGMENTS[format];
  const options = { source: SOURCES[format], bufferGoalSeconds: 30 };
  if (format === 'dash') stage.serveScript(SOURCES.dash, oneRenditionMpd());
  const giver = await openPlayer(stage, first, options);
  await giver.reaches('segments to give', ({ segmentCount }) => segmentCount.http >= ahead);
  const taker = await openPlayer(stage, second, options);
  const beganAt = Date.now();
  let sharedAt = 0;
  await until(`${second.name} to get from ${first.name}`, async () => {
    const { p2p } = (await taker.stats()).segmentCount;
    if (p2p > 0 && sharedAt === 0) sharedAt = Date.now();
    return p2p >= shared;
  });
  const { offloadRatio } = await taker.stats();
  return { secondsToFirstSegment: (sharedAt - beganAt) / 1_000, p2pShare: offloadRatio };
}

function oneRenditionMpd(): string {
  const both = createLongDash(readDashLoop(join(ROOT, 'e2e', 'fixtures', 'dash-template'))).manifest();
  const one = both.replace(OTHER_RENDITION, '');
  if (one === both) throw new Error('the sample has no such rendition any more');
  return one;
}
