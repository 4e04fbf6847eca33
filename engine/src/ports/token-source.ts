/** For whom a token is to be. */
export interface TokenRequest {
  /** The name under which viewers of the content meet. */
  readonly swarmId: string;
  /** This viewer's id in the swarm: a token may be made for it alone. */
  readonly peerId: string;
}

/** A function of the page that gives a token, at once or by a promise. */
export type TokenProvider = (request: TokenRequest) => string | PromiseLike<string>;

/** Exactly one is called, never synchronously from `ask`. */
export interface TokenListener {
  /** What the page gave, unchecked: it may be no text at all. */
  onToken(token: unknown): void;
  /** The function threw, or its promise was rejected. */
  onFailure(why: string): void;
}

/** Calls functions of the page. */
export interface TokenSource {
  ask(provider: TokenProvider, request: TokenRequest, listener: TokenListener): void;
}
