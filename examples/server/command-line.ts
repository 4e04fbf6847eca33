// What the command line and the environment ask for.

import { parseArgs } from 'node:util';
import { DEFAULT_HOST, DEFAULT_PORT } from './demo';

/** What to do: show the help, or listen. */
export type Command =
  { readonly kind: 'help' } | { readonly kind: 'listen'; readonly host: string; readonly port: number };

export const HELP = `Usage: npm start -- [--port N] [--host NAME]

Serves the demo pages, the sample streams and a tracker on one port.
  --port N      port to listen on; also from the environment as PORT (default ${String(DEFAULT_PORT)}, 0: any free one)
  --host NAME   address to listen on (default ${DEFAULT_HOST}: this machine only)
  --help        this text`;

/** Reads the command line; a flag wins over the environment. @throws Error that says which value is wrong */
export function readCommand(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return { kind: 'help' };
  // An empty PORT in the environment is no choice.
  const port = [values.port, env['PORT']].find((value) => value) ?? String(DEFAULT_PORT);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`port is "${port}"; allowed is 0 to 65535`);
  return { kind: 'listen', host: values.host ?? DEFAULT_HOST, port: Number(port) };
}
