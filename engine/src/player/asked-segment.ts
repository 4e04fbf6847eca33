// One segment that a plugin asked the engine for, until it is answered, given up or left to the player's own loader.

import type { ByteRange } from '../base/byte-range';
import { parseRangeHeader } from '../base/byte-range';
import type { Seconds } from '../base/units';
import type { Cancel } from '../ports/clock';
import type { PlayerRequest, PlayerRequestListener } from './player-connection';
import { headersWithoutRange, rangeHeaderOf } from './request-headers';

/** What a request for a segment needs of the session of its player. */
export interface AskingSession {
  /** Asks the engine, as `PlayerConnection.request` does. */
  ask(request: PlayerRequest, listener: PlayerRequestListener): Cancel | undefined;
  bufferAheadSeconds(): Seconds;
  /** Called once, when the engine has nothing more to do with it. */
  onLeft(): void;
}

/** A request with a Range header among its headers, if it has one. */
export type HeadedRequest = Omit<PlayerRequest, 'byteRange' | 'headers'> & {
  readonly headers: Readonly<Record<string, string>>;
};

/** At most one question to the engine. */
export class AskedSegment {
  private cancel: Cancel | undefined;

  constructor(private readonly session: AskingSession) {}

  /** Asks the engine. False: it has nothing to do with this request, or the Range header is none that it understands. */
  ask({ headers, ...request }: HeadedRequest, listener: PlayerRequestListener): boolean {
    const byteRange = byteRangeOf(headers);
    if (!byteRange && rangeHeaderOf(headers) !== undefined) return false;
    const asked = { ...request, headers: headersWithoutRange(headers), ...(byteRange && { byteRange }) };
    this.cancel = this.session.ask(asked, listener);
    return this.cancel !== undefined;
  }

  /** Ends it, whether answered or not. Whether it was the engine's until now. */
  leave(): boolean {
    const { cancel } = this;
    if (!cancel) return false;
    this.cancel = undefined;
    cancel();
    this.session.onLeft();
    return true;
  }
}

/** The HTTP status of an answer to a request with these headers. */
export function statusFor(headers: Readonly<Record<string, string>>): 200 | 206 {
  return byteRangeOf(headers) ? 206 : 200;
}

function byteRangeOf(headers: Readonly<Record<string, string>>): ByteRange | undefined {
  return parseRangeHeader(rangeHeaderOf(headers));
}
