// m3u8-parser 7.2 comes without types. Only what read-playlist.ts uses, and no more trust than it deserves:
// what it makes of malformed numbers is NaN or undefined, and attributes may be of any type.

declare module 'm3u8-parser' {
  interface ParsedByteRange {
    readonly length?: number;
    readonly offset?: number;
  }

  interface ParsedSegment {
    readonly uri: string;
    readonly duration?: number;
    /** Discontinuity sequence number. */
    readonly timeline: number;
    /** One object for all segments of the same EXT-X-MAP. */
    readonly map?: { readonly uri?: string; readonly byterange?: ParsedByteRange };
    /** Lines that custom parsers matched, by custom type. */
    readonly custom?: Readonly<Record<string, string>>;
    /** Of the preceding EXT-X-STREAM-INF; present in multivariant playlists. */
    readonly attributes?: Readonly<Record<string, unknown>>;
  }

  interface ParsedManifest {
    readonly segments: readonly ParsedSegment[];
    /** Present when there is an EXT-X-STREAM-INF. */
    readonly playlists?: readonly ParsedSegment[];
    readonly mediaSequence?: number;
    readonly discontinuitySequence?: number;
    readonly targetDuration?: number;
    readonly playlistType?: string;
    readonly endList?: boolean;
    readonly skip?: { readonly skippedSegments?: number };
    readonly definitions?: Readonly<Record<string, string>>;
  }

  export class Parser {
    constructor(options: { uri: string; mainDefinitions: Readonly<Record<string, string>> });
    readonly manifest: ParsedManifest;
    on(event: 'error', listener: (problem: { readonly message: string }) => void): void;
    addParser(parser: { expression: RegExp; customType: string; segment: boolean }): void;
    push(text: string): void;
    end(): void;
  }
}
