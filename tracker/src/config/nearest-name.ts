/** Edits that make a misspelt name: more, and it is another word. */
const MAX_EDITS = 3;

/** The name that was probably meant; undefined if none is near. */
export function nearestName(misspelt: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  // Short words are near to everything.
  let bestDistance = Math.min(MAX_EDITS, Math.floor(misspelt.length / 2)) + 1;
  for (const name of names) {
    const distance = editDistance(misspelt.toLowerCase(), name.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; at least `most` is all one. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
