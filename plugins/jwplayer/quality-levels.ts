// Renditions as JW lists them: best first, and "Auto" before them where there is a choice.

import type { DrivenHls, HlsLevel } from './jw-types';

export interface QualityLevel {
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  readonly bitrate?: number;
}

const BITS_PER_KILOBIT = 1_000;

/** Empty before the source is read. */
export function qualityLevelsOf(levels: readonly HlsLevel[]): QualityLevel[] {
  const listed = levels.map((level) => ({
    label: labelOf(level, levels),
    bitrate: level.bitrate,
    ...(level.width && { width: level.width }),
    ...(level.height && { height: level.height }),
  }));
  // hls.js has the best last.
  return levels.length > 1 ? [{ label: 'Auto' }, ...listed.reverse()] : listed;
}

/** JW's index of what is chosen: 0 is "Auto". */
export function currentQualityOf({ levels, autoLevelEnabled, nextLevel }: DrivenHls): number {
  return levels.length < 2 || autoLevelEnabled ? 0 : jwIndexOf(nextLevel, levels.length);
}

/** hls.js's index for one of JW's; -1: by itself. */
export function hlsLevelOf(jwIndex: number, levelCount: number): number {
  return jwIndex <= 0 || levelCount < 2 ? -1 : Math.max(0, levelCount - jwIndex);
}

export function jwIndexOf(hlsLevel: number, levelCount: number): number {
  return levelCount < 2 ? 0 : levelCount - hlsLevel;
}

function labelOf({ height, bitrate }: HlsLevel, levels: readonly HlsLevel[]): string {
  const rate = `${Math.round(bitrate / BITS_PER_KILOBIT)} kbps`;
  if (!height) return rate;
  const isAlone = levels.filter((other) => other.height === height).length === 1;
  return isAlone ? `${height}p` : `${height}p (${rate})`;
}
