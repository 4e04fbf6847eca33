// What the plugin knows of a page as a whole, whichever players use it: which source VHS is just beginning, and which
// manifests VHS loaded.

import { ManifestMemory, readManifest } from './manifest-text';
import type { VhsSourceHandler, VhsXhr, VideojsInternals, VideojsSource, VideojsTech } from './vhs-types';

/** A source that VHS has a handler for, but has not asked for yet. */
export interface SourceBeginning {
  readonly tech: VideojsTech;
  readonly source: VideojsSource;
}

/** One videojs and its VHS. */
export class VideojsPage {
  readonly manifests = new ManifestMemory();
  private begun: SourceBeginning | undefined;
  private heardXhr: VhsXhr | undefined;
  private watchedHandler: VhsSourceHandler | undefined;

  constructor(private readonly videojs: VideojsInternals) {}

  /**
   * Set while VHS begins a source, when it triggers `xhr-hooks-ready`. On the first load the player does not know its
   * tech yet then: that is still being built.
   */
  beginning(): SourceBeginning | undefined {
    return this.begun;
  }

  /** `videojs.Vhs.xhr`, whose hooks are the page's; undefined where video.js comes without VHS. */
  pageXhr(): VhsXhr | undefined {
    return this.videojs.Vhs?.xhr;
  }

  createNativeRequest(): XMLHttpRequest {
    // Pages may put their own class there.
    return new (this.videojs.xhr?.XMLHttpRequest ?? XMLHttpRequest)();
  }

  /** Starts to listen, as far as VHS is there; can be called again when it may have come. */
  observe(): void {
    this.rememberManifests();
    this.watchBeginnings();
  }

  /**
   * The plugin is usually called after the player was given its source: the multivariant playlist is on its way then,
   * and its answer goes to the hooks that were there when it was asked for. That is this one.
   */
  private rememberManifests(): void {
    const xhr = this.pageXhr();
    if (!xhr || xhr === this.heardXhr) return;
    this.heardXhr = xhr;
    // A page may have put a plain function in its place, without hooks.
    (xhr as Partial<VhsXhr>).onResponse?.((request, error, response) => {
      const manifest = readManifest(request, error, response);
      if (manifest) this.manifests.remember(manifest);
    });
  }

  private watchBeginnings(): void {
    const handler = this.videojs.VhsSourceHandler;
    if (!handler || handler === this.watchedHandler) return;
    this.watchedHandler = handler;
    const handleSource = handler.handleSource.bind(handler);
    handler.handleSource = (source, tech, options) => {
      const outer = this.begun;
      this.begun = { tech, source };
      try {
        return handleSource(source, tech, options);
      } finally {
        this.begun = outer;
      }
    };
  }
}
