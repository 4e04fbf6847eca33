// The page's own element, which MediaElement hides behind the one that hls.js plays in. It keeps the source, and a
// browser that plays HLS itself would load the stream there once more.

const NOTHING = 'none';

export class OriginalNode {
  #preload: HTMLMediaElement['preload'] | undefined;

  constructor(private readonly node: HTMLMediaElement | null | undefined) {}

  /** It loads nothing, and lets go of what it is loading; sources that it gets later neither. */
  silence(): void {
    const { node } = this;
    if (!node || this.#preload !== undefined || node.preload === NOTHING) return;
    this.#preload = node.preload;
    node.preload = NOTHING;
    // Begins anew, with nothing to do. After `load()` Chrome would load all the same.
    const { src } = node;
    if (src) node.src = src;
  }

  /** It is the one that plays, or the page's again. */
  restore(): void {
    if (this.node && this.#preload !== undefined) this.node.preload = this.#preload;
    this.#preload = undefined;
  }
}
