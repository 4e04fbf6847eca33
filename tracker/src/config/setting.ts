// What a setting is: its values, how they are written, and what people are told about it.
// Files write values in JSON, the environment and flags as text.

/** One row of the table of settings. */
export interface Setting<Value> {
  /** One sentence for `--help` and the README, without the range and the default. */
  readonly description: string;
  /** What is allowed, to follow "must be". */
  readonly allowed: string;
  readonly defaultValue: Value;
  /** How the default is told to people. @defaultValue the value itself */
  readonly defaultText?: string;
  /** Name of the flag, without dashes. @defaultValue the setting's name in kebab-case */
  readonly flag?: string;
  /** What stands for the value in `--help`; a switch has none, its flag alone says true. */
  readonly placeholder?: string;
  /** Whether the value is never shown. Such a setting has no flag: flags can be seen by every user of the machine. */
  readonly isSecret?: boolean;
  /** Whether a change takes effect while the tracker runs, on SIGHUP. */
  readonly isReloadable?: boolean;
  /** @returns undefined for a text that is not allowed */
  fromText(text: string): Value | undefined;
  /** @returns undefined for JSON that is not allowed */
  fromJson(json: unknown): Value | undefined;
  /** How the value is written in a file, for `--print-config`. */
  toJson(value: Value): unknown;
}

/** What every kind of setting is made from. */
interface Row<Value> {
  readonly description: string;
  readonly defaultValue: Value;
  readonly defaultText?: string;
  readonly flag?: string;
  readonly placeholder?: string;
  readonly isSecret?: boolean;
  readonly isReloadable?: boolean;
}

interface NumberRow extends Row<number> {
  readonly least: number;
  readonly most: number;
  /** What the number counts, `seconds` for example. */
  readonly unit?: string;
}

/** A whole number in a range. */
export function wholeNumber({ least, most, unit, ...row }: NumberRow): Setting<number> {
  const check = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : undefined;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    placeholder: (unit ?? 'number').toUpperCase(),
    ...row,
    allowed: `a whole number ${range}${unit === undefined ? '' : ` ${unit}`}`,
    // Digits only: Number() would take '', '0x50' and '1e3' as well.
    fromText: (text) => (/^\d{1,16}$/.test(text) ? check(Number(text)) : undefined),
    fromJson: check,
    toJson: (value) => value,
  };
}

/** Text that is not empty; without a default, null in a file says that there is none. */
export function text(row: Row<string | undefined>): Setting<string | undefined> {
  const check = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value : undefined);
  return {
    ...row,
    allowed: 'text that is not empty',
    fromText: check,
    fromJson: check,
    toJson: (value) => value ?? null,
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[], row: Row<Word>): Setting<Word> {
  const check = (value: unknown) => words.find((word) => word === value);
  const allowed = `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
  return { placeholder: words.join('|'), ...row, allowed, fromText: check, fromJson: check, toJson: (value) => value };
}

/** True or false. */
export function onOff(row: Row<boolean>): Setting<boolean> {
  return {
    ...row,
    allowed: 'true or false',
    fromText: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
    fromJson: (value) => (typeof value === 'boolean' ? value : undefined),
    toJson: (value) => value,
  };
}

/** A list in JSON, or texts with commas between them. */
export function list<Item>(
  row: Row<readonly Item[]> & { readonly itemAllowed: string },
  parseItem: (item: string) => Item | undefined,
  formatItem: (item: Item) => string,
): Setting<readonly Item[]> {
  const fromJson = (value: unknown) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item: unknown) => (typeof item === 'string' ? parseItem(item) : undefined));
    return items.includes(undefined) ? undefined : (items as Item[]);
  };
  const { itemAllowed, ...rest } = row;
  return {
    ...rest,
    allowed: itemAllowed,
    fromText: (value) => fromJson(value.split(',').map((item) => item.trim())),
    fromJson,
    toJson: (items) => items.map(formatItem),
  };
}

/** Permissions of a file in octal digits, a text in files as well: JSON has no octal numbers. */
export function fileMode(row: Row<number>): Setting<number> {
  const check = (value: unknown) =>
    typeof value === 'string' && /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined;
  return {
    placeholder: 'MODE',
    ...row,
    allowed: 'three octal digits in quotes, "660" for example',
    fromText: check,
    fromJson: check,
    toJson: formatMode,
  };
}

export function formatMode(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

/** A set of settings by name; a dot in a name is a level of the file. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a Setting<T> takes and gives T, so no T stands for all
export type SettingsTable = Readonly<Record<string, Setting<any>>>;

/** The values of a table of settings. */
export type ValuesOf<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

const ENVIRONMENT_PREFIX = 'P2P_TRACKER_';

/** `log.level` → `log-level`, `limits.maxOffers` → `limits-max-offers`, or what the row says. */
export function flagName(name: string, { flag }: Pick<Setting<unknown>, 'flag'>): string {
  return flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('.', '-');
}

/** `limits.maxOffers` → `P2P_TRACKER_LIMITS_MAX_OFFERS`. */
export function environmentName(name: string): string {
  return ENVIRONMENT_PREFIX + name.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

export function isOurEnvironmentName(name: string): boolean {
  return name.startsWith(ENVIRONMENT_PREFIX);
}
