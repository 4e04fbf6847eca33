#!/usr/bin/env node
// The command `p2p-media-tracker`. Exit codes: 0 closed by a signal, 1 could not listen, 2 wrong settings.

import cluster from 'node:cluster';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessControl } from './access/access-control';
import { BusHub } from './adapters/bus/hub';
import { createBusDriver } from './adapters/bus/bus-url';
import { LineLogger } from './adapters/logger';
import { readTlsFiles } from './adapters/tls-files';
import { accessOptionsOf } from './config/access-settings';
import { helpText, printConfig } from './config/config-texts';
import { loadConfig, type ConfigInput, type LoadedConfig } from './config/load-config';
import { RunningTracker, StartError, tlsFilesOf } from './running-tracker';
import type { Settings } from './config/settings';
import { isNodeId, NODE_ID_RULE } from './core/cluster/node-id';
import { Supervisor } from './workers/supervisor';
import { HUB_VARIABLE } from './workers/worker-channel';

type LoadedSettings = Extract<LoadedConfig<Settings>, { type: 'loaded' }>;

/** The package's version; put in by the build. */
declare const TRACKER_VERSION: string;

const input: ConfigInput = {
  args: process.argv.slice(2),
  environment: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
};

/** Ends by itself once output is flushed, unlike process.exit(). */
function fail(exitCode: number, ...problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`p2p-media-tracker: ${problem}\n`);
  process.exitCode = exitCode;
}

/** What is wrong with the files and origins that settings name; undefined if nothing. */
function findFileProblem(settings: Settings): string | undefined {
  const tls = tlsFilesOf(settings);
  try {
    if (tls) readTlsFiles(tls);
    new AccessControl(accessOptionsOf(settings), Date.now);
    if (settings.bus !== undefined) createBusDriver(settings.bus);
    if (settings.nodeId !== undefined && !isNodeId(settings.nodeId)) return `nodeId ${NODE_ID_RULE}`;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function prepare({ settings, commands }: LoadedSettings): Promise<void> {
  if (commands.has('help')) return write(helpText());
  if (commands.has('version')) return write(`${TRACKER_VERSION}\n`);
  if (commands.has('print-config')) return write(printConfig(settings));
  const problem = findFileProblem(settings);
  if (problem !== undefined) return fail(2, problem);
  if (commands.has('check-config')) return write('all settings are fine\n');
  await (settings.workers > 1 && cluster.isPrimary ? supervise(settings) : run(settings));
}

function write(text: string): void {
  process.stdout.write(text);
}

function createLogger(settings: Settings): LineLogger {
  return new LineLogger({
    level: settings['log.level'],
    format: settings['log.format'],
    write: (line) => process.stderr.write(line),
    now: Date.now,
  });
}

/** What joins the workers where nothing joins them to other machines. */
async function openHub(): Promise<{ readonly path: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'p2p-media-tracker-'));
  const path = join(folder, 'hub');
  const hub = await BusHub.listen(path);
  return {
    path,
    close: async () => {
      await hub.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Several processes behind one port: this one serves nobody, and sees to the others. */
async function supervise(settings: Settings): Promise<void> {
  const logger = createLogger(settings);
  const hub = settings.bus === undefined ? await openHub() : undefined;
  const supervisor = new Supervisor({
    workerCount: settings.workers,
    ...(hub && { env: { [HUB_VARIABLE]: `unix://${hub.path}` } }),
    onReady: (lines) => write(lines.map((line) => `${line}\n`).join('')),
    onDeath: ({ pid, cause, replacedAfterMs }) =>
      logger.log('error', 'a worker ended', {
        pid: pid ?? 'unknown',
        cause,
        replacement: replacedAfterMs === undefined ? 'none' : `after ${replacedAfterMs} ms`,
      }),
  });
  process.on('SIGTERM', () => supervisor.end());
  process.on('SIGINT', () => supervisor.end({ isAtOnce: true }));
  process.on('SIGHUP', () => supervisor.reload());
  process.on('SIGUSR2', () => {
    logger.log('info', 'restarting the workers, one after the other', {});
    void supervisor.restart().then(() => logger.log('info', 'the workers have been restarted', {}));
  });
  supervisor.start();
  process.exitCode = await supervisor.ended;
  await hub?.close();
}

async function run(settings: Settings): Promise<void> {
  const logger = createLogger(settings);
  const tracker = new RunningTracker(settings, logger, () => loadConfig(input));
  let isStopping = false;
  const stop = (isAtOnce: boolean) => {
    // Whoever asks a second time, while clients are being sent away, gets it at once.
    void (isAtOnce || isStopping ? tracker.close() : tracker.drain());
    isStopping = true;
  };
  // Whoever signals the whole group (a terminal, systemd) signals workers too: their supervisor tells them what to do.
  process.on('SIGTERM', () => cluster.isPrimary && stop(false));
  process.on('SIGINT', () => cluster.isPrimary && stop(true));
  process.on('SIGHUP', () => cluster.isPrimary && tracker.reload(loadConfig(input)));
  try {
    const lines = await tracker.start();
    if (cluster.isPrimary) for (const line of lines) write(`${line}\n`);
  } catch (error) {
    await tracker.close();
    if (!isStopping) fail(1, error instanceof StartError ? error.message : String(error));
  }
}

// A reader of the output that goes away (`| head -1`) must not take the tracker with it.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const loaded = loadConfig(input);
if (loaded.type === 'invalid') fail(2, ...loaded.problems.map((problem) => `${problem} (see --help)`));
else await prepare(loaded);
