import type { Signalling } from '../../ports/signalling';
import { MAX_MESSAGE_LENGTH, WebSocketSignalling, type TextWebSocket } from '../shared/web-socket-signalling';

/** UTF-8 bytes that one UTF-16 unit can take. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * {@link Signalling} by the `ws` package, which is loaded only now: Node 20 has no WebSocket of its own.
 *
 * @internal
 */
export async function createNodeSignalling(): Promise<Signalling> {
  const { WebSocket } = await import('ws');
  const options = { perMessageDeflate: false, maxPayload: MAX_MESSAGE_LENGTH * MAX_BYTES_PER_UNIT };
  // `ws` has the same handlers as a browser's WebSocket; only the types of their events differ.
  return new WebSocketSignalling((url) => new WebSocket(url, options) as unknown as TextWebSocket);
}
