// Performs the core's effects through the ports, and turns what the ports say into inputs. No decisions here.

import type { Milliseconds } from '../base/units';
import type { Cancel, EnginePorts, PeerLink, PeerLinkListener, SignallingSocket } from '../ports';
import type { MediaSession } from './media-session';
import type { SessionEffect, SessionInput, SessionReport } from './session-effects';

/** Where effects for the player and the page go. */
export interface ExecutorOutlet {
  deliver(effect: Extract<SessionEffect, { type: 'deliver' }>['delivery']): void;
  progress(effect: Extract<SessionEffect, { type: 'progress' }>): void;
  fail(effect: Extract<SessionEffect, { type: 'fail' }>): void;
  report(report: SessionReport): void;
}

export class Executor {
  readonly #links = new Map<number, PeerLink>();
  readonly #sockets = new Map<string, SignallingSocket>();
  readonly #fetches = new Map<number, Cancel>();
  readonly #pending: SessionEffect[] = [];
  readonly #subscriptions: readonly Cancel[];
  #cancelWake: Cancel = () => undefined;
  readonly #wake = (): void => this.#tell({ type: 'wake' });
  #isRunning = false;
  #isClosed = false;

  constructor(
    private readonly session: MediaSession,
    private readonly ports: EnginePorts,
    private readonly outlet: ExecutorOutlet,
  ) {
    const { lifecycle, conditions } = ports;
    const tellSurroundings = (): void => {
      const { isCellular, savesData } = conditions;
      this.#tell({ type: 'surroundings', isHidden: lifecycle.isHidden, isCellular, savesData });
    };
    const nothing = (): void => undefined;
    const listener = { onLeave: nothing, onReturn: nothing, onVisibilityChange: tellSurroundings };
    this.#subscriptions = [lifecycle.subscribe(listener), conditions.subscribe(tellSurroundings)];
    tellSurroundings();
  }

  /** Calls the core with the present time and performs what it asks, in order, also when performing calls back here. */
  run(call: (session: MediaSession, now: Milliseconds) => SessionEffect[]): void {
    if (!this.#isClosed) this.#performAll(call(this.session, this.ports.clock.now()));
  }

  /** Leaves the swarm; afterwards nothing of the session is left in the world. */
  close(): void {
    this.run((session, now) => session.leave(now));
    this.#isClosed = true;
    // Called from within an effect: what the core asked before, its goodbye included, is performed first.
    if (!this.#isRunning) this.#release();
  }

  #release(): void {
    this.#cancelWake();
    for (const cancel of this.#subscriptions) cancel();
    for (const cancel of this.#fetches.values()) cancel();
    for (const link of this.#links.values()) link.close();
    for (const socket of this.#sockets.values()) socket.close();
    this.#fetches.clear();
    this.#links.clear();
    this.#sockets.clear();
  }

  #tell(input: SessionInput): void {
    if (!this.#isClosed) this.#performAll(this.session.handle(input, this.ports.clock.now()));
  }

  #performAll(effects: readonly SessionEffect[]): void {
    const pending = this.#pending;
    for (const effect of effects) pending.push(effect);
    if (this.#isRunning) return;
    this.#isRunning = true;
    let doneCount = 0;
    try {
      while (doneCount < pending.length) this.#perform(pending[doneCount++]!);
    } finally {
      // One that throws is not tried again; those behind it are.
      pending.splice(0, doneCount);
      this.#isRunning = false;
      if (this.#isClosed) this.#release();
    }
  }

  #perform(effect: SessionEffect): void {
    const { ports } = this;
    switch (effect.type) {
      case 'wakeAt':
        return this.#wakeAt(effect.at);
      case 'openTracker':
        return this.#openTracker(effect.url);
      case 'sendTracker':
        return this.#sockets.get(effect.url)?.send(effect.text);
      case 'closeTracker':
        this.#sockets.get(effect.url)?.close();
        return void this.#sockets.delete(effect.url);
      case 'askToken':
        return this.#askToken(effect);
      case 'offerLink':
        return void this.#links.set(effect.linkId, ports.peers.offer(this.#linkListener(effect.linkId)));
      case 'answerLink':
        return void this.#links.set(effect.linkId, ports.peers.answer(effect.offer, this.#linkListener(effect.linkId)));
      case 'acceptAnswer':
        return this.#links.get(effect.linkId)?.accept(effect.answer);
      case 'sendFrame':
        return this.#links.get(effect.linkId)?.send(effect.frame);
      case 'closeLink':
        this.#links.get(effect.linkId)?.close();
        return void this.#links.delete(effect.linkId);
      case 'fetchHttp':
        return this.#fetch(effect);
      case 'cancelHttp':
        this.#fetches.get(effect.fetchId)?.();
        return void this.#fetches.delete(effect.fetchId);
      case 'putSegment':
        return ports.store.put(effect.key, effect.bytes, (isStored) =>
          this.#tell({ type: 'segmentPut', key: effect.key, isStored }),
        );
      case 'readSegment':
        return ports.store.read(effect.key, effect.range, (bytes) =>
          this.#tell({ type: 'segmentRead', readId: effect.readId, bytes }),
        );
      case 'removeSegment':
        return ports.store.remove(effect.key);
      case 'clearStore':
        return ports.store.clear();
      case 'deliver':
        return this.outlet.deliver(effect.delivery);
      case 'progress':
        return this.outlet.progress(effect);
      case 'fail':
        return this.outlet.fail(effect);
      case 'log':
        return ports.logger.log(effect.level, effect.message, effect.context);
      case 'report':
        return this.outlet.report(effect);
    }
  }

  #wakeAt(at: Milliseconds): void {
    this.#cancelWake();
    if (at === Infinity) return;
    const delay = Math.max(0, at - this.ports.clock.now());
    this.#cancelWake = this.ports.clock.schedule(delay, this.#wake);
  }

  #openTracker(url: string): void {
    const socket = this.ports.signalling.connect(url, {
      onOpen: () => this.#tell({ type: 'trackerOpen', url }),
      onMessage: (text) => this.#tell({ type: 'trackerMessage', url, text }),
      onClose: (reason, retryAfterMs) => {
        if (this.#sockets.get(url) === socket) this.#sockets.delete(url);
        this.#tell({ type: 'trackerClose', url, reason, retryAfterMs });
      },
    });
    this.#sockets.set(url, socket);
  }

  #askToken({ askId, provider }: Extract<SessionEffect, { type: 'askToken' }>): void {
    this.ports.tokens.ask(provider, this.session.tokenRequest, {
      onToken: (token) => this.#tell({ type: 'tokenGiven', askId, token }),
      onFailure: (why) => this.#tell({ type: 'tokenFailed', askId, why }),
    });
  }

  #linkListener(linkId: number): PeerLinkListener {
    return {
      onDescription: (description) => this.#tell({ type: 'linkDescription', linkId, description }),
      onOpen: () => this.#tell({ type: 'linkOpen', linkId }),
      onMessage: (frame) => this.#tell({ type: 'linkFrame', linkId, frame }),
      onFlushed: (byteCount) => this.#tell({ type: 'linkFlushed', linkId, byteCount }),
      onClose: (reason) => {
        this.#links.delete(linkId);
        this.#tell({ type: 'linkClose', linkId, reason });
      },
    };
  }

  #fetch({ fetchId, request }: Extract<SessionEffect, { type: 'fetchHttp' }>): void {
    const cancel = this.ports.http.fetch(request, {
      onHead: (head) => this.#tell({ type: 'httpHead', fetchId, head }),
      onChunk: (bytes) => this.#tell({ type: 'httpChunk', fetchId, bytes }),
      onEnd: () => {
        this.#fetches.delete(fetchId);
        this.#tell({ type: 'httpEnd', fetchId });
      },
      onError: (failure) => {
        this.#fetches.delete(fetchId);
        this.#tell({ type: 'httpError', fetchId, failure });
      },
    });
    this.#fetches.set(fetchId, cancel);
  }
}
