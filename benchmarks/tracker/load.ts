// The load: all viewers of a run in one process, and the figures of the server that they are clients of.

import { setTimeout as sleep } from 'node:timers/promises';
import { makeInfoHashes, Phrases } from './messages';
import { cpuMicros, maxOpenFiles, residentBytes } from './proc';
import { OFFERS_PER_ANNOUNCE, SCENARIOS, type BusyFigures, type Figures, type LoadOrder, type Scenario } from './run';
import { Viewer } from './viewer';

/** Handshakes and joins under way at a time. */
const OPENING = 128;
/** Besides the viewers' sockets. */
const SPARE_FILES = 100;
/** A run in which nothing happens for so long is broken. */
const STALL_MS = 10_000;
/** For the server to come to rest before its memory is read. */
const SETTLE_MS = 2_000;
const KIB = 1_024;

const ANSWERS_AND_RESPONSE = OFFERS_PER_ANNOUNCE + 1;

/** What was counted since the measuring began. */
class Tally {
  announces = 0;
  offers = 0;
  answers = 0;
  readonly latencies: number[] = [];
}

export class Load {
  readonly #scenario: Scenario;
  readonly #viewers: Viewer[] = [];
  #tally = new Tally();
  #onOpened: () => void = () => undefined;
  #onResponse: () => void = () => undefined;
  #onDone: (viewer: Viewer) => void = () => undefined;
  #progress = 0;

  constructor(
    private readonly order: LoadOrder,
    private readonly onBroken: (reason: string) => void,
  ) {
    this.#scenario = SCENARIOS[order.scenario];
    let seen = -1;
    setInterval(() => {
      if (seen === this.#progress) onBroken(`nothing happened for ${STALL_MS / 1000} s`);
      seen = this.#progress;
    }, STALL_MS).unref();
  }

  async run(): Promise<Figures> {
    const { connections, load } = this.#scenario;
    if (maxOpenFiles() < connections + SPARE_FILES) {
      throw new Error(
        `${connections} sockets need \`ulimit -n ${connections + SPARE_FILES}\`, and it is ${maxOpenFiles()}`,
      );
    }
    const { serverPid } = this.order;
    await sleep(SETTLE_MS);
    const memoryBefore = residentBytes(serverPid);
    const cpuBefore = cpuMicros(serverPid);
    await this.#openAll();
    if (load.type !== 'idle') {
      await this.#joinAll();
      return load.type === 'closed' ? this.#keepUnderWay(load.underWay) : this.#announceSteadily(load.perSecond);
    }
    const cpuMicrosPerConnection = (cpuMicros(serverPid) - cpuBefore) / connections;
    await sleep(SETTLE_MS);
    const kibPerConnected = (residentBytes(serverPid) - memoryBefore) / connections / KIB;
    await this.#joinAll();
    await sleep(SETTLE_MS);
    const kibPerJoined = (residentBytes(serverPid) - memoryBefore) / connections / KIB;
    return { type: 'idle', cpuMicrosPerConnection, kibPerConnected, kibPerJoined };
  }

  async #openAll(): Promise<void> {
    const infoHashes = makeInfoHashes(this.#scenario.swarms);
    const { connections } = this.#scenario;
    let openedCount = 0;
    await new Promise<void>((resolve) => {
      const openNext = (): void => {
        const index = this.#viewers.length;
        if (index === connections) return;
        const phrases = new Phrases(index, infoHashes[index % infoHashes.length]!);
        this.#viewers.push(new Viewer(this.order.port, index, phrases, this.#events));
      };
      this.#onOpened = () => {
        openedCount += 1;
        if (openedCount === connections) resolve();
        else openNext();
      };
      for (let count = 0; count < OPENING; count += 1) openNext();
    });
  }

  async #joinAll(): Promise<void> {
    // Two viewers at once in a new swarm would each make their own on bittorrent-tracker.
    const { swarms } = this.#scenario;
    await this.#join(this.#viewers.slice(0, swarms));
    await this.#join(this.#viewers.slice(swarms));
  }

  async #join(viewers: readonly Viewer[]): Promise<void> {
    let saidCount = 0;
    let answeredCount = 0;
    await new Promise<void>((resolve) => {
      const sayNext = (): void => {
        const viewer = viewers[saidCount];
        saidCount += 1;
        viewer?.say(viewer.phrases.join());
      };
      this.#onResponse = () => {
        answeredCount += 1;
        if (answeredCount === viewers.length) resolve();
        else sayNext();
      };
      for (let count = 0; count < OPENING; count += 1) sayNext();
    });
    this.#onResponse = () => undefined;
  }

  async #keepUnderWay(underWay: number): Promise<BusyFigures> {
    let next = 0;
    const announceNext = (): void => {
      // Round and round: nobody's turn comes before the last announce is through.
      this.#announce(this.#viewers[next]!);
      next = (next + 1) % this.#viewers.length;
    };
    this.#onDone = announceNext;
    for (let count = 0; count < underWay; count += 1) announceNext();
    return this.#measure();
  }

  async #announceSteadily(perSecond: number): Promise<BusyFigures> {
    let saidCount = 0;
    const startedAt = performance.now();
    const sayDue = (): void => {
      const due = ((performance.now() - startedAt) / 1000) * perSecond;
      for (; saidCount < due; saidCount += 1) this.#announce(this.#viewers[saidCount % this.#viewers.length]!);
    };
    const timer = setInterval(sayDue, 1);
    const figures = await this.#measure();
    clearInterval(timer);
    return figures;
  }

  #announce(viewer: Viewer): void {
    if (viewer.awaited > 0) this.onBroken(`viewer ${viewer.index} did not get ${viewer.awaited} of what it was to get`);
    viewer.awaited = ANSWERS_AND_RESPONSE;
    viewer.announcedAt = performance.now();
    viewer.say(viewer.phrases.announce());
  }

  async #measure(): Promise<BusyFigures> {
    const { serverPid, warmUpMs, measureMs } = this.order;
    await sleep(warmUpMs);
    this.#tally = new Tally();
    const startedAt = performance.now();
    const cpuBefore = cpuMicros(serverPid);
    await sleep(measureMs);
    const cpu = cpuMicros(serverPid) - cpuBefore;
    const seconds = (performance.now() - startedAt) / 1000;
    const { announces, offers, answers, latencies } = this.#tally;
    if (announces === 0) throw new Error('no announce was through');
    latencies.sort((left, right) => left - right);
    return {
      type: 'busy',
      cpuMicrosPerAnnounce: cpu / announces,
      announcesPerSecond: announces / seconds,
      offersPerSecond: offers / seconds,
      answersPerSecond: answers / seconds,
      offerLatencyP50: latencies[Math.floor(latencies.length * 0.5)] ?? NaN,
      offerLatencyP99: latencies[Math.floor(latencies.length * 0.99)] ?? NaN,
    };
  }

  readonly #events = {
    opened: () => {
      this.#progress += 1;
      this.#onOpened();
    },
    response: (viewer: Viewer) => {
      this.#onResponse();
      this.#came(viewer);
    },
    offer: (fromIndex: number) => {
      this.#tally.offers += 1;
      const from = this.#viewers[fromIndex];
      if (from) this.#tally.latencies.push(performance.now() - from.announcedAt);
      else this.onBroken(`an offer of viewer ${fromIndex}, whom nobody knows`);
    },
    answer: (viewer: Viewer) => {
      this.#tally.answers += 1;
      this.#came(viewer);
    },
    broken: (reason: string) => this.onBroken(reason),
  };

  #came(viewer: Viewer): void {
    this.#progress += 1;
    if (viewer.awaited === 0) return;
    viewer.awaited -= 1;
    if (viewer.awaited > 0) return;
    this.#tally.announces += 1;
    this.#onDone(viewer);
  }
}
