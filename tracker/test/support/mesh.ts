/** Links between peers, and how many separate groups they make. */
export class Mesh {
  readonly #parents = new Map<string, string>();

  constructor(peers: Iterable<string>) {
    for (const peer of peers) this.#parents.set(peer, peer);
  }

  link(left: string, right: string): void {
    this.#parents.set(this.#root(left), this.#root(right));
  }

  get groupCount(): number {
    return new Set([...this.#parents.keys()].map((peer) => this.#root(peer))).size;
  }

  #root(peer: string): string {
    let root = peer;
    for (
      let parent = this.#parents.get(root);
      parent !== undefined && parent !== root;
      parent = this.#parents.get(root)
    ) {
      // Halves the way for the next who asks.
      this.#parents.set(root, this.#parents.get(parent) ?? parent);
      root = parent;
    }
    return root;
  }
}
