// Where settings come from: a JSON file, the environment, and flags. Each source gives what it was given, by the
// setting's name and with words for where that was, or says what it does not know. Values are checked elsewhere.

import { nearestName } from './nearest-name';
import { environmentName, flagName, isOurEnvironmentName, type SettingsTable } from './setting';

/** One value as it was written. */
export interface GivenValue {
  readonly name: string;
  /** JSON from the file, text from elsewhere. */
  readonly value: unknown;
  readonly isText: boolean;
  /** How a message names it: `--port`, `P2P_TRACKER_PORT` or `port in tracker.json`. */
  readonly origin: string;
}

export interface SourceResult {
  readonly given: readonly GivenValue[];
  /** One line each. */
  readonly problems: readonly string[];
}

/** What flags say beside settings. */
export const COMMANDS = {
  help: 'show this and exit',
  version: 'show the version and exit',
  'check-config': 'check all settings and the files they name, and exit: 0 fine, 2 not',
  'print-config': 'print all settings as a file for --config, secrets hidden, and exit',
} as const;

export type CommandName = keyof typeof COMMANDS;

/** Flag and, with the prefix, environment variable that name the file. */
export const CONFIG_FLAG = 'config';

export interface FlagsResult extends SourceResult {
  readonly commands: ReadonlySet<CommandName>;
  /** `--config FILE`. */
  readonly configFile: string | undefined;
}

/** Reads the command line: `--name value`, `--name=value`, and for settings that are true or false `--name`, `--no-name`. */
export function readFlags(table: SettingsTable, args: readonly string[]): FlagsResult {
  const flagged = Object.entries(table).filter(([, setting]) => setting.isSecret !== true);
  const names = new Map(flagged.map(([name, setting]) => [flagName(name, setting), name]));
  const commands = new Set<CommandName>();
  const given = new Map<string, GivenValue>();
  const problems: string[] = [];
  let configFile: string | undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, flag = '', ownValue] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const name = names.get(flag);
    const isSwitch = name !== undefined && isOnOff(table, name);
    const negated = ownValue === undefined && flag.startsWith('no-') ? names.get(flag.slice(3)) : undefined;
    if (Object.hasOwn(COMMANDS, flag)) {
      if (ownValue === undefined) commands.add(flag as CommandName);
      else problems.push(`--${flag} takes no value`);
    } else if (isSwitch) {
      given.set(name, { name, value: ownValue ?? 'true', isText: true, origin: `--${flag}` });
    } else if (negated !== undefined && isOnOff(table, negated)) {
      given.set(negated, { name: negated, value: 'false', isText: true, origin: arg });
    } else if (name === undefined && flag !== CONFIG_FLAG) {
      problems.push(unknown(arg.split('=', 1)[0] ?? arg, 'option', flag, [...names.keys(), ...flagsBeside()], '--'));
      // What follows was meant as its value, and is not a second mistake.
      if (arg.startsWith('-') && !rest[0]?.startsWith('-')) rest.shift();
    } else {
      // A next argument that is a flag is no value: `--host --port 80` forgot one.
      const value = ownValue ?? (rest[0]?.startsWith('--') ? undefined : rest.shift());
      if (value === undefined) problems.push(`--${flag} needs a value`);
      else if (name !== undefined) given.set(name, { name, value, isText: true, origin: `--${flag}` });
      else if (value === '') problems.push('--config needs the name of a file');
      else configFile = value;
    }
  }
  return { given: [...given.values()], problems, commands, configFile };
}

/** Reads the environment. An empty variable counts as none: that is how compose files leave one out. */
export function readEnvironment(
  table: SettingsTable,
  environment: Readonly<Record<string, string | undefined>>,
): SourceResult & { readonly configFile: string | undefined } {
  const names = new Map(Object.keys(table).map((name) => [environmentName(name), name]));
  const configVariable = environmentName(CONFIG_FLAG);
  const given: GivenValue[] = [];
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!isOurEnvironmentName(variable) || value === undefined || value === '' || variable === configVariable) continue;
    const name = names.get(variable);
    if (looksLikeServiceLink(variable, value)) problems.push(`${variable} ${SERVICE_LINK_PROBLEM}`);
    else if (name !== undefined) given.push({ name, value, isText: true, origin: variable });
    else problems.push(unknown(variable, 'variable', variable, [...names.keys(), configVariable]));
  }
  const configFile = environment[configVariable];
  return { given, problems, configFile: configFile === '' ? undefined : configFile };
}

/** Reads a file's text. @param file - its name, for messages */
export function readConfigText(table: SettingsTable, content: string, file: string): SourceResult {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    return { given: [], problems: [`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  if (!isObject(json)) return { given: [], problems: [`${file} must hold one JSON object`] };
  const given: GivenValue[] = [];
  const problems: string[] = [];
  const names = Object.keys(table);
  const groups = new Set(names.flatMap(groupsOf));
  const visit = (level: Record<string, unknown>, prefix: string): void => {
    for (const [key, value] of Object.entries(level)) {
      const name = prefix + key;
      const origin = `${name} in ${file}`;
      if (Object.hasOwn(table, name)) {
        // null: not set, as --print-config writes it.
        if (value !== null) given.push({ name, value, isText: false, origin });
      } else if (groups.has(name) && isObject(value)) visit(value, `${name}.`);
      else if (groups.has(name)) problems.push(`${origin} must be an object, not ${JSON.stringify(value)}`);
      else problems.push(unknown(origin, 'setting', name, [...names, ...groups]));
    }
  };
  visit(json, '');
  return { given, problems };
}

function isOnOff(table: SettingsTable, name: string): boolean {
  return typeof table[name]?.defaultValue === 'boolean';
}

function flagsBeside(): string[] {
  return [...Object.keys(COMMANDS), CONFIG_FLAG];
}

/** `a.b.c` → `a`, `a.b`. */
function groupsOf(name: string): string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

function unknown(shown: string, kind: string, name: string, names: readonly string[], prefix = ''): string {
  const meant = nearestName(name, names);
  return `${shown} is no ${kind} of the tracker${meant === undefined ? '' : `; did you mean ${prefix}${meant}?`}`;
}

const SERVICE_LINK_PROBLEM =
  'was set by Kubernetes for a service named p2p-tracker; set enableServiceLinks: false for the pod';

/** Kubernetes tells every pod of every service in variables; those of one named `p2p-tracker` look like ours. */
function looksLikeServiceLink(variable: string, value: string): boolean {
  return /_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/.test(variable) || /^(tcp|udp):\/\//.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
