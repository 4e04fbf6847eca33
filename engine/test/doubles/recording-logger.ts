import type { Logger, LogLevel } from '../../src/ports/logger';

/** One line that was logged. */
export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>> | undefined;
}

/** Keeps every line for the test to look at. */
export class RecordingLogger implements Logger {
  readonly lines: LoggedLine[] = [];

  log(level: LogLevel, message: string, context?: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level, message, context });
  }

  /** The lines of one level. */
  at(level: LogLevel): readonly LoggedLine[] {
    return this.lines.filter((line) => line.level === level);
  }
}
