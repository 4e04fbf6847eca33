import type { TokenListener, TokenProvider, TokenRequest, TokenSource } from '../../ports/token-source';

/**
 * {@link TokenSource} that runs the page's function in a turn of its own.
 *
 * @internal
 */
export class PageTokens implements TokenSource {
  ask(provider: TokenProvider, request: TokenRequest, listener: TokenListener): void {
    Promise.resolve()
      .then(() => provider(request))
      .then(
        (token) => listener.onToken(token),
        (error: unknown) => listener.onFailure(error instanceof Error ? error.message : String(error)),
      );
  }
}
