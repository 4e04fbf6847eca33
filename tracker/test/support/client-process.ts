import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

interface Told {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** The test's end of a client in a process of its own. */
export class ClientProcess {
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  #onTold: () => void = () => undefined;

  /** @param script - a file of this folder */
  constructor(script: string, ...args: readonly string[]) {
    this.#child = fork(path.join(__dirname, script), args, { execArgv: [] });
    this.#child.on('message', (told: Told) => {
      this.#told.push(told);
      this.#onTold();
    });
    this.#child.on('exit', (code, signal) => {
      this.#told.push({ event: 'exit', code, signal });
      this.#onTold();
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it told of `event` and was not asked for yet. */
  seen(event: string): number {
    return this.#told.filter((told) => told.event === event).length;
  }

  order(order: string, text?: string): void {
    this.#child.send({ order, text });
  }

  /** Resolves with the next `event` with these details that it tells, or has told and nobody took. */
  async next(event: string, details: Readonly<Record<string, unknown>> = {}): Promise<Told> {
    const isAsked = (told: Told) =>
      told.event === event && Object.entries(details).every(([name, value]) => told[name] === value);
    for (;;) {
      const index = this.#told.findIndex((told) => isAsked(told) || told.event === 'exit');
      const [told] = index < 0 ? [] : this.#told.splice(index, 1);
      if (told && isAsked(told)) return told;
      if (told) throw new Error(`the client ended: ${JSON.stringify(told)}`);
      await new Promise<void>((resolve) => (this.#onTold = resolve));
    }
  }

  async end(): Promise<void> {
    if (!this.isAlive) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** A viewer made of the client of bittorrent-tracker alone. */
export class StockClient extends ClientProcess {
  constructor(
    url: string,
    infoHash: string,
    readonly peerId: string,
  ) {
    super('stock-client-process.mjs', url, infoHash, peerId);
  }

  override order(order: 'start' | 'insist' | 'stop' | 'scrape' | 'say', text?: string): void {
    super.order(order, text);
  }
}
