/**
 * A STUN or TURN server, as a site gives it (W3C WebRTC §4.2.4).
 *
 * @internal
 */
export interface IceServerConfig {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/**
 * After how long a description is sent although candidates are still being gathered: one STUN server that does not
 * answer would hold every connection up for the platform's 5–40 s, and a segment is needed sooner.
 *
 * @internal
 */
export const GATHERING_TIMEOUT_MS = 1000;

/**
 * The URLs of one server, of which there may be one or several.
 *
 * @internal
 */
export const urlsOf = (server: IceServerConfig): string[] =>
  typeof server.urls === 'string' ? [server.urls] : [...server.urls];
