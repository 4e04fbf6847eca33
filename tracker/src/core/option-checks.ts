// Checks of options at the door: each failure names the option, its value and what is allowed.

/** @throws RangeError unless `value` is a whole number from `least` to `most` */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw refusedOption(name, value, `a whole number from ${least} to ${most}`);
}

/** @throws RangeError unless `value` is a number from `least` to `most` */
export function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw refusedOption(name, value, `a number from ${least} to ${most}`);
}

/** @throws RangeError unless `value` is true or false */
export function checkSwitch(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw refusedOption(name, value, 'true or false');
}

/** @throws RangeError when `given` has a field that `known` has not */
export function checkNames(name: string, given: object, known: object): void {
  for (const field of Object.keys(given)) {
    if (Object.hasOwn(known, field)) continue;
    throw new RangeError(`${name}.${field} is not an option; there are ${Object.keys(known).join(', ')}`);
  }
}

/** What is thrown for an option that is not allowed. Not for secrets: it shows the value. */
export function refusedOption(name: string, value: unknown, allowed: string): RangeError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
  return new RangeError(`${name} must be ${allowed}, not ${shown}`);
}
