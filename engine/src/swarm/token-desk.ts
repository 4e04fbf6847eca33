// The token that this viewer shows to trackers, and when it is time for another: before it ends, and once a tracker
// refuses it. Where it comes from, the page's function, is the world's; asking is an effect, the answer an input.

import { Backoff } from '../base/backoff';
import type { Milliseconds } from '../base/units';
import type { TokenProvider } from '../ports/token-source';
import { MAX_TOKEN_CHARS } from '../protocol/limits';
import { tokenLifetimeMs } from '../protocol/tracker-token';

/** The page's function may take this long. */
const TOKEN_TIMEOUT_MS: Milliseconds = 10_000;
/** A token is replaced so long before its end, */
const RENEWAL_MARGIN_MS: Milliseconds = 30_000;
/** but not before four fifths of its time are over, */
const RENEWAL_SHARE = 0.8;
/** nor sooner after the last one than this. */
const MIN_RENEWAL_MS: Milliseconds = 3_000;
/** After a failure, or another refusal, the function is asked again within this time; later twice as long each. */
const FIRST_RETRY_MS: Milliseconds = 5_000;
const MAX_RETRY_MS: Milliseconds = 300_000;

/** What the machine asks of its surroundings. */
export interface TokenDeskHost {
  /** A token, a function that gives one, or nothing: what the page has set. */
  token(): string | TokenProvider | undefined;
  ask(askId: number, provider: TokenProvider): void;
  /** A number in [0, 1). */
  chance(): number;
  /** Another token than before is there, or none will come for now. */
  onSettled(now: Milliseconds): void;
  onFailed(why: string): void;
}

export class TokenDesk {
  #source: string | TokenProvider | undefined;
  #token: string | undefined;
  #refused: string | undefined;
  #askId = 0;
  /** While the function is asked: when that counts as failed. */
  #answerBy: Milliseconds = Infinity;
  #askAt: Milliseconds = Infinity;
  /** Whether the function has not answered yet since it was set. */
  #isFirst = false;
  readonly #backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });

  constructor(private readonly host: TokenDeskHost) {}

  /** What to show; undefined: nothing. */
  get token(): string | undefined {
    return this.#token;
  }

  /** [ANN-16] Whether the first token is on its way: an announce is worth waiting. */
  get isAwaited(): boolean {
    return this.#isFirst && this.#answerBy !== Infinity;
  }

  /** When `wake` wants to be called. */
  get wakeAt(): Milliseconds {
    return Math.min(this.#answerBy, this.#askAt);
  }

  /** The page may have set another token or function. */
  reconsider(now: Milliseconds): void {
    const source = this.host.token();
    if (source === this.#source) return;
    this.#source = source;
    this.#stopAsking();
    this.#backoff.reset();
    if (typeof source === 'function') {
      this.#isFirst = this.#token === undefined;
      this.#ask(now);
    } else {
      this.#token = source;
      this.host.onSettled(now);
    }
  }

  stop(): void {
    this.#stopAsking();
  }

  /** [ANN-17] A tracker refused what it was shown: at once for another one, unless one is on its way already. */
  noteRefused(shown: string | undefined, now: Milliseconds): void {
    if (typeof this.#source !== 'function' || shown !== this.#token || this.#answerBy !== Infinity) return;
    if (this.#refused === shown && this.#askAt !== Infinity) return;
    this.#refused = shown;
    // The first time at once; a function whose tokens are refused again and again is asked ever more seldom.
    const isFirstTime = this.#backoff.attempts === 0;
    const waitMs = this.#backoff.next(this.host.chance());
    if (isFirstTime) this.#ask(now);
    else this.#askAt = Math.min(this.#askAt, now + waitMs);
  }

  /** A tracker took what it was shown. */
  noteAccepted(): void {
    this.#refused = undefined;
    if (this.#token !== undefined) this.#backoff.reset();
  }

  handleToken(askId: number, token: unknown, now: Milliseconds): void {
    if (askId !== this.#askId || this.#answerBy === Infinity) return;
    const problem = this.#problemOf(token);
    if (problem !== undefined) return this.handleFailure(askId, problem, now);
    this.#stopAsking();
    this.#isFirst = false;
    this.#token = token as string;
    const lifetimeMs = tokenLifetimeMs(this.#token);
    if (lifetimeMs !== undefined) {
      const renewInMs = Math.max(lifetimeMs - RENEWAL_MARGIN_MS, lifetimeMs * RENEWAL_SHARE, MIN_RENEWAL_MS);
      this.#askAt = now + renewInMs;
    }
    this.host.onSettled(now);
  }

  /** [ANN-18] */
  handleFailure(askId: number, why: string, now: Milliseconds): void {
    if (askId !== this.#askId || this.#answerBy === Infinity) return;
    this.#stopAsking();
    this.#isFirst = false;
    this.#askAt = now + this.#backoff.next(this.host.chance());
    this.host.onFailed(why);
    this.host.onSettled(now);
  }

  wake(now: Milliseconds): void {
    if (now >= this.#answerBy) this.handleFailure(this.#askId, 'no token in time', now);
    if (now >= this.#askAt) this.#ask(now);
  }

  #ask(now: Milliseconds): void {
    if (typeof this.#source !== 'function') return;
    this.#askAt = Infinity;
    this.#answerBy = now + TOKEN_TIMEOUT_MS;
    this.#askId += 1;
    this.host.ask(this.#askId, this.#source);
  }

  #stopAsking(): void {
    this.#answerBy = this.#askAt = Infinity;
  }

  #problemOf(token: unknown): string | undefined {
    if (typeof token !== 'string' || token === '') return 'what the function gave is no text';
    if (token.length > MAX_TOKEN_CHARS) return `a token of ${token.length} characters is too long`;
    return token === this.#refused ? 'the function gave the token that was refused' : undefined;
  }
}
