// What a page's `xhrSetup` or `fetchSetup` does to a request, found out without making one: headers, credentials and
// perhaps another URL are for the engine to use as well.

import { toHttpUrl } from '../../engine/src/plugin';
import type { HlsConfig, LoaderContext } from './hls-types';

/** How the origin is to be asked. */
export interface RequestManner {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly withCredentials: boolean;
}

/** Only these may be touched; whoever looks for more wants a real request. */
class XhrSheet {
  withCredentials = false;
  timeout = 0;
  responseType = '';
  readonly headers: Record<string, string> = {};
  url: string;
  isOpen = false;
  isPlainGet = true;

  constructor(url: string) {
    this.url = url;
  }

  get readyState(): number {
    return this.isOpen ? XMLHttpRequest.OPENED : XMLHttpRequest.UNSENT;
  }

  open(method: string, url: string | URL, isAsync = true, user?: string | null): void {
    this.isOpen = true;
    this.url = String(url);
    this.isPlainGet = method.toUpperCase() === 'GET' && isAsync && !user;
  }

  setRequestHeader(name: string, value: string): void {
    // As the real one: hls.js opens the request and calls the page once more.
    if (!this.isOpen) throw new DOMException('The request is not open', 'InvalidStateError');
    const known = this.headers[name];
    this.headers[name] = known === undefined ? value : `${known}, ${value}`;
  }

  overrideMimeType(): void {
    // Bytes are bytes.
  }
}

/** Whether nothing of the page's own takes part in requests. */
export function isUntouched({ fetchSetup, xhrSetup }: HlsConfig): boolean {
  return !fetchSetup && !xhrSetup;
}

/** How hls.js would ask for `context`; undefined: only a real request can do what the page wants. */
export async function mannerOf(config: HlsConfig, context: LoaderContext): Promise<RequestManner | undefined> {
  const { url, headers = {} } = context;
  const { fetchSetup, xhrSetup, progressive = false } = config;
  try {
    if (fetchSetup && progressive)
      return mannerOfFetch(await fetchSetup(context, { credentials: 'same-origin', headers }));
    if (xhrSetup && !progressive) return await mannerOfXhr(xhrSetup, context);
  } catch {
    return undefined;
  }
  return { url, headers, withCredentials: false };
}

async function mannerOfXhr(
  xhrSetup: NonNullable<HlsConfig['xhrSetup']>,
  context: LoaderContext,
): Promise<RequestManner | undefined> {
  const sheet = new XhrSheet(context.url);
  const touch = (): unknown => xhrSetup(sheet as Partial<XMLHttpRequest> as XMLHttpRequest, context.url, context);
  try {
    await touch();
  } catch {
    // As hls.js does: some set headers at once, others open the request by themselves.
    sheet.open('GET', context.url);
    await touch();
  }
  const url = toHttpUrl(sheet.url);
  if (url === undefined || !sheet.isPlainGet) return undefined;
  return { url, headers: { ...context.headers, ...sheet.headers }, withCredentials: sheet.withCredentials };
}

function mannerOfFetch({ url, method, headers, credentials }: Request): RequestManner | undefined {
  if (method !== 'GET') return undefined;
  return { url, headers: Object.fromEntries(headers), withCredentials: credentials === 'include' };
}
