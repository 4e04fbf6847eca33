// One source of one player, from the moment VHS takes it until it lets go.

import type { PlayerConnection } from '../../engine/src/index';
import { ManifestFeed } from './manifest-feed';
import { bufferAheadSeconds, playbackOf } from './playback';
import type { VideojsPage } from './page';
import { readPlaylist } from './playlist';
import { isPartRequest, isSegmentRequest } from './request-kind';
import { SegmentXhr } from './segment-xhr';
import { installHooks } from './vhs-hooks';
import type { VhsHandler, VhsRequestOptions, VideojsPlayer } from './vhs-types';

/** The hooks and running requests of one source. */
export class SourceBinding {
  private readonly manifests: ManifestFeed;
  private readonly removeHooks: () => void;
  private readonly running = new Set<SegmentXhr>();

  constructor(
    readonly vhs: VhsHandler,
    sourceUrl: string,
    private readonly player: VideojsPlayer,
    private readonly connection: PlayerConnection,
    private readonly page: VideojsPage,
  ) {
    connection.openSource(sourceUrl);
    this.manifests = new ManifestFeed(vhs, sourceUrl, page.playlists, (manifest) => connection.addManifest(manifest));
    this.removeHooks = installHooks(vhs.xhr, () => page.pageXhr(), {
      takeRequest: (options, requestedUri) => this.takeRequest(options, requestedUri),
      seeResponse: (request, error, response) => {
        const manifest = readPlaylist(request, error, response);
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
    for (const request of [...this.running]) {
      if (fate === 'native') request.leaveEngine();
      else request.abort();
    }
    this.running.clear();
  }

  private takeRequest(options: VhsRequestOptions, requestedUri: string | undefined): VhsRequestOptions {
    if (!isSegmentRequest(options) || isPartRequest(this.vhs, requestedUri)) return options;
    this.manifests.findMissing();
    const xhr = new SegmentXhr({
      request: (request, listener) => {
        this.connection.reportPlayback(playbackOf(this.player));
        return this.connection.request(request, listener);
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
