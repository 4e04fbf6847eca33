// How an address to listen on is written: HOST:PORT, [IPv6]:PORT, :PORT for all addresses, or unix:PATH.

/** Where a listener is: a TCP port, or a Unix socket. */
export type ListenTarget =
  | { readonly type: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly type: 'unix'; readonly path: string };

export const LISTEN_ADDRESS_FORMS = 'HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH';

/** Bytes of the path of a Unix socket: `sun_path` on Linux without its final zero; macOS has 103. */
const MAX_UNIX_PATH_BYTES = 107;

/** @returns undefined for a text that is none of LISTEN_ADDRESS_FORMS */
export function parseListenAddress(text: string): ListenTarget | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    const isFit = path !== '' && !path.includes('\0') && new TextEncoder().encode(path).length <= MAX_UNIX_PATH_BYTES;
    return isFit ? { type: 'unix', path } : undefined;
  }
  const match = /^(?:\[([^[\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  const host = bracketed ?? plain;
  return port <= 65_535 ? { type: 'tcp', host: host === '' ? undefined : host, port } : undefined;
}

export function formatListenAddress(target: ListenTarget): string {
  if (target.type === 'unix') return `unix:${target.path}`;
  const { host = '', port } = target;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
