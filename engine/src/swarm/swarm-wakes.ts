// When a swarm is to be called, without looking at all of it each time. Its links are many and their times move with
// each message: they say when one comes nearer. Who is there, and who is sought, changes seldom: it is looked at again
// when it has.

import type { Milliseconds } from '../base/units';
import { WakeTime } from '../base/wake-time';

export interface SwarmWakesHost {
  /** When the first of the links wants to be called. */
  linksAt(): Milliseconds;
  /** When something is to be done about who is there and who is sought. */
  membersAt(): Milliseconds;
}

export class SwarmWakes {
  readonly #links = new WakeTime();
  #membersAt: Milliseconds | undefined;

  constructor(private readonly host: SwarmWakesHost) {}

  /** Never too late; a little early where a link's time has moved away. */
  get at(): Milliseconds {
    return Math.min(this.#links.at, this.#knownMembersAt());
  }

  /** A link wants to be called at `at` or later. */
  noteLink(at: Milliseconds): void {
    this.#links.note(at);
  }

  areLinksDue(now: Milliseconds): boolean {
    return now >= this.#links.at;
  }

  /** All links that were due have been called. */
  resetLinks(): void {
    this.#links.set(this.host.linksAt());
  }

  areMembersDue(now: Milliseconds): boolean {
    return now >= this.#knownMembersAt();
  }

  /** Who is there has changed, or who is sought, or how many are wanted. */
  noteMembers(): void {
    this.#membersAt = undefined;
  }

  #knownMembersAt(): Milliseconds {
    return (this.#membersAt ??= this.host.membersAt());
  }
}
