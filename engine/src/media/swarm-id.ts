// Which viewers share, when the page does not say it.

import { withoutQuery } from './playlist-url';

/**
 * The swarm id of a source for which the page sets none: the manifest's URL without credentials, query and fragment,
 * because those carry what is the viewer's own (tokens, sessions). Two streams that differ in the query
 * only therefore get the same id: such a page has to set `swarmId`.
 * A URL that is not absolute is cut at its query or fragment and otherwise taken as it is.
 */
export function defaultSwarmId(manifestUrl: string): string {
  return withoutQuery(manifestUrl) ?? manifestUrl.replace(/[?#].*$/s, '');
}
