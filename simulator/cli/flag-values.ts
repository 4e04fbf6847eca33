// Values of flags, each checked where it is read.

import { coreCount } from './worker-pool';

export type FlagValue = string | boolean | undefined;

/** @throws Error that names the flag and what is allowed, as all of these. */
export function readName<Name extends string>(
  flag: string,
  value: FlagValue,
  allowed: readonly Name[],
): Name | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new Error(`--${flag} ${String(value)}: allowed are ${allowed.join(', ')}`);
  return found;
}

/** Names with commas between, none twice. */
export function readNames<Name extends string>(
  flag: string,
  value: FlagValue,
  allowed: readonly Name[],
): Name[] | undefined {
  if (value === undefined) return undefined;
  const names = String(value)
    .split(',')
    .flatMap((part) => readName(flag, part, allowed) ?? []);
  if (new Set(names).size < names.length) throw new Error(`--${flag} ${String(value)}: each only once`);
  return names;
}

export function readSwitch(flag: string, value: FlagValue): boolean | undefined {
  const name = readName(flag, value, ['on', 'off'] as const);
  return name && name === 'on';
}

export function readNumber(
  flag: string,
  value: FlagValue,
  least: number,
  most: number,
  isWhole: boolean,
): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  const isAllowed =
    number >= least && number <= most && (isWhole ? Number.isSafeInteger(number) : Number.isFinite(number));
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  if (!isAllowed) throw new Error(`--${flag} ${String(value)}: allowed is a ${isWhole ? 'whole ' : ''}number ${range}`);
  return number;
}

/** Segments that the reduced model must look at: with fewer, none may lie after starting up. */
export const LEAST_SAMPLES = 2;

/** A whole number of at least `least`. */
export const readCount = (flag: string, value: FlagValue, least = 1): number | undefined =>
  readNumber(flag, value, least, Infinity, true);

/** Whole numbers of at least one, with commas between. */
export function readCounts(flag: string, value: FlagValue): number[] | undefined {
  if (value === undefined) return undefined;
  return String(value)
    .split(',')
    .flatMap((part) => readCount(flag, part) ?? []);
}

/** Processes to work with: those asked for, or one per core. */
export const readJobs = (value: FlagValue): number => readCount('jobs', value) ?? coreCount();
