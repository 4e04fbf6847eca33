// The pure functions of the platform that the core may call: same input, same answer, in every
// browser, in Node and in the simulator. Everything else of the DOM stays out of the core.

declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  search: string;
  readonly searchParams: { get(name: string): string | null };
  hash: string;
  toString(): string;
}

declare class TextEncoder {
  encode(text?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
