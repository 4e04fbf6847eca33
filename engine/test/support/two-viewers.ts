// One segment, asked for by one viewer and then by another who reads a manifest of its own: does it come from the
// first, and is it what the second's origin has?

import type { ByteRange } from '../../src/base/byte-range';
import type { IndexBytes, ManifestText } from '../../src/player/player-connection';
import type { P2POptions } from '../../src/session/options';
import { ask, report, type Asked } from './player-rig';
import { segmentBytes } from './content';
import { World, type Viewer, type ViewerOptions } from './simulated-world';

const SEGMENT_BYTES = 60_000;

/** What one viewer's player reads, and the segment that it then asks for. */
export interface Watching {
  readonly sourceUrl: string;
  readonly manifests: readonly ManifestText[];
  readonly indexes?: readonly IndexBytes[];
  readonly url: string;
  readonly byteRange?: ByteRange;
  /** What the manifest lists, when the page asks for another URL. */
  readonly listedUrl?: string;
  /** Which content the viewer's origin has there: equal numbers are equal bytes. @defaultValue 1 */
  readonly content?: number;
  readonly p2p?: P2POptions;
}

/** How the second viewer got its segment. */
export type Outcome = 'from the first' | 'from the origin' | 'left to the player' | 'wrong bytes' | 'nothing';

/** The bytes of content `index`; as long as `range`, when there is one. */
const bytesOf = (index: number, range?: ByteRange): Uint8Array =>
  segmentBytes(index, range ? range.end - range.start : SEGMENT_BYTES);

const askFor = (viewer: Viewer, { url, byteRange, listedUrl }: Watching): Asked =>
  ask(viewer, url, byteRange, { listedUrl });

/** Opens the source and hands over all that the player reads; the origin has the segment. */
export function watch(viewer: Viewer, watching: Watching): void {
  const { sourceUrl, manifests, indexes = [], url, byteRange, content = 1 } = watching;
  const bytes = bytesOf(content, byteRange);
  const file = new Uint8Array((byteRange?.start ?? 0) + bytes.length);
  file.set(bytes, byteRange?.start ?? 0);
  viewer.http.serve(url, file);
  viewer.connection?.openSource(sourceUrl);
  for (const manifest of manifests) viewer.connection?.addManifest(manifest);
  for (const index of indexes) viewer.connection?.addIndex(index);
}

/** Lets the first viewer have its segment, and tells how the second gets its own. */
export async function passOn(
  first: Watching,
  second: Watching,
  options: Partial<ViewerOptions> = {},
): Promise<Outcome> {
  const world = new World({ seed: 71 });
  const [one, other] = [first, second].map(({ p2p = {} }) => world.addIdleViewer({ ...options, p2p }));
  if (!one || !other) throw new Error('there are two viewers');
  watch(one, first);
  askFor(one, first);
  await world.run(2_000);
  watch(other, second);
  await world.run(2_000);
  report(other, 30);
  const { cancel, delivered } = askFor(other, second);
  await world.run(30_000);
  await world.expectNothingLeft();
  if (!cancel) return 'left to the player';
  const [segment] = delivered;
  if (!segment) return 'nothing';
  const expected = bytesOf(second.content ?? 1, second.byteRange);
  if (!Buffer.from(segment.bytes).equals(expected)) return 'wrong bytes';
  return segment.p2pBytes > 0 ? 'from the first' : 'from the origin';
}
