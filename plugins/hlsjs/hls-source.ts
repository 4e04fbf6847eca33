// Whether a source is HLS, for players that choose by themselves who plays it.

const HLS_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.apple.mpegurl',
  'application/x-mpegurl',
  'audio/mpegurl',
  'audio/x-mpegurl',
]);
const HLS_PATH = /\.m3u8(?:[?#]|$)/i;

/** By what the page says about it; its content may be something else. */
export function isHlsSource(url: string | null | undefined, type?: string | null): boolean {
  return HLS_TYPES.has(type?.toLowerCase() ?? '') || HLS_PATH.test(url ?? '');
}
