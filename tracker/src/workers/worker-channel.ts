// A worker's end of the channel to its supervisor.

import type { ToSupervisor, ToWorker, WorkerReport } from './worker-messages';

export interface WorkerDuties {
  /** What this worker counts. */
  report(): Promise<WorkerReport>;
  /** Others take over, or the supervisor has gone: end when the clients have gone. */
  drain(): void;
  /** End at once. */
  close(): void;
  /** Read the settings again. */
  reload(): void;
}

/** Environment variable that tells a worker the URL of the bus between the workers of its supervisor. */
export const HUB_VARIABLE = 'P2P_MEDIA_TRACKER_WORKER_HUB';

/** Milliseconds that a worker waits for the figures of all before it tells its own alone. */
export const COLLECT_TIMEOUT_MS = 3000;

export class WorkerChannel {
  readonly #waiting = new Map<number, (reports: readonly WorkerReport[]) => void>();
  #nextId = 1;

  constructor(private readonly duties: WorkerDuties) {
    process.on('message', (message: ToWorker) => this.#receive(message));
    // The supervisor was killed: nobody hands out connections any more.
    process.once('disconnect', () => duties.drain());
  }

  ready(lines: readonly string[]): void {
    this.#send({ type: 'ready', lines });
  }

  /** Lets the process end, with the exit code that it has: after a disconnect Node would make it 0. */
  leave(): void {
    process.channel?.unref();
  }

  /** The reports of all workers, this one's among them. */
  async collect(): Promise<readonly WorkerReport[]> {
    const id = this.#nextId++;
    const reports = await new Promise<readonly WorkerReport[]>((resolve) => {
      const timer = setTimeout(() => resolve([]), COLLECT_TIMEOUT_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#send({ type: 'collect', id });
    });
    this.#waiting.delete(id);
    return reports.length > 0 ? reports : [await this.duties.report()];
  }

  #receive(message: ToWorker): void {
    if (message.type !== 'report' && message.type !== 'collected') return this.duties[message.type]();
    if (message.type === 'collected') return this.#waiting.get(message.id)?.(message.reports);
    const { id } = message;
    void this.duties.report().then((report) => this.#send({ type: 'reported', id, report }));
  }

  #send(message: ToSupervisor): void {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  }
}
