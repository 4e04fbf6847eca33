// What Linux tells of a process.

import { readFileSync } from 'node:fs';

/** Clock ticks per second in /proc: fixed in Linux, whatever its timers run at. */
const TICKS_PER_SECOND = 100;

/** Microseconds of CPU time that a process has used, user and system. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; the third field follows its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND;
}

/** Bytes of memory that a process has in RAM. */
export function residentBytes(pid: number): number {
  return Number(field(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m)) * 1024;
}

/** Files, sockets among them, that this process may have open. */
export function maxOpenFiles(): number {
  const limit = field('/proc/self/limits', /^Max open files\s+(\d+|unlimited)/m);
  return limit === 'unlimited' ? Infinity : Number(limit);
}

function field(path: string, pattern: RegExp): string {
  const value = pattern.exec(readFileSync(path, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${path} has no ${pattern.source}`);
  return value;
}
