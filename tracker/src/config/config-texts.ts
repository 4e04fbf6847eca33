// The table of settings for people: --help, --print-config, and the table of the README.

import { SETTINGS, type Settings } from './settings';
import { environmentName, flagName, type Setting, type SettingsTable } from './setting';
import { COMMANDS } from './sources';

const HIDDEN = '(hidden)';

/** Width of the left column of --help. */
const FLAG_WIDTH = 36;

/** The text of `--help`. */
export function helpText(table: SettingsTable = SETTINGS): string {
  const flagged = Object.entries(table).filter(([, setting]) => setting.isSecret !== true);
  const rows = flagged.map(([name, setting]) => {
    const flag = `--${flagName(name, setting)}${setting.placeholder === undefined ? '' : ` ${setting.placeholder}`}`;
    return helpRow(flag, `${setting.description} (${setting.allowed}; default: ${defaultText(setting)})`);
  });
  const commands = Object.entries(COMMANDS).map(([name, description]) => helpRow(`--${name}`, description));
  return `Usage: p2p-media-tracker [options]

A WebTorrent (WebSocket) tracker for viewers that share video segments.

${rows.join('')}
${helpRow('--config FILE', 'settings in JSON')}${commands.join('')}
Each setting has a flag (secrets have none), an environment variable (--log-level is P2P_TRACKER_LOG_LEVEL) and a place in the file
({"log": {"level": "debug"}}). A flag wins over the environment, that over the file. Lists: commas between.
Serves WebSocket on every path, and GET /health, /ready, /stats.json and /metrics.
Signals: SIGTERM drains, SIGINT and a second SIGTERM end at once, SIGHUP reads settings, lists and TLS files
again, SIGUSR2 replaces workers one after the other.
Exit codes: 0 ended by a signal, 1 could not listen, 2 wrong settings.
`;
}

/** All settings as a file for `--config`. */
export function printConfig(settings: Settings, table: SettingsTable = SETTINGS): string {
  const file: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const value = (settings as Readonly<Record<string, unknown>>)[name];
    const isHidden = setting.isSecret === true && value !== undefined;
    place(file, name.split('.'), isHidden ? HIDDEN : setting.toJson(value));
  }
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The settings as a table in Markdown. */
export function settingsMarkdown(table: SettingsTable = SETTINGS): string {
  const rows = Object.entries(table).map(([name, setting]) => {
    const cells = [
      `\`${name}\`${setting.isReloadable ? ' ↻' : ''}`,
      setting.isSecret ? '' : `\`--${flagName(name, setting)}\``,
      `\`${environmentName(name)}\``,
      defaultText(setting),
      setting.allowed,
      setting.description,
    ];
    return `| ${cells.join(' | ')} |\n`;
  });
  return `| in the file | flag | environment | default | allowed | |\n|---|---|---|---|---|---|\n${rows.join('')}`;
}

function defaultText({ defaultText, defaultValue }: Setting<unknown>): string {
  return defaultText ?? String(defaultValue);
}

function helpRow(flag: string, description: string): string {
  const gap = flag.length < FLAG_WIDTH ? ' '.repeat(FLAG_WIDTH - flag.length) : `\n${' '.repeat(FLAG_WIDTH + 2)}`;
  return `  ${flag}${gap}${description}\n`;
}

function place(file: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) file[key] = value;
  else place((file[key] ??= {}) as Record<string, unknown>, rest, value);
}
