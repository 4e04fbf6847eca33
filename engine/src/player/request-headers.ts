// Headers of a player's request: the engine is told of a byte range apart from them.

/** As a player has them: a header that has no value is not sent. */
export type RequestHeaders = Readonly<Record<string, string | null | undefined>>;

const isRange = (name: string): boolean => name.toLowerCase() === 'range';

/** The value of the Range header; undefined: all of it is asked for. */
export function rangeHeaderOf(headers: RequestHeaders | null | undefined): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => isRange(name))?.[1] ?? undefined;
}

/** The others, as the engine wants them. */
export function headersWithoutRange(headers: RequestHeaders | null | undefined): Record<string, string> {
  const others = Object.entries(headers ?? {}).filter(([name, value]) => value && !isRange(name));
  return Object.fromEntries(others) as Record<string, string>;
}
