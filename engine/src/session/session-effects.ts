// The language between the core and the world: events in, effects out.

import type { P2PError } from '../base/p2p-error';
import type { BitsPerSecond, Bytes, Milliseconds } from '../base/units';
import type { HttpFailure, HttpHead, HttpRequest } from '../ports/http-fetcher';
import type { LogLevel } from '../ports/logger';
import type { SessionDescription } from '../ports/peer-link';
import type { SwarmEffect } from '../swarm/swarm-effects';
import type { SessionEvents } from './session-handle';
import type { Surroundings } from './situation';

/** A complete segment for a request of the player. `bytes` stay the core's: the receiver makes a copy. */
export interface Delivery {
  readonly requestId: number;
  readonly bytes: Uint8Array;
  readonly httpBytes: Bytes;
  readonly p2pBytes: Bytes;
  readonly bitsPerSecond: BitsPerSecond;
}

/** One event for the page, with its payload. */
export type SessionReport = {
  [Name in keyof SessionEvents]: {
    readonly type: 'report';
    readonly name: Name;
    readonly payload: SessionEvents[Name];
  };
}[keyof SessionEvents];

/** What the core asks of the world. */
export type SessionEffect =
  | SwarmEffect
  | { readonly type: 'fetchHttp'; readonly fetchId: number; readonly request: HttpRequest }
  | { readonly type: 'cancelHttp'; readonly fetchId: number }
  | { readonly type: 'putSegment'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly type: 'removeSegment'; readonly key: string }
  | { readonly type: 'clearStore' }
  | { readonly type: 'deliver'; readonly delivery: Delivery }
  | {
      readonly type: 'progress';
      readonly requestId: number;
      readonly loadedBytes: Bytes;
      readonly totalBytes: Bytes | undefined;
    }
  | { readonly type: 'fail'; readonly requestId: number; readonly error: P2PError }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly context: Readonly<Record<string, unknown>>;
    }
  /** Call `wake` at this time, instead of any time asked for before; Infinity: not at all. */
  | { readonly type: 'wakeAt'; readonly at: Milliseconds }
  | SessionReport;

/** What the world tells the core. */
export type SessionInput =
  | ({ readonly type: 'surroundings' } & Surroundings)
  | { readonly type: 'wake' }
  | { readonly type: 'trackerOpen'; readonly url: string }
  | { readonly type: 'trackerMessage'; readonly url: string; readonly text: string }
  | {
      readonly type: 'trackerClose';
      readonly url: string;
      readonly reason: string;
      readonly retryAfterMs?: Milliseconds | undefined;
    }
  | { readonly type: 'tokenGiven'; readonly askId: number; readonly token: unknown }
  | { readonly type: 'tokenFailed'; readonly askId: number; readonly why: string }
  | { readonly type: 'linkDescription'; readonly linkId: number; readonly description: SessionDescription }
  | { readonly type: 'linkOpen'; readonly linkId: number }
  | { readonly type: 'linkFrame'; readonly linkId: number; readonly frame: Uint8Array }
  | { readonly type: 'linkFlushed'; readonly linkId: number; readonly byteCount: Bytes }
  | { readonly type: 'linkClose'; readonly linkId: number; readonly reason: string }
  | { readonly type: 'httpHead'; readonly fetchId: number; readonly head: HttpHead }
  | { readonly type: 'httpChunk'; readonly fetchId: number; readonly bytes: Uint8Array }
  | { readonly type: 'httpEnd'; readonly fetchId: number }
  | { readonly type: 'httpError'; readonly fetchId: number; readonly failure: HttpFailure }
  | { readonly type: 'segmentRead'; readonly readId: number; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'segmentPut'; readonly key: string; readonly isStored: boolean };

/** Collects effects for the executor. */
export type EmitEffect = (effect: SessionEffect) => void;
