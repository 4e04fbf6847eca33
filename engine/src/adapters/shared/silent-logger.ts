import type { Logger } from '../../ports/logger';

/**
 * Drops every line: the default.
 *
 * @internal
 */
export const silentLogger: Logger = { log: () => undefined };
