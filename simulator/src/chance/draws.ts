// Shapes of chance, each from one stream of lots.

import type { Random } from '../../../engine/src/ports/random';

/** Evenly in [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** A whole number in [0, count). */
export function wholeBelow(random: Random, count: number): number {
  return Math.floor(random.next() * count);
}

/** Normal with mean 0 and deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** Lognormal: `mu` and `sigma` of the logarithm. */
export function lognormal(random: Random, mu: number, sigma: number): number {
  return Math.exp(mu + sigma * normal(random));
}

/** Lognormal about a median. */
export function spread(random: Random, median: number, sigma: number): number {
  return lognormal(random, Math.log(median), sigma);
}

/** One of `items`, in proportion to `weightOf`. */
export function weighted<Item>(random: Random, items: readonly Item[], weightOf: (item: Item) => number): Item {
  let rest = random.next() * items.reduce((sum, item) => sum + weightOf(item), 0);
  for (const item of items) {
    rest -= weightOf(item);
    if (rest < 0) return item;
  }
  return items[items.length - 1]!;
}

/** Puts `items` into a random order, in place. */
export function shuffle<Item>(random: Random, items: Item[]): Item[] {
  for (let end = items.length - 1; end > 0; end -= 1) {
    const other = wholeBelow(random, end + 1);
    [items[end], items[other]] = [items[other]!, items[end]!];
  }
  return items;
}
