// A question to the operator's own code, which may take its time and may never answer.

import { checkNames, checkSwitch, checkWhole } from '../core/option-checks';
import { toHex } from './info-hash';
import type { AdmissionRequest, Refusal, Verdict } from '../core/admission';
import type { ClientAbout } from '../core/client-about';

/** What the hook is told. */
export interface AuthorizeRequest {
  /** 40 hexadecimal digits. */
  readonly infoHash: string;
  /** 20 characters, one byte each. */
  readonly peerId: string;
  /** The `Origin` header, as far as there was one. */
  readonly origin: string | undefined;
  readonly address: string | undefined;
  /** Of the announce, or else of the URL. When the tracker has keys, it has been verified. */
  readonly token: string | undefined;
}

/** True lets the peer in; false, or a sentence that the client is told, does not. */
export type Authorize = (request: AuthorizeRequest) => Promise<boolean | string> | boolean | string;

/** How the hook is asked. */
export interface AuthorizationOptions {
  /** Milliseconds that it may take, 10 to 60000. @defaultValue 5000 */
  readonly timeoutMs?: number;
  /** Questions that may be open at once, 1 to 100000; each keeps one announce in memory. @defaultValue 1000 */
  readonly maxOpen?: number;
  /** Seconds after which a peer that is in a swarm is asked about again, 1 to 86400. @defaultValue 600 */
  readonly lifetimeSeconds?: number;
  /** Whether a peer is let in when the hook throws, is late, or is asked too much. @defaultValue false */
  readonly isOpenOnFailure?: boolean;
}

const DEFAULTS: Required<AuthorizationOptions> = {
  timeoutMs: 5_000,
  maxOpen: 1_000,
  lifetimeSeconds: 600,
  isOpenOnFailure: false,
};

/** Questions of one connection that may be open at once. Stops one client from taking all there are. */
export const MAX_OPEN_PER_CLIENT = 8;

/** Verdicts that are remembered for one connection; the oldest is asked for again. */
const MAX_VERDICTS_PER_CLIENT = 64;

/** Longest sentence of the hook that is passed on. */
const MAX_FAILURE_LENGTH = 200;

/** A peer that is in stays while the hook cannot be asked; it is asked about again after this long, in milliseconds. */
const GRACE_MS = 30_000;

const NO_ANSWER: Refusal = { reason: 'authorize-failed', failure: 'not authorized: the check gave no answer' };
const TOO_MANY: Refusal = { reason: 'authorize-failed', failure: 'not authorized: too many checks at once' };

interface KnownVerdict {
  readonly verdict: 'granted' | Refusal;
  /** Of a token other than this one nothing is known. */
  readonly token: string | undefined;
  /** When the hook is asked again. */
  readonly until: number;
}

interface ClientState {
  readonly verdicts: Map<string, KnownVerdict>;
  openCount: number;
}

/** What happened since the start. */
export interface AuthorizeCounters {
  asked: number;
  /** Thrown, late, or not asked because too many questions were open. */
  failed: number;
}

export class AuthorizeGate {
  readonly counters: AuthorizeCounters = { asked: 0, failed: 0 };
  readonly #options: Required<AuthorizationOptions>;
  // Goes with the client: nothing is to be cleaned up when it leaves.
  readonly #clients = new WeakMap<ClientAbout, ClientState>();
  #openCount = 0;

  /** @throws RangeError naming the option that is out of its range */
  constructor(
    private readonly authorize: Authorize,
    options: AuthorizationOptions = {},
  ) {
    checkNames('authorization', options, DEFAULTS);
    this.#options = { ...DEFAULTS, ...options };
    checkWhole('authorization.timeoutMs', this.#options.timeoutMs, 10, 60_000);
    checkWhole('authorization.maxOpen', this.#options.maxOpen, 1, 100_000);
    checkWhole('authorization.lifetimeSeconds', this.#options.lifetimeSeconds, 1, 86_400);
    checkSwitch('authorization.isOpenOnFailure', this.#options.isOpenOnFailure);
  }

  /** Questions that are open now. */
  get openCount(): number {
    return this.#openCount;
  }

  /** What is known of a peer. `held`: ask() is to be called, and the announce to be checked again after it. */
  check({ client, infoHash, peerId, token }: AdmissionRequest, now: number): Verdict {
    const state = this.#clients.get(client);
    const key = infoHash + peerId;
    const known = state?.verdicts.get(key);
    if (!state || !known || known.token !== token || now >= known.until) return 'held';
    // A refusal is for one announce: the next one may have been paid for.
    if (known.verdict !== 'granted') state.verdicts.delete(key);
    return known.verdict;
  }

  /** Asks the hook, and calls `onSettled` exactly once, never synchronously: then check() knows. */
  ask(request: AdmissionRequest, now: () => number, onSettled: () => void): void {
    const state = this.#stateOf(request.client);
    if (this.#openCount >= this.#options.maxOpen || state.openCount >= MAX_OPEN_PER_CLIENT) {
      queueMicrotask(() => {
        this.#noteFailure(state, request, TOO_MANY, now());
        onSettled();
      });
      return;
    }
    state.openCount += 1;
    this.#openCount += 1;
    void this.#question(request).then((answer) => {
      state.openCount -= 1;
      this.#openCount -= 1;
      if (answer === undefined) this.#noteFailure(state, request, NO_ANSWER, now());
      else this.#note(state, request, verdictOf(answer), now() + this.#options.lifetimeSeconds * 1000);
      onSettled();
    });
  }

  #noteFailure(state: ClientState, request: AdmissionRequest, failure: Refusal, now: number): void {
    this.counters.failed += 1;
    const before = state.verdicts.get(request.infoHash + request.peerId);
    const isIn = before?.verdict === 'granted' && before.token === request.token;
    this.#note(state, request, isIn || this.#options.isOpenOnFailure ? 'granted' : failure, now + GRACE_MS);
  }

  #note(state: ClientState, request: AdmissionRequest, verdict: 'granted' | Refusal, until: number): void {
    remember(state.verdicts, request.infoHash + request.peerId, { verdict, token: request.token, until });
  }

  /** Never rejects; undefined: no answer. */
  async #question({ client, infoHash, peerId, token }: AdmissionRequest): Promise<boolean | string | undefined> {
    this.counters.asked += 1;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.#options.timeoutMs).unref();
    });
    const { origin, address } = client;
    try {
      const answer = this.authorize({ infoHash: toHex(infoHash), peerId, origin, address, token });
      return await Promise.race([answer, tooLate]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #stateOf(client: ClientAbout): ClientState {
    const known = this.#clients.get(client);
    if (known) return known;
    const state: ClientState = { verdicts: new Map(), openCount: 0 };
    this.#clients.set(client, state);
    return state;
  }
}

/** Only true is a yes: a hook in JavaScript may well return something else by mistake. */
function verdictOf(answer: unknown): 'granted' | Refusal {
  if (answer === true) return 'granted';
  const isSentence = typeof answer === 'string' && answer !== '';
  return { reason: 'not-authorized', failure: isSentence ? answer.slice(0, MAX_FAILURE_LENGTH) : 'not authorized' };
}

function remember(verdicts: Map<string, KnownVerdict>, key: string, verdict: KnownVerdict): void {
  verdicts.delete(key);
  verdicts.set(key, verdict);
  if (verdicts.size <= MAX_VERDICTS_PER_CLIENT) return;
  for (const oldest of verdicts.keys()) {
    verdicts.delete(oldest);
    return;
  }
}
