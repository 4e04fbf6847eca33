import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type CliCommand =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'run'; readonly host: string | undefined; readonly port: number; readonly intervalSeconds: number }
  | { readonly type: 'invalid'; readonly problem: string };

export const HELP = `Usage: p2p-media-tracker [options]

A WebTorrent (WebSocket) tracker for viewers that share video segments.

  --host HOST         name or address to listen on (default: all, IPv6 and IPv4)
  --port PORT         0 to 65535, 0 takes a free one (default: 8000)
  --interval SECONDS  time between two announces of a client, 1 to 86400 (default: 120)
  --help              show this and exit
  --version           show the version and exit

Serves WebSocket on every path, and GET /health, /ready and /stats.json.
`;

/**
 * Reads the command line, without the program's own name.
 * @returns one line on what is wrong as `problem`, if something is
 */
export function parseCliOptions(args: readonly string[]): CliCommand {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        host: { type: 'string' },
        port: { type: 'string', default: '8000' },
        interval: { type: 'string', default: '120' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    }));
  } catch (error) {
    return { type: 'invalid', problem: firstSentence(error) };
  }
  if (values.help) return { type: 'help' };
  if (values.version) return { type: 'version' };
  if (values.host?.trim() === '') return { type: 'invalid', problem: '--host must not be empty' };
  const port = parseWholeNumber(values.port, 0, 65_535);
  if (port === undefined) return invalid('--port', values.port, '0 to 65535');
  const intervalSeconds = parseWholeNumber(values.interval, 1, 86_400);
  if (intervalSeconds === undefined) return invalid('--interval', values.interval, '1 to 86400 seconds');
  return { type: 'run', host: values.host, port, intervalSeconds };
}

function invalid(flag: string, value: string, range: string): CliCommand {
  return { type: 'invalid', problem: `${flag} must be a whole number from ${range}, not ${JSON.stringify(value)}` };
}

/** Digits only: Number() would take '', '0x50' and '1e3' as well. */
function parseWholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** parseArgs explains itself in several lines; the first sentence says what is wrong. */
function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [sentence = text] = text.split(/\.\s|\n/, 1);
  return sentence.replace(/\.$/, '');
}
