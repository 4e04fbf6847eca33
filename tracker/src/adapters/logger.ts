// What the tracker says of itself while it runs: few lines, none per message or client, and in none of them
// a client's address or id.

/** From the most to the least severe. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

/** Facts beside a message. No client's address, id or swarm is ever among them. */
export type LogContext = Readonly<Record<string, string | number | boolean>>;

/** Where the tracker writes what an operator should know. */
export interface Logger {
  /** @param message - one of a fixed set of sentences; what differs from case to case is in `context` */
  log(level: LogLevel, message: string, context?: LogContext): void;
}

export const SILENT: Logger = { log: () => undefined };

/** Times per second that one message is written; the rest is counted. Stops a fault that repeats from filling a disk. */
export const MAX_REPEATS_PER_SECOND = 5;

/** Lines per second of all messages together. */
export const MAX_LINES_PER_SECOND = 50;

const SECOND_MS = 1000;

export interface LineLoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one line with its end. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Writes lines for people or for machines, and not more of them than anybody reads. */
export class LineLogger implements Logger {
  #windowStart = -Infinity;
  #linesInWindow = 0;
  /** Only of messages of the present second, so it stays small. */
  readonly #repeats = new Map<string, number>();
  #suppressed = 0;

  constructor(private options: LineLoggerOptions) {}

  /** Changes what is written from now on. */
  configure(change: Pick<LineLoggerOptions, 'level' | 'format'>): void {
    this.options = { ...this.options, ...change };
  }

  log(level: LogLevel, message: string, context: LogContext = {}): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.options.level)) return;
    const now = this.options.now();
    if (Math.abs(now - this.#windowStart) >= SECOND_MS) this.#openWindow(now);
    const repeats = (this.#repeats.get(message) ?? 0) + 1;
    if (repeats > MAX_REPEATS_PER_SECOND || this.#linesInWindow >= MAX_LINES_PER_SECOND) {
      this.#suppressed += 1;
      return;
    }
    this.#repeats.set(message, repeats);
    this.#linesInWindow += 1;
    this.#write(now, level, message, context);
  }

  /** Says how many lines were left out, if any: at the end of the process nobody else would. */
  flush(): void {
    if (this.#suppressed > 0) this.#openWindow(this.options.now());
  }

  #openWindow(now: number): void {
    this.#windowStart = now;
    this.#linesInWindow = 0;
    this.#repeats.clear();
    if (this.#suppressed === 0) return;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    this.#write(now, 'warn', 'messages were left out', { count: suppressed });
  }

  #write(now: number, level: LogLevel, message: string, context: LogContext): void {
    const time = new Date(now).toISOString();
    if (this.options.format === 'json') {
      this.options.write(`${JSON.stringify({ time, level, message, context })}\n`);
      return;
    }
    const facts = Object.entries(context).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    this.options.write(`${time} ${level.padEnd(5)} ${message}${facts.join('')}\n`);
  }
}
