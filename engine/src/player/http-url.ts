/** `url` in full, without fragment; undefined when it is none that HTTP can fetch. */
export function toHttpUrl(url: string | undefined): string | undefined {
  if (!url) return undefined;
  let parsed: URL;
  try {
    parsed = new URL(url, document.baseURI);
  } catch {
    return undefined;
  }
  parsed.hash = '';
  return /^https?:$/.test(parsed.protocol) ? parsed.href : undefined;
}
