// mpd-parser 1.4 comes without types. Only what read-mpd.ts uses, and no more trust than it deserves: numbers are
// what parseInt made of the text, NaN included, and what the manifest does not state is absent.

declare module 'mpd-parser' {
  /** What it reads of a DOM node. */
  export interface MpdNode {
    readonly tagName: string;
    readonly attributes: readonly { readonly name: string; readonly value: string }[];
    readonly childNodes: readonly MpdNode[];
    readonly textContent: string;
  }

  interface ParsedUrl {
    readonly sourceURL?: string;
    readonly range?: string;
  }

  interface ParsedSegmentInfo {
    readonly timescale?: number;
    readonly duration?: number;
    readonly startNumber?: number;
    readonly endNumber?: string;
    readonly presentationTimeOffset?: number;
    readonly media?: string;
    readonly indexRange?: string;
    readonly initialization?: ParsedUrl;
  }

  /** One Representation under one of its base URLs, with all that it inherits. */
  interface ParsedRepresentation {
    readonly segmentInfo: {
      readonly template?: ParsedSegmentInfo;
      readonly list?: ParsedSegmentInfo;
      readonly base?: ParsedSegmentInfo;
    };
    readonly attributes: {
      readonly type: string;
      /** Seconds since 1970. */
      readonly availabilityStartTime?: number;
      readonly mediaPresentationDuration?: number;
      readonly minimumUpdatePeriod?: number;
      /** Seconds; null when it cannot be known. */
      readonly periodStart: number | null;
      readonly periodDuration?: number;
      readonly baseUrl: string;
      readonly contentType?: string;
      readonly mimeType?: string;
      readonly codecs?: string;
      readonly lang?: string;
      readonly role?: { readonly value?: string };
      readonly width?: number;
      readonly height?: number;
      readonly bandwidth?: number;
    };
  }

  /** Throws when there is no Period. */
  export function inheritAttributes(
    mpd: MpdNode,
    options: { readonly manifestUri: string; readonly NOW: number },
  ): { readonly locations?: readonly string[]; readonly representationInfo: readonly ParsedRepresentation[] };
}
