/** How much a line matters: `warn` something is lost but playback goes on, `error` the player notices. */
export type LogLevel = 'debug' | 'warn' | 'error';

/** Receives the engine's log lines. `context` holds plain values, never addresses of peers. */
export interface Logger {
  /** Takes one line. Must not throw. */
  log(level: LogLevel, message: string, context?: Readonly<Record<string, unknown>>): void;
}
