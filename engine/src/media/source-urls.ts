// Which manifests are those of the source, and which an advertisement's, or those of the source before.

import type { Manifest } from './manifest';
import { withoutQuery } from './playlist-url';

/** The URLs of one source's manifest, without query: tokens change with each reload. */
export class SourceUrls {
  private source: string | undefined;
  /** Where a redirect, or the manifest itself, led: some players reload from there. */
  private readonly others = new Map<'response' | 'location', readonly string[]>();

  /** When `sourceUrl` is not absolute, the first manifest that comes is the source. */
  constructor(sourceUrl: string) {
    this.source = withoutQuery(sourceUrl);
  }

  /** Whether anything is known to tell the source by. */
  get isKnown(): boolean {
    return this.source !== undefined;
  }

  /** Whether `manifest` is the source's, as far as its URLs tell. */
  includes({ url, responseUrl }: Manifest): boolean {
    if (this.source === undefined) return true;
    const known = [this.source, ...[...this.others.values()].flat()];
    return [url, responseUrl].some((from) => from !== undefined && known.includes(withoutQuery(from) ?? ''));
  }

  /** Notes that `manifest` is the source's; `locations`: where it says that it is to be reloaded from. */
  learn({ url, responseUrl }: Manifest, locations: readonly string[] = []): void {
    this.source ??= withoutQuery(url);
    const response = responseUrl === undefined ? undefined : withoutQuery(responseUrl);
    if (response !== undefined) this.others.set('response', [response]);
    if (locations.length > 0) {
      this.others.set(
        'location',
        locations.flatMap((location) => withoutQuery(location) ?? []),
      );
    }
  }
}
