import type { Logger, LogLevel } from '../../ports/logger';

const LEVELS: readonly LogLevel[] = ['debug', 'warn', 'error'];

/**
 * Writes lines of `threshold` and above to the console.
 *
 * @internal
 */
export function createConsoleLogger(threshold: LogLevel = 'warn'): Logger {
  const lowest = LEVELS.indexOf(threshold);
  return {
    log(level, message, context) {
      if (LEVELS.indexOf(level) < lowest) return;
      const line = `[p2p-media-loader] ${message}`;
      if (context) console[level](line, context);
      else console[level](line);
    },
  };
}
