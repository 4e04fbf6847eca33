import type { IncomingMessage } from 'node:http';
import type { ClientAbout } from '../core/client-about';

/** Longest query parameter that is kept: tokens have 300 characters at most. */
const MAX_TOKEN_PARAMETER_LENGTH = 512;

/** What an upgrade request tells of its client. @param address - as the listener knows it */
export function readClientAbout(request: IncomingMessage, address: string | undefined): ClientAbout {
  const { origin } = request.headers;
  return { origin, address, token: tokenOf(request.url ?? '') };
}

/** The query parameter `token`. */
function tokenOf(url: string): string | undefined {
  const start = url.indexOf('?');
  if (start < 0) return undefined;
  const token = new URLSearchParams(url.slice(start)).get('token');
  return token !== null && token !== '' && token.length <= MAX_TOKEN_PARAMETER_LENGTH ? token : undefined;
}
