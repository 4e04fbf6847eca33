// Puts the sources of settings together: a flag wins over the environment, that over the file, that over the default.

import { SETTINGS, type SettingName, type Settings } from './settings';
import type { SettingsTable, ValuesOf } from './setting';
import { readConfigText, readEnvironment, readFlags, type CommandName, type GivenValue } from './sources';

/** What settings are read from. */
export interface ConfigInput {
  /** The command line without the program's own name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws what `node:fs` throws. */
  readonly readFile: (path: string) => string;
}

export type LoadedConfig<Values> =
  | {
      readonly type: 'loaded';
      readonly settings: Values;
      readonly commands: ReadonlySet<CommandName>;
      /** Names of the settings that somebody set. */
      readonly given: ReadonlySet<string>;
    }
  | { readonly type: 'invalid'; readonly problems: readonly string[] };

/** Reads and checks all settings of the tracker. */
export function loadConfig(input: ConfigInput): LoadedConfig<Settings> {
  const loaded = loadSettings(SETTINGS, input);
  if (loaded.type === 'invalid') return loaded;
  const problems = findContradictions(loaded.settings, loaded.given);
  return problems.length > 0 ? { type: 'invalid', problems } : loaded;
}

/** Reads and checks the settings of a table, each by itself. */
export function loadSettings<Table extends SettingsTable>(
  table: Table,
  { args, environment, readFile }: ConfigInput,
): LoadedConfig<ValuesOf<Table>> {
  const flags = readFlags(table, args);
  // Who asks for help has something wrong already.
  if (flags.commands.has('help') || flags.commands.has('version')) {
    return { type: 'loaded', settings: defaultsOf(table), commands: flags.commands, given: new Set() };
  }
  const fromEnvironment = readEnvironment(table, environment);
  const file = flags.configFile ?? fromEnvironment.configFile;
  const fromFile = file === undefined ? { given: [], problems: [] } : readConfigFile(table, file, readFile);
  const problems = [...flags.problems, ...fromEnvironment.problems, ...fromFile.problems];
  const values: Record<string, unknown> = { ...defaultsOf(table) };
  const given = new Set<string>();
  // Every source is checked, also where another wins: a mistake that lies in wait is still one.
  for (const one of [...fromFile.given, ...fromEnvironment.given, ...flags.given]) {
    const value = check(table, one);
    if (value === undefined) problems.push(explain(table, one));
    else values[one.name] = value;
    given.add(one.name);
  }
  if (problems.length > 0) return { type: 'invalid', problems };
  return { type: 'loaded', settings: values as ValuesOf<Table>, commands: flags.commands, given };
}

/** Names of the settings that differ, by whether a running tracker can take them over. */
export function changedSettings(
  before: Settings,
  after: Settings,
): { readonly reloadable: SettingName[]; readonly restart: SettingName[] } {
  const names = Object.keys(SETTINGS) as SettingName[];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const isReloadable = (name: SettingName) => SETTINGS[name].isReloadable === true;
  return { reloadable: changed.filter(isReloadable), restart: changed.filter((name) => !isReloadable(name)) };
}

function defaultsOf<Table extends SettingsTable>(table: Table): ValuesOf<Table> {
  const defaults = Object.entries(table).map(([name, { defaultValue }]) => [name, defaultValue as unknown]);
  return Object.fromEntries(defaults) as ValuesOf<Table>;
}

function readConfigFile(table: SettingsTable, file: string, readFile: (path: string) => string) {
  try {
    return readConfigText(table, readFile(file), file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { given: [], problems: [`cannot read the configuration file ${file}: ${reason}`] };
  }
}

function check(table: SettingsTable, { name, value, isText }: GivenValue): unknown {
  const setting = table[name]!;
  return isText ? setting.fromText(String(value)) : setting.fromJson(value);
}

/** Characters of a wrong value that a message repeats. */
const MAX_SHOWN_CHARACTERS = 80;

function explain(table: SettingsTable, { name, value, origin }: GivenValue): string {
  const { allowed, isSecret } = table[name]!;
  const shown = JSON.stringify(value);
  const short = shown.length > MAX_SHOWN_CHARACTERS ? `${shown.slice(0, MAX_SHOWN_CHARACTERS)}…` : shown;
  if (value === '') return `${origin} must be ${allowed}, not ""`;
  return `${origin} must be ${allowed}${isSecret ? '' : `, not ${short}`}`;
}

/** What each setting allows and all together do not. */
function findContradictions(settings: Settings, given: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  if ((settings['tls.certFile'] === undefined) !== (settings['tls.keyFile'] === undefined)) {
    problems.push('tls.certFile and tls.keyFile must be set both or neither');
  }
  if (settings.listen.length > 0) {
    // A file of --print-config holds all settings.
    for (const name of ['host', 'port'] as const) {
      if (given.has(name) && settings[name] !== SETTINGS[name].defaultValue)
        problems.push(`${name} must not be set beside listen, which replaces it`);
    }
  }
  const hasUnixSocket = settings.listen.some(({ type }) => type === 'unix');
  if (settings.proxyProtocol === 'v2' && settings.trustedProxies.length === 0 && !hasUnixSocket) {
    problems.push('proxyProtocol v2 needs trustedProxies: from others no header is taken');
  }
  return problems;
}
