// One process per core behind one port. The supervisor serves nobody itself: it hands connections round, replaces
// workers that die, restarts them one after the other, and collects what they count.

import cluster, { type Worker } from 'node:cluster';
import { RestartPolicy } from './restart-policy';
import type { ToSupervisor, ToWorker, WorkerReport } from './worker-messages';

export interface SupervisorOptions {
  /** 1 to 1024. */
  readonly workerCount: number;
  /** Milliseconds a worker may take to report before the figures are made without it. @defaultValue 1000 */
  readonly reportTimeoutMs?: number;
  /** Environment of the workers beside the supervisor's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told once, when all workers serve; `lines` say where. */
  readonly onReady: (lines: readonly string[]) => void;
  /** Told of each worker that ended unasked, and whether it will be replaced. */
  readonly onDeath: (death: WorkerDeath) => void;
}

export interface WorkerDeath {
  readonly pid: number | undefined;
  /** Exit code, or the name of the signal. */
  readonly cause: number | string;
  /** Milliseconds until its replacement starts; undefined: it never served, and there will be no other. */
  readonly replacedAfterMs: number | undefined;
}

export const DEFAULT_REPORT_TIMEOUT_MS = 1000;

/** Milliseconds that a worker has to end at once before it is killed. */
const CLOSE_LIMIT_MS = 5000;

interface Member {
  readonly worker: Worker;
  readonly startedAt: number;
  /** `candidate`: is to take the place of another once it serves. `leaving`: was told to drain; nobody takes its place. */
  state: 'candidate' | 'starting' | 'serving' | 'leaving';
}

/** A question to all workers that are there. */
interface Collection {
  readonly reports: WorkerReport[];
  readonly missing: Set<number>;
  readonly timer: NodeJS.Timeout;
  readonly answer: (reports: readonly WorkerReport[]) => void;
}

export class Supervisor {
  readonly #members = new Map<number, Member>();
  readonly #collections = new Map<number, Collection>();
  readonly #policy = new RestartPolicy();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #readyWaiters = new Map<number, () => void>();
  #nextCollection = 1;
  #isReady = false;
  #isEnding = false;
  #exitCode = 0;
  #restart: Promise<void> | undefined;
  #resolveEnded: (exitCode: number) => void = () => undefined;
  /** Resolves with the exit code when the last worker has gone and none will come. */
  readonly ended = new Promise<number>((resolve) => {
    this.#resolveEnded = resolve;
  });

  constructor(private readonly options: SupervisorOptions) {
    // Sockets live for hours: a worker that took more of them at the start would have more for ever.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.on('message', (worker, message: ToSupervisor) => this.#receive(worker, message));
    cluster.on('exit', (worker, code, signal) => this.#noteExit(worker, signal || code));
  }

  /** Starts the first worker, and when that serves, the others: what keeps one from it would keep all. */
  start(): void {
    this.#fork('starting');
  }

  /** Has all workers read their settings again. */
  reload(): void {
    for (const { worker } of this.#members.values()) this.#send(worker, { type: 'reload' });
  }

  /** What each worker counts at the moment. Those that do not answer in time are left out. */
  collect(): Promise<readonly WorkerReport[]> {
    return new Promise((answer) => {
      const id = this.#nextCollection++;
      const missing = new Set(this.#serving.map(({ worker }) => worker.id));
      const timeoutMs = this.options.reportTimeoutMs ?? DEFAULT_REPORT_TIMEOUT_MS;
      const timer = setTimeout(() => this.#closeCollection(id), timeoutMs);
      this.#collections.set(id, { reports: [], missing, timer, answer });
      for (const { worker } of this.#serving) this.#send(worker, { type: 'report', id });
      if (missing.size === 0) this.#closeCollection(id);
    });
  }

  /**
   * Replaces all workers, one after the other: the next one serves before the one before says goodbye. A restart
   * during a restart is the same one.
   */
  restart(): Promise<void> {
    this.#restart ??= this.#replaceAll().finally(() => {
      this.#restart = undefined;
    });
    return this.#restart;
  }

  /** Ends when all workers have drained, or at once. A second call is at once. */
  end({ isAtOnce = false }: { isAtOnce?: boolean } = {}): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const member of this.#members.values()) {
      if (isAtOnce || this.#isEnding) this.#close(member);
      else this.#drain(member);
    }
    this.#isEnding = true;
    this.#noteEnd();
  }

  async #replaceAll(): Promise<void> {
    for (const old of this.#serving) {
      if (this.#isEnding) return;
      // What keeps the new one from serving would keep the next: the old ones stay.
      if (!(await this.#untilReady(this.#fork('candidate')))) return;
      if (!this.#members.has(old.worker.id)) continue;
      const exited = new Promise<void>((resolve) => old.worker.once('exit', () => resolve()));
      this.#drain(old);
      await exited;
    }
  }

  get #serving(): Member[] {
    return [...this.#members.values()].filter(({ state }) => state === 'serving');
  }

  #fork(state: Member['state']): Member {
    const worker = cluster.fork(this.options.env);
    const member: Member = { worker, startedAt: performance.now(), state };
    this.#members.set(worker.id, member);
    return member;
  }

  async #untilReady({ worker }: Member): Promise<boolean> {
    return new Promise((resolve) => {
      this.#readyWaiters.set(worker.id, () => resolve(true));
      worker.once('exit', () => {
        this.#readyWaiters.delete(worker.id);
        resolve(false);
      });
    });
  }

  #drain(member: Member): void {
    member.state = 'leaving';
    this.#send(member.worker, { type: 'drain' });
  }

  #close({ worker }: Member): void {
    this.#send(worker, { type: 'close' });
    setTimeout(() => worker.process.kill('SIGKILL'), CLOSE_LIMIT_MS).unref();
  }

  #receive(worker: Worker, message: ToSupervisor): void {
    if (message.type === 'ready') return this.#noteReady(worker, message.lines);
    if (message.type === 'collect') {
      const { id } = message;
      void this.collect().then((reports) => this.#send(worker, { type: 'collected', id, reports }));
      return;
    }
    const collection = this.#collections.get(message.id);
    if (!collection?.missing.delete(worker.id)) return;
    collection.reports.push(message.report);
    if (collection.missing.size === 0) this.#closeCollection(message.id);
  }

  #noteReady(worker: Worker, lines: readonly string[]): void {
    const member = this.#members.get(worker.id);
    if (member && member.state !== 'leaving') member.state = 'serving';
    this.#readyWaiters.get(worker.id)?.();
    this.#readyWaiters.delete(worker.id);
    if (this.#isReady || this.#isEnding) return;
    if (this.#members.size === 1) {
      for (let count = 1; count < this.options.workerCount; count += 1) this.#fork('starting');
    }
    if (this.#serving.length < this.options.workerCount) return;
    this.#isReady = true;
    this.options.onReady(lines);
  }

  #noteExit(worker: Worker, cause: number | string): void {
    const member = this.#members.get(worker.id);
    this.#members.delete(worker.id);
    for (const [id, collection] of this.#collections) {
      if (collection.missing.delete(worker.id) && collection.missing.size === 0) this.#closeCollection(id);
    }
    if (!member || member.state === 'leaving' || this.#isEnding) return this.#noteEnd();
    // What keeps the first workers from serving (a port that is taken) keeps all: say so instead of trying for ever.
    if (!this.#isReady) {
      this.options.onDeath({ pid: worker.process.pid, cause, replacedAfterMs: undefined });
      this.#exitCode = typeof cause === 'number' ? cause : 1;
      return this.end();
    }
    if (member.state === 'candidate') {
      this.options.onDeath({ pid: worker.process.pid, cause, replacedAfterMs: undefined });
      return;
    }
    const replacedAfterMs = this.#policy.delayAfter(performance.now() - member.startedAt);
    this.options.onDeath({ pid: worker.process.pid, cause, replacedAfterMs });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork('starting');
    }, replacedAfterMs);
    this.#timers.add(timer);
  }

  #noteEnd(): void {
    if (this.#isEnding && this.#members.size === 0) this.#resolveEnded(this.#exitCode);
  }

  #closeCollection(id: number): void {
    const collection = this.#collections.get(id);
    if (!collection) return;
    this.#collections.delete(id);
    clearTimeout(collection.timer);
    collection.answer(collection.reports);
  }

  /** To a worker that has just died a message is lost without a word. */
  #send(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message, () => undefined);
  }
}
