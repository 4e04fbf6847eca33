import type { Clock } from '../../src/ports/clock';
import type { TokenListener, TokenProvider, TokenRequest, TokenSource } from '../../src/ports/token-source';

/** {@link TokenSource} for functions that answer at once: their answer comes in a turn of its own. */
export class FakeTokens implements TokenSource {
  constructor(readonly clock: Clock) {}

  ask(provider: TokenProvider, request: TokenRequest, listener: TokenListener): void {
    this.clock.schedule(0, () => {
      let token: unknown;
      try {
        token = provider(request);
      } catch (error) {
        return listener.onFailure(String(error));
      }
      listener.onToken(token);
    });
  }
}
