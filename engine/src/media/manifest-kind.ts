// Tells manifest formats apart by how their texts begin.

const BYTE_ORDER_MARK = '\uFEFF';

/** How far into a text the root element of a DASH manifest is looked for, past the XML declaration and comments. */
const DASH_HEAD_LENGTH = 2048;

/** `text` without the byte order mark that some editors put before it. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}

/** Whether `text`, without byte order mark, is an HLS playlist, if anything. */
export const looksLikeHls = (text: string): boolean => text.startsWith('#EXTM3U');

/** Whether `text`, without byte order mark, is a content steering manifest, if anything. */
export const looksLikeSteering = (text: string): boolean => /^\s*\{/.test(text);

/** Whether `text`, without byte order mark, is a DASH manifest or a patch of one, if anything. */
export function looksLikeDash(text: string): boolean {
  return /^\s*<(?:[^]*<)?(?:\w+:)?(?:MPD|Patch)[\s>]/.test(text.slice(0, DASH_HEAD_LENGTH));
}
