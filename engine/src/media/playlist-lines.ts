// The first look at a playlist text: which lines matter, whether it is one at all, and whether it keeps the limits.
// The others are left out: they cost time, and playlists are full of them.

import {
  MAX_DEFINITIONS,
  MAX_MANIFEST_LENGTH,
  MAX_RENDITIONS,
  MAX_SEGMENTS_PER_PLAYLIST,
  MAX_TAG_LENGTH,
} from './limits';
import { ignored, rejected, type ManifestRefusal } from './manifest-refusal';
import { looksLikeDash, looksLikeHls, withoutByteOrderMark } from './manifest-kind';

/** The lines of a playlist that tell of renditions and segments. */
export interface PlaylistLines {
  readonly kind: 'lines';
  readonly isMultivariant: boolean;
  readonly lines: readonly string[];
  /** Attribute lists of EXT-X-MEDIA; not among `lines`. */
  readonly alternatives: readonly string[];
  /** Attribute lists of EXT-X-DEFINE; not among `lines`. */
  readonly definitions: readonly string[];
}

const DEFINE = '#EXT-X-DEFINE';
const MEDIA = '#EXT-X-MEDIA';

/** Tags that matter. */
const READ_TAGS: ReadonlySet<string> = new Set([
  DEFINE,
  MEDIA,
  '#EXTINF',
  '#EXT-X-BYTERANGE',
  '#EXT-X-DISCONTINUITY',
  '#EXT-X-DISCONTINUITY-SEQUENCE',
  '#EXT-X-ENDLIST',
  '#EXT-X-GAP',
  '#EXT-X-MAP',
  '#EXT-X-MEDIA-SEQUENCE',
  '#EXT-X-PLAYLIST-TYPE',
  '#EXT-X-SKIP',
  '#EXT-X-STREAM-INF',
  '#EXT-X-TARGETDURATION',
]);

/** Tags that number segments: a malformed one must not be taken for 0, which would be another segment's number. */
const NUMBER_TAGS: ReadonlySet<string> = new Set(['#EXT-X-MEDIA-SEQUENCE', '#EXT-X-DISCONTINUITY-SEQUENCE']);

/** Sorts the lines of `text`. One pass, no matter what the text is. */
export function readLines(text: string): PlaylistLines | ManifestRefusal {
  if (text.length > MAX_MANIFEST_LENGTH) return rejected(`longer than ${MAX_MANIFEST_LENGTH} characters`);
  const body = withoutByteOrderMark(text);
  if (!looksLikeHls(body)) {
    return looksLikeDash(body) ? ignored('a DASH manifest') : rejected('does not begin with #EXTM3U');
  }

  const lines: string[] = [];
  const alternatives: string[] = [];
  const definitions: string[] = [];
  const counts = { uris: 0, variants: 0 };
  const seen = new Set<string>();

  for (const line of trimmedLines(body)) {
    if (!line.startsWith('#')) {
      if (++counts.uris > MAX_SEGMENTS_PER_PLAYLIST) return rejected(`more than ${MAX_SEGMENTS_PER_PLAYLIST} segments`);
      lines.push(line);
      continue;
    }
    const [tag, value] = splitTag(line);
    if (tag === '#EXT-X-I-FRAMES-ONLY') return ignored('an I-frame playlist');
    if (!READ_TAGS.has(tag)) continue;
    seen.add(tag);
    if (tag === '#EXTINF') {
      // Titles are of no use here, and long in some streams.
      const comma = line.indexOf(',');
      lines.push(comma < 0 ? line : line.slice(0, comma + 1));
      continue;
    }
    if (line.length > MAX_TAG_LENGTH) return rejected(`a ${tag} is longer than ${MAX_TAG_LENGTH} characters`);
    if (NUMBER_TAGS.has(tag) && !/^\d+$/.test(value)) return rejected(`${tag} is not a number`);
    if (NUMBER_TAGS.has(tag) && counts.uris > 0) return rejected(`${tag} after the first segment`);
    if ((tag === MEDIA || tag === '#EXT-X-STREAM-INF') && ++counts.variants > MAX_RENDITIONS) {
      return rejected(`more than ${MAX_RENDITIONS} renditions`);
    }
    if (tag === MEDIA) alternatives.push(value);
    else if (tag === DEFINE) definitions.push(value);
    else lines.push(line);
    if (definitions.length > MAX_DEFINITIONS) return rejected(`more than ${MAX_DEFINITIONS} ${DEFINE}`);
  }

  const isMultivariant = counts.variants > 0;
  const isMedia = seen.has('#EXTINF') || seen.has('#EXT-X-TARGETDURATION');
  if (isMultivariant && seen.has('#EXTINF')) return rejected('both a multivariant and a media playlist');
  if (!isMultivariant && !isMedia) return rejected('lists neither renditions nor segments');
  return { kind: 'lines', isMultivariant, lines, alternatives, definitions };
}

/** The tag of a line and what follows its colon; `''` as the tag of a line that is no tag. */
export function splitTag(line: string): readonly [tag: string, value: string] {
  if (!line.startsWith('#')) return ['', line];
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** Lines without surrounding white space, empty ones left out; not `split`, which would hold millions of them. */
function* trimmedLines(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line) yield line;
    start = end + 1;
  }
}
