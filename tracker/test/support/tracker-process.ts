import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';

const ROOT = path.resolve(__dirname, '../../..');

/** The command, built as it ships but into a folder of its own, so that no test depends on an earlier build. */
export class BuiltCli {
  readonly #folder: string;
  readonly #started: TrackerProcess[] = [];

  constructor() {
    // Inside the package, so that it finds what the package depends on.
    const parent = path.join(ROOT, 'tracker/.cache');
    mkdirSync(parent, { recursive: true });
    this.#folder = mkdtempSync(path.join(parent, 'tracker-cli-'));
    const tsup = path.join(ROOT, 'node_modules/tsup/dist/cli-default.js');
    const args = [tsup, '--config', 'tracker/tsup.config.ts', '--no-dts', '--out-dir', this.#folder];
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  start(...args: string[]): TrackerProcess {
    const tracker = new TrackerProcess(path.join(this.#folder, 'cli.js'), args);
    this.#started.push(tracker);
    return tracker;
  }

  /** Writes a file that goes with the rest. @returns its path */
  file(name: string, content: string): string {
    const file = path.join(this.#folder, name);
    writeFileSync(file, content);
    return file;
  }

  /** Ends what a failed test has left running, which would keep Jest from ending. */
  remove(): void {
    for (const tracker of this.#started) tracker.signal('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A tracker in a process of its own. */
export class TrackerProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  stdout = '';
  stderr = '';
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;

  constructor(cli: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.#child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** The URL it says it listens on. */
  async url(): Promise<string> {
    while (!this.stdout.includes('\n')) {
      const more = once(this.#child.stdout, 'data');
      const result = await Promise.race([more, this.ended]);
      if (!Array.isArray(result)) throw new Error(`the tracker ended with ${result}: ${this.stderr}`);
    }
    return this.stdout.trim().replace('listening on ', '');
  }

  /** Process ids of its workers (Linux). */
  childPids(): number[] {
    const { pid } = this.#child;
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return children.trim().split(' ').filter(Boolean).map(Number);
  }

  /** Sends a signal that it goes on after. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the tracker did not start');
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): Promise<number | string> {
    this.#child.kill(signal);
    return this.ended;
  }
}
