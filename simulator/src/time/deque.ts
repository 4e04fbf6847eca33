const INITIAL_CAPACITY = 8;

/** First in, first out, without moving what waits. */
export class Deque<Item> {
  #items: (Item | undefined)[] = new Array<Item | undefined>(INITIAL_CAPACITY);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length += 1;
  }

  /** The first item, which stays. */
  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  /** Takes the first item out. */
  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.#length === 0) return undefined;
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length -= 1;
    return item;
  }

  clear(): void {
    this.#items = new Array<Item | undefined>(INITIAL_CAPACITY);
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const larger = new Array<Item | undefined>(this.#items.length * 2);
    for (let index = 0; index < this.#length; index += 1)
      larger[index] = this.#items[(this.#head + index) & (this.#items.length - 1)];
    this.#items = larger;
    this.#head = 0;
  }
}
