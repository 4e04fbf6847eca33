// Who may use the tracker: pages by their Origin, swarms by lists, viewers by tokens and by the operator's own check.

import type { Admission, AdmissionRequest, Refusal, Verdict } from '../core/admission';
import type { ClientAbout } from '../core/client-about';
import { checkNames, checkSwitch, checkWhole, refusedOption } from '../core/option-checks';
import type { RejectReason } from '../core/rejection';
import { AuthorizeGate, type Authorize, type AuthorizationOptions, type AuthorizeCounters } from './authorize-gate';
import { InfoHashLists, type InfoHashOptions } from './info-hash-lists';
import { OriginRules, type OriginOptions } from './origin-rules';
import { DEFAULT_CLOCK_SKEW_SECONDS, TokenVerifier, type TokenFault, type TokenKey } from './token';

/** Whose tokens count. */
export interface TokenOptions {
  /** The secrets that tokens may be signed with. Several, so that one can be replaced while its tokens are about. */
  readonly keys: readonly TokenKey[];
  /** Whether an announce without a token is refused; a wrong one always is. @defaultValue true */
  readonly isRequired?: boolean;
  /** Seconds by which the clocks of backend and tracker may differ, 0 to 3600. @defaultValue 30 */
  readonly clockSkewSeconds?: number;
}

/** Who may use the tracker. With none of these, everybody. */
export interface AccessOptions {
  readonly tokens?: TokenOptions;
  readonly origins?: OriginOptions;
  readonly infoHashes?: InfoHashOptions;
  /** The operator's own check, asked when a peer joins and every `authorization.lifetimeSeconds` after that. */
  readonly authorize?: Authorize;
  readonly authorization?: AuthorizationOptions;
}

export interface AccessCounters extends Readonly<AuthorizeCounters> {
  /** Connections refused for their Origin. */
  readonly originsRefused: number;
}

/** What a client is told; its engine knows by the first word that a new token may help. */
const TOKEN_REFUSALS: Readonly<Record<TokenFault | 'required', Refusal>> = {
  required: refusal('token-required', 'token required'),
  invalid: refusal('token-invalid', 'token not valid'),
  'not-valid-yet': refusal('token-invalid', 'token not valid yet'),
  expired: refusal('token-expired', 'token expired'),
  'other-swarm': refusal('token-invalid', 'token is for another swarm'),
  'other-peer': refusal('token-invalid', 'token is for another peer'),
  'other-origin': refusal('token-invalid', 'token is for another site'),
};

const DENIED = refusal('swarm-denied', 'this swarm is not served here');

export class AccessControl implements Admission {
  readonly #tokens: TokenVerifier | undefined;
  readonly #isTokenRequired: boolean;
  readonly #origins: OriginRules;
  readonly #lists: InfoHashLists;
  readonly #gate: AuthorizeGate | undefined;
  #originsRefused = 0;

  /**
   * @param wallClock - milliseconds since 1970: tokens end at a time of day
   * @throws RangeError naming the option that is not allowed, Error naming a list that cannot be read
   */
  constructor(
    { tokens, origins, infoHashes, authorize, authorization }: AccessOptions,
    private readonly wallClock: () => number,
  ) {
    if (tokens) checkTokens(tokens);
    this.#tokens = tokens && new TokenVerifier(tokens.keys, tokens.clockSkewSeconds);
    this.#isTokenRequired = tokens?.isRequired ?? tokens !== undefined;
    this.#origins = new OriginRules(origins);
    this.#lists = new InfoHashLists(infoHashes);
    if (authorize !== undefined && typeof authorize !== 'function') {
      throw refusedOption('authorize', authorize, 'a function');
    }
    this.#gate = authorize && new AuthorizeGate(authorize, authorization);
  }

  get counters(): AccessCounters {
    return { asked: 0, failed: 0, ...this.#gate?.counters, originsRefused: this.#originsRefused };
  }

  /** Whether a page may connect. */
  allowsOrigin(client: ClientAbout): boolean {
    const isAllowed = this.#origins.allows(client.origin);
    if (!isAllowed) this.#originsRefused += 1;
    return isAllowed;
  }

  check(request: AdmissionRequest, now: number): Verdict {
    const { client, infoHash, peerId } = request;
    if (!this.#lists.allows(infoHash)) return DENIED;
    const token = request.token ?? client.token;
    if (this.#tokens) {
      if (token === undefined && this.#isTokenRequired) return TOKEN_REFUSALS.required;
      const bearer = { infoHash, peerId, origin: client.origin };
      const fault = token === undefined ? undefined : this.#tokens.verify(token, bearer, this.wallClock());
      if (fault) return TOKEN_REFUSALS[fault];
    }
    return this.#gate?.check({ ...request, token }, now) ?? 'granted';
  }

  /** Asks for the verdict on a held announce; see {@link AuthorizeGate.ask}. */
  ask(request: AdmissionRequest, now: () => number, onSettled: () => void): void {
    const token = request.token ?? request.client.token;
    this.#gate?.ask({ ...request, token }, now, onSettled);
  }

  /**
   * Reads the list files again; with one that is broken everything stays as it was.
   * @throws Error naming the file and what is wrong with it
   */
  reload(): void {
    this.#lists.reload();
  }
}

function refusal(reason: RejectReason, failure: string): Refusal {
  return { reason, failure };
}

function checkTokens(tokens: TokenOptions): void {
  checkNames('tokens', tokens, { keys: 0, isRequired: 0, clockSkewSeconds: 0 });
  const { keys, isRequired = true, clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = tokens;
  if (!Array.isArray(keys)) throw new RangeError('tokens.keys must be a list of keys');
  checkSwitch('tokens.isRequired', isRequired);
  checkWhole('tokens.clockSkewSeconds', clockSkewSeconds, 0, 3_600);
}
