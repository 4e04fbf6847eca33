/** What is known of a client before it says anything: all of it comes from the request that opened its connection. */
export interface ClientAbout {
  /** The `Origin` header as it came; undefined where there was none, as with clients that are no browsers. */
  readonly origin: string | undefined;
  /** The client's address as the listener knows it, behind a proxy the one that the proxy tells. */
  readonly address: string | undefined;
  /** The query parameter `token`, for clients that cannot put one into their announces. */
  readonly token: string | undefined;
}

/** A client that nothing is known of. */
export const UNKNOWN_CLIENT: ClientAbout = { origin: undefined, address: undefined, token: undefined };
