#!/usr/bin/env node
// The command `p2p-media-tracker`. Exit codes: 0 closed by a signal, 1 could not listen, 2 wrong command line.

import { HELP, parseCliOptions } from './cli-options';
import { createTracker } from './index';

/** The package's version; put in by the build. */
declare const TRACKER_VERSION: string;

/** Ends by itself once output is flushed, unlike process.exit(). */
function fail(exitCode: number, problem: string): void {
  process.stderr.write(`p2p-media-tracker: ${problem}\n`);
  process.exitCode = exitCode;
}

async function run(host: string | undefined, port: number, intervalSeconds: number): Promise<void> {
  const tracker = createTracker({
    intervalSeconds,
    onError: (error) => {
      process.stderr.write(`p2p-media-tracker: internal error: ${String(error)}\n`);
    },
  });
  const stopping = new AbortController();
  // Once: whoever asks a second time, while clients are saying goodbye, gets it at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopping.abort();
      void tracker.close();
    });
  }
  try {
    const { url } = await tracker.listen(host === undefined ? { port } : { host, port });
    process.stdout.write(`listening on ${url}\n`);
  } catch (error) {
    await tracker.close();
    if (!stopping.signal.aborted) fail(1, explainListenError(error, host, port));
  }
}

function explainListenError(error: unknown, host: string | undefined, port: number): string {
  const where = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${where} is already in use; choose another with --port`;
  if (code === 'EACCES') return `no permission to listen on ${where}`;
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') return `${String(host)} is no address of this machine`;
  return `cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}`;
}

// A reader of the output that goes away (`| head -1`) must not take the tracker with it.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const command = parseCliOptions(process.argv.slice(2));
if (command.type === 'help') process.stdout.write(HELP);
else if (command.type === 'version') process.stdout.write(`${TRACKER_VERSION}\n`);
else if (command.type === 'invalid') fail(2, `${command.problem} (see --help)`);
else await run(command.host, command.port, command.intervalSeconds);
