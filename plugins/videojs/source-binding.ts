// One source of one player, from the moment VHS takes it until it lets go.

import type { PlayerConnection } from '../../engine/src/index';
import { bufferAheadSeconds, toHttpUrl } from '../../engine/src/plugin';
import { IndexFeed } from './index-feed';
import { ManifestFeed, type PlayedSource } from './manifest-feed';
import { playbackOf } from './playback';
import type { VideojsPage } from './page';
import { readManifest } from './manifest-text';
import { isPartRequest, isPlainGet, isSegmentRequest } from './request-kind';
import { SegmentXhr } from './segment-xhr';
import { installHooks } from './vhs-hooks';
import type { VhsHandler, VhsRequestOptions, VideojsPlayer } from './vhs-types';

/** The hooks and running requests of one source. */
export class SourceBinding {
  private readonly manifests: ManifestFeed;
  private readonly indexes: IndexFeed;
  private readonly removeHooks: () => void;
  private readonly running = new Set<SegmentXhr>();

  constructor(
    readonly vhs: VhsHandler,
    source: PlayedSource,
    private readonly player: VideojsPlayer,
    private readonly connection: PlayerConnection,
    private readonly page: VideojsPage,
  ) {
    connection.openSource(source.url);
    this.indexes = new IndexFeed(vhs, connection);
    this.manifests = new ManifestFeed(vhs, source, page.manifests, (manifest) => connection.addManifest(manifest));
    this.removeHooks = installHooks(vhs.xhr, () => page.pageXhr(), {
      takeRequest: (options, requestedUri) => this.takeRequest(options, requestedUri),
      seeResponse: (request, error, response) => {
        const manifest = readManifest(request, error, response);
        if (manifest) this.manifests.add(manifest);
      },
    });
    this.manifests.findMissing();
  }

  /**
   * Removes the hooks.
   * @param fate - what becomes of requests that the engine has not answered: `native` where VHS plays on
   */
  close(fate: 'abort' | 'native'): void {
    this.removeHooks();
    this.manifests.close();
    this.indexes.close();
    for (const request of [...this.running]) {
      if (fate === 'native') request.leaveEngine();
      else request.abort();
    }
    this.running.clear();
  }

  private takeRequest(options: VhsRequestOptions, requestedUri: string | undefined): VhsRequestOptions {
    const listedUrl = toHttpUrl(requestedUri);
    if (!isSegmentRequest(options)) {
      // The MPD may have come by before anyone was listening, and tells what is an index.
      this.manifests.findMissing();
      return listedUrl !== undefined && isPlainGet(options) ? this.indexes.watch(options, listedUrl) : options;
    }
    if (isPartRequest(this.vhs, requestedUri)) return options;
    this.manifests.findMissing();
    if (listedUrl !== undefined) this.indexes.findMissing(listedUrl);
    const xhr = new SegmentXhr({
      request: (request, listener) => {
        this.connection.reportPlayback(playbackOf(this.player));
        // The manifest does not list what a hook of the page has put a token or another host on.
        return this.connection.request({ ...request, ...(listedUrl !== undefined && { listedUrl }) }, listener);
      },
      bufferAheadSeconds: () => bufferAheadSeconds(this.player.buffered(), this.player.currentTime() ?? 0),
      createNativeRequest: () => this.page.createNativeRequest(),
    });
    xhr.timeout = options.timeout ?? 0;
    this.running.add(xhr);
    xhr.addEventListener('loadend', () => this.running.delete(xhr));
    // When a timeout expires VHS may ask for nothing more, ever. The engine has its own deadlines, and HTTP beyond
    // them; the time limit goes to the real request, if it comes to one.
    return { ...options, xhr, timeout: 0 };
  }
}
