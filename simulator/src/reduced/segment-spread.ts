// How one segment spreads: some fetch it, their neighbours get it from them while it still arrives, and so on; what is
// missing when time is short comes from the CDN. All amounts are parts of the segment, all times seconds since it was out.

import type { Seconds } from '../../../engine/src/base/units';
import { Calendar } from './calendar';
import type { PeerGraph } from './peer-graph';
import { NOBODY, ServingTable, SUPPLIERS_AT_ONCE } from './serving-table';

/** One column per viewer that is there. */
export interface SpreadAudience {
  readonly graph: PeerGraph;
  /** Segments per second that it gives; 0: nothing. */
  readonly upRate: Float32Array;
  /** Segments that it may give of this one: its line has others to carry too. */
  readonly budget: Float32Array;
  /** Segments per second that any one connection of it carries at most, and what the CDN gives it. */
  readonly downRate: Float32Array;
  readonly httpRate: Float32Array;
  readonly httpFirstByte: Float32Array;
  readonly rtt: Float32Array;
  readonly wantsAt: Float32Array;
  /** When it runs dry. */
  readonly deadline: Float32Array;
}

export interface SpreadRules {
  /** From having the first bytes to a neighbour's having them, besides the round trip. */
  readonly hopSeconds: Seconds;
  /** What a connection carries at most: so much under way per round trip, in segments. */
  readonly windowPart: number;
  /** So long before its deadline a viewer fetches the `rest`. */
  reserveSeconds(viewer: number, rest: number): Seconds;
  turnSeconds(viewer: number, from: Seconds, until: Seconds): Seconds;
}

export interface SpreadOutcome {
  /** Segments fetched over HTTP, parts added up. */
  readonly httpSegments: number;
  /** Viewers that asked the origin before they had anything. */
  readonly owners: number;
  /** When each had it all; Infinity: not within the time looked at. */
  readonly doneAt: Float32Array;
  readonly p2pSegments: number;
}

/** Parts of a segment smaller than this are nothing. */
const CRUMB = 1e-4;
/** A viewer looks at its clock no more often. */
const PATIENCE_SECONDS: Seconds = 0.05;
/** After the last deadline HTTP has so long. */
const OVERTIME_SECONDS: Seconds = 8;

const WANT = 0;
const TURN = 1;
const UNTIL = 2;
const FLOW = 3;
const DONE = 4;
const HTTP_FIRST = 5;
const HTTP_DONE = 6;

const WANTED = 1;
const HAS = 2;
const FULL = 4;
const HTTP = 8;

export class SegmentSpread {
  readonly #calendar: Calendar;
  readonly #flags: Uint8Array;
  readonly #table: ServingTable;
  readonly #got: Float64Array;
  readonly #gotAt: Float64Array;
  readonly #rate: Float64Array;
  readonly #given: Float64Array;
  readonly #firstAt: Float32Array;
  readonly #doneAt: Float32Array;
  readonly #version: Int32Array;
  #httpSegments = 0;
  #owners = 0;
  #p2pSegments = 0;

  constructor(
    private readonly audience: SpreadAudience,
    private readonly rules: SpreadRules,
  ) {
    const { count } = audience.graph;
    const last = audience.deadline.reduce((latest, at) => Math.max(latest, at), 0);
    this.#calendar = new Calendar(last + OVERTIME_SECONDS);
    this.#flags = new Uint8Array(count);
    this.#table = new ServingTable(count);
    this.#got = new Float64Array(count);
    this.#gotAt = new Float64Array(count);
    this.#rate = new Float64Array(count);
    this.#given = new Float64Array(count);
    this.#firstAt = new Float32Array(count).fill(Infinity);
    this.#doneAt = new Float32Array(count).fill(Infinity);
    this.#version = new Int32Array(count);
    for (let viewer = 0; viewer < count; viewer += 1) this.#calendar.add(audience.wantsAt[viewer]!, WANT, viewer);
  }

  run(): SpreadOutcome {
    this.#calendar.run((kind, viewer, detail, now) => this.#handle(kind, viewer, detail, now));
    const [httpSegments, p2pSegments] = [this.#httpSegments, this.#p2pSegments];
    return { httpSegments, p2pSegments, owners: this.#owners, doneAt: this.#doneAt };
  }

  #handle(kind: number, viewer: number, detail: number, now: Seconds): void {
    switch (kind) {
      case WANT:
        return this.#want(viewer, now);
      case TURN:
        return this.#takeTurn(viewer, now);
      case UNTIL:
        return this.#watchClock(viewer, now);
      case FLOW:
        return this.#startFlow(viewer, detail, now);
      case DONE:
        if (detail === this.#version[viewer]) this.#expectDone(viewer, now);
        return;
      case HTTP_FIRST:
        return this.#noteFirst(viewer, now);
      default:
        return this.#complete(viewer, now);
    }
  }

  #is(viewer: number, flag: number): boolean {
    return (this.#flags[viewer]! & flag) !== 0;
  }

  #want(viewer: number, now: Seconds): void {
    this.#flags[viewer]! |= WANTED;
    const until = this.#untilOf(viewer, 1);
    if (this.audience.graph.degree(viewer) === 0 || until <= now) return this.#fetch(viewer, 1, now);
    this.#seek(viewer, now);
    this.#calendar.add(this.rules.turnSeconds(viewer, now, until), TURN, viewer);
    this.#calendar.add(until, UNTIL, viewer);
  }

  /** Fetches, unless a neighbour has some of it or it is under way. */
  #takeTurn(viewer: number, now: Seconds): void {
    if (this.#is(viewer, HAS | FULL | HTTP) || this.#table.supplierCount(viewer) > 0) return;
    const { graph } = this.audience;
    for (let place = 0; place < graph.degree(viewer); place += 1)
      if (this.#gives(graph.neighbour(viewer, place))) return;
    this.#fetch(viewer, 1, now);
  }

  #watchClock(viewer: number, now: Seconds): void {
    if (this.#is(viewer, FULL | HTTP)) return;
    const rest = this.#restOf(viewer, now);
    const until = this.#untilOf(viewer, rest);
    if (now + PATIENCE_SECONDS < until) return this.#calendar.add(until, UNTIL, viewer);
    this.#fetch(viewer, rest, now);
  }

  #untilOf(viewer: number, rest: number): Seconds {
    return this.audience.deadline[viewer]! - this.rules.reserveSeconds(viewer, rest);
  }

  /** What is missing in truth: nobody has more than those it takes from. */
  #restOf(viewer: number, now: Seconds): number {
    this.#settle(viewer, now);
    let most = 0;
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      const supplier = this.#table.supplierAt(viewer, place);
      if (supplier === NOBODY) continue;
      this.#settle(supplier, now);
      most = Math.max(most, this.#is(supplier, FULL) ? 1 : this.#got[supplier]!);
    }
    // Without suppliers nothing says that it is less than was counted.
    return 1 - Math.min(this.#got[viewer]!, this.#table.supplierCount(viewer) > 0 ? most : 1);
  }

  #fetch(viewer: number, rest: number, now: Seconds): void {
    const { httpFirstByte, httpRate } = this.audience;
    this.#flags[viewer]! |= HTTP;
    this.#version[viewer]! += 1;
    if (rest >= 1) this.#owners += 1;
    this.#httpSegments += rest;
    this.#p2pSegments += 1 - rest;
    this.#got[viewer] = 1 - rest;
    this.#leaveSuppliers(viewer, now);
    const firstAt = now + httpFirstByte[viewer]!;
    this.#calendar.add(firstAt, HTTP_FIRST, viewer);
    this.#calendar.add(firstAt + rest / httpRate[viewer]!, HTTP_DONE, viewer);
  }

  #noteFirst(viewer: number, now: Seconds): void {
    if (this.#is(viewer, HAS)) return;
    this.#flags[viewer]! |= HAS;
    this.#firstAt[viewer] = now;
    this.#fill(viewer, now);
  }

  /** Whether neighbours may see that it has something: who gives nothing announces nothing. */
  #gives(viewer: number): boolean {
    return this.#is(viewer, HAS) && this.audience.upRate[viewer]! > 0;
  }

  #canServe(viewer: number): boolean {
    return this.#gives(viewer) && this.#given[viewer]! < this.audience.budget[viewer]! - CRUMB;
  }

  /** Takes from neighbours that have room. */
  #seek(child: number, now: Seconds): void {
    const { graph } = this.audience;
    const degree = graph.degree(child);
    for (let step = 0; step < degree; step += 1) {
      if (this.#table.supplierCount(child) === SUPPLIERS_AT_ONCE) return;
      const supplier = graph.neighbour(child, (child + step) % degree);
      if (this.#canServe(supplier) && this.#table.hasRoom(supplier) && this.#mayTake(child, supplier))
        this.#attach(child, supplier, now);
    }
  }

  /** Gives to neighbours, first to those that get from the fewest. */
  #fill(supplier: number, now: Seconds): void {
    const { graph } = this.audience;
    const degree = graph.degree(supplier);
    while (this.#canServe(supplier) && this.#table.hasRoom(supplier)) {
      let best = NOBODY;
      let fewest = SUPPLIERS_AT_ONCE;
      for (let step = 0; step < degree && fewest > 0; step += 1) {
        const child = graph.neighbour(supplier, (supplier + step) % degree);
        if ((this.#flags[child]! & (WANTED | FULL | HTTP)) !== WANTED) continue;
        const count = this.#table.supplierCount(child);
        if (count >= fewest || !this.#mayTake(child, supplier)) continue;
        fewest = count;
        best = child;
      }
      if (best === NOBODY) return;
      this.#attach(best, supplier, now);
    }
  }

  /** From somebody who was there earlier or has it all, or two would wait for each other. */
  #mayTake(child: number, supplier: number): boolean {
    const isEarlier = this.#is(supplier, FULL) || this.#firstAt[supplier]! < this.#firstAt[child]!;
    return isEarlier && this.#got[child]! < 1 && !this.#table.takesFrom(child, supplier);
  }

  #attach(child: number, supplier: number, now: Seconds): void {
    this.#table.attach(child, supplier);
    const { rtt } = this.audience;
    this.#calendar.add(now + this.rules.hopSeconds + rtt[child]! + rtt[supplier]!, FLOW, child, supplier);
  }

  #startFlow(child: number, supplier: number, now: Seconds): void {
    this.#settleChildren(supplier, now);
    if (!this.#table.startFlow(child, supplier)) return;
    this.#planChildren(supplier, now);
    this.#noteFirst(child, now);
  }

  /** All has flowed, as far as was known. */
  #expectDone(child: number, now: Seconds): void {
    if (this.#is(child, FULL | HTTP)) return;
    this.#settle(child, now);
    if (this.#got[child]! < 1 - CRUMB) return this.#replaceSuppliers(child, now);
    this.#got[child] = 1;
    this.#rate[child] = 0;
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      const supplier = this.#table.supplierAt(child, place);
      if (supplier === NOBODY || !this.#is(supplier, FULL)) continue;
      this.#p2pSegments += 1;
      return this.#complete(child, now);
    }
    // Those it takes from have no more yet; it hears when one has.
    if (this.#table.supplierCount(child) === 0) this.#got[child] = 1 - CRUMB;
  }

  /** Some that it takes from have given what they may. */
  #replaceSuppliers(child: number, now: Seconds): void {
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      const supplier = this.#table.supplierAt(child, place);
      if (supplier !== NOBODY && !this.#canServe(supplier)) this.#detach(child, place, now);
    }
    this.#seek(child, now);
    this.#plan(child, now);
  }

  #complete(viewer: number, now: Seconds): void {
    this.#flags[viewer]! |= FULL;
    this.#noteFirst(viewer, now);
    this.#got[viewer] = 1;
    this.#doneAt[viewer] = now;
    this.#version[viewer]! += 1;
    this.#leaveSuppliers(viewer, now);
    const { rtt } = this.audience;
    this.#table.forEachChild(viewer, (child) => {
      if (this.#got[child]! < 1) return;
      this.#calendar.add(now + (rtt[viewer]! + rtt[child]!) / 2, DONE, child, this.#version[child]);
    });
    this.#fill(viewer, now);
  }

  #leaveSuppliers(child: number, now: Seconds): void {
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      const supplier = this.#table.supplierAt(child, place);
      if (supplier === NOBODY) continue;
      this.#detach(child, place, now);
      this.#fill(supplier, now);
    }
  }

  #detach(child: number, place: number, now: Seconds): void {
    const supplier = this.#table.supplierAt(child, place);
    this.#settleChildren(supplier, now);
    this.#table.detach(child, place);
    this.#planChildren(supplier, now);
  }

  #settleChildren(supplier: number, now: Seconds): void {
    this.#table.forEachChild(supplier, (child) => this.#settle(child, now));
  }

  #planChildren(supplier: number, now: Seconds): void {
    this.#table.forEachChild(supplier, (child) => this.#plan(child, now));
  }

  /** Adds what has flowed since it was last looked at. */
  #settle(child: number, now: Seconds): void {
    const elapsed = now - this.#gotAt[child]!;
    this.#gotAt[child] = now;
    if (this.#rate[child] === 0 || elapsed <= 0) return;
    const limit = Math.min(1, this.#downPart(child));
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      const supplier = this.#table.supplierAt(child, place);
      if (!this.#table.flowsAt(child, place)) continue;
      const flowed = this.#rateFrom(supplier, child) * limit * elapsed;
      const left = Math.max(0, this.audience.budget[supplier]! - this.#given[supplier]!);
      const part = Math.min(flowed, left, 1 - this.#got[child]!);
      this.#given[supplier]! += part;
      this.#got[child]! += part;
    }
  }

  /** Works out anew when all will be there. */
  #plan(child: number, now: Seconds): void {
    if (this.#is(child, FULL | HTTP) || this.#got[child]! >= 1) return;
    const rate = this.#inflow(child);
    this.#rate[child] = Math.min(rate, this.audience.downRate[child]!);
    this.#version[child]! += 1;
    if (rate > 0)
      this.#calendar.add(now + (1 - this.#got[child]!) / this.#rate[child], DONE, child, this.#version[child]);
  }

  #downPart(child: number): number {
    const inflow = this.#inflow(child);
    return inflow > 0 ? this.audience.downRate[child]! / inflow : 1;
  }

  #inflow(child: number): number {
    let rate = 0;
    for (let place = 0; place < SUPPLIERS_AT_ONCE; place += 1) {
      if (this.#table.flowsAt(child, place)) rate += this.#rateFrom(this.#table.supplierAt(child, place), child);
    }
    return rate;
  }

  #rateFrom(supplier: number, child: number): number {
    const { upRate, rtt, budget } = this.audience;
    if (this.#given[supplier]! >= budget[supplier]! - CRUMB) return 0;
    const share = upRate[supplier]! / Math.max(1, this.#table.flowCount(supplier));
    return Math.min(share, this.rules.windowPart / Math.max(rtt[supplier]! + rtt[child]!, CRUMB));
  }
}
