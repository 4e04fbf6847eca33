// m3u8-parser 7.2 comes without types. Only what the comparison with it uses.

declare module 'm3u8-parser' {
  interface ParsedByteRange {
    readonly length?: number;
    readonly offset?: number;
  }

  interface ParsedSegment {
    readonly uri: string;
    readonly duration?: number;
    readonly timeline: number;
    readonly byterange?: ParsedByteRange;
    /** One object for all segments of the same EXT-X-MAP. */
    readonly map?: { readonly uri?: string; readonly byterange?: ParsedByteRange };
    readonly attributes?: Readonly<Record<string, unknown>>;
  }

  interface ParsedManifest {
    readonly segments: readonly ParsedSegment[];
    readonly playlists?: readonly ParsedSegment[];
    readonly mediaGroups?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, object>>>>>>;
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
    push(text: string): void;
    end(): void;
  }
}
