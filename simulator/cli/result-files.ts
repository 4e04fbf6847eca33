// Results of earlier runs.

import { readFileSync } from 'node:fs';
import type { SeedsReport } from '../src/run/seeds-report';

/** As `npm run simulate -- --json` prints them. @throws Error that names the file and what it lacks. */
export function readSeedsReports(flag: string, paths: string | undefined): SeedsReport[] {
  return (paths?.split(',') ?? []).map((path) => {
    const report = readJsonFile(flag, path) as Partial<SeedsReport>;
    const isWhole = report.inputs !== undefined && report.summary?.steadyOffloadRatio !== undefined;
    if (!isWhole || !report.runs) throw new Error(`--${flag} ${path}: not a result of npm run simulate -- --json`);
    return report as SeedsReport;
  });
}

/** @throws Error that names the flag and the file. */
export function readJsonFile(flag: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`--${flag} ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
