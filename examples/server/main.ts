// The demo as a program. Everything that a test may want is in other files: only this one knows where it stands.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTracker } from '../../tracker/src/index';
import { HELP, readCommand } from './command-line';
import { startDemo, type Demo } from './demo';
import { findRepositoryRoot } from './repository-root';

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.kind === 'help') return console.log(HELP);
  const { host, port } = command;
  const rootDir = findRepositoryRoot(dirname(fileURLToPath(import.meta.url)));
  const demo = await startDemo({ rootDir, host, port, tracker: createTracker() }).catch((error: unknown) => {
    if (!isPortTaken(error)) throw error;
    throw new Error(`port ${String(port)} on ${host} is taken; choose another with --port or PORT`);
  });
  closeOnSignal(demo);
  console.log(`demo on ${demo.url}`);
}

function closeOnSignal(demo: Demo): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      demo.close().then(
        () => process.exit(0),
        (error: unknown) => exitWith(error),
      );
    });
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function exitWith(error: unknown): void {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(exitWith);
