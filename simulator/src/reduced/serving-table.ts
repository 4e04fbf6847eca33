// Who takes from whom at the moment: a few places per viewer, in columns.

/** As the engine does: more at once make each so slow that none has anything to pass on. */
const CHILDREN_AT_ONCE = 2;
/** A viewer takes from so many at a time. */
export const SUPPLIERS_AT_ONCE = 4;
export const NOBODY = -1;

export class ServingTable {
  readonly #children: Int32Array;
  readonly #suppliers: Int32Array;
  /** Of each supplier's place: whether bytes flow yet. */
  readonly #flows: Uint8Array;
  /** Of each supplier: to how many bytes flow. */
  readonly #flowing: Uint8Array;

  constructor(count: number) {
    this.#children = new Int32Array(count * CHILDREN_AT_ONCE).fill(NOBODY);
    this.#suppliers = new Int32Array(count * SUPPLIERS_AT_ONCE).fill(NOBODY);
    this.#flows = new Uint8Array(count * SUPPLIERS_AT_ONCE);
    this.#flowing = new Uint8Array(count);
  }

  /** Whether `supplier` serves fewer than it may. */
  hasRoom(supplier: number): boolean {
    return this.#placeOfChild(supplier, NOBODY) >= 0;
  }

  supplierCount(child: number): number {
    let count = 0;
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) if (this.supplierAt(child, place) !== NOBODY) count += 1;
    return count;
  }

  takesFrom(child: number, supplier: number): boolean {
    return this.#placeOfSupplier(child, supplier) >= 0;
  }

  /** Who is in one of the places of `child`; maybe {@link NOBODY}. */
  supplierAt(child: number, place: number): number {
    return this.#suppliers[child * SUPPLIERS_AT_ONCE + place]!;
  }

  flowsAt(child: number, place: number): boolean {
    return this.#flows[child * SUPPLIERS_AT_ONCE + place] === 1;
  }

  /** To how many bytes of `supplier` flow. */
  flowCount(supplier: number): number {
    return this.#flowing[supplier]!;
  }

  forEachChild(supplier: number, visit: (child: number) => void): void {
    for (let place = 0; place < CHILDREN_AT_ONCE; place += 1) {
      const child = this.#children[supplier * CHILDREN_AT_ONCE + place]!;
      if (child !== NOBODY) visit(child);
    }
  }

  /** Both must have room. */
  attach(child: number, supplier: number): void {
    this.#children[supplier * CHILDREN_AT_ONCE + this.#placeOfChild(supplier, NOBODY)] = child;
    const at = child * SUPPLIERS_AT_ONCE + this.#placeOfSupplier(child, NOBODY);
    this.#suppliers[at] = supplier;
    this.#flows[at] = 0;
  }

  /** Bytes flow from now on; false when they did already, or are not to any more. */
  startFlow(child: number, supplier: number): boolean {
    const place = this.#placeOfSupplier(child, supplier);
    if (place < 0 || this.flowsAt(child, place)) return false;
    this.#flows[child * SUPPLIERS_AT_ONCE + place] = 1;
    this.#flowing[supplier]! += 1;
    return true;
  }

  detach(child: number, place: number): void {
    const at = child * SUPPLIERS_AT_ONCE + place;
    const supplier = this.#suppliers[at]!;
    if (this.#flows[at] === 1) this.#flowing[supplier]! -= 1;
    this.#suppliers[at] = NOBODY;
    this.#flows[at] = 0;
    this.#children[supplier * CHILDREN_AT_ONCE + this.#placeOfChild(supplier, child)] = NOBODY;
  }

  #placeOfChild(supplier: number, child: number): number {
    for (let place = 0; place < CHILDREN_AT_ONCE; place += 1)
      if (this.#children[supplier * CHILDREN_AT_ONCE + place] === child) return place;
    return -1;
  }

  #placeOfSupplier(child: number, supplier: number): number {
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1)
      if (this.supplierAt(child, place) === supplier) return place;
    return -1;
  }
}
