/** `part` ÷ `whole`; 0 of nothing. */
export const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The value below which a `part` of all lie (nearest rank); 0 of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

/** Inequality of values that are not negative: 0 when all are equal, towards 1 when one has everything. */
export function gini(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  const weighted = sorted.reduce((total, value, index) => total + (index + 1) * value, 0);
  const count = sorted.length;
  return sum > 0 ? (2 * weighted) / (count * sum) - (count + 1) / count : 0;
}
