// Reads along what passes through a player's network: manifests, and the indexes of media files.

import { parseRangeHeader } from '../../engine/src/index';
import type { ManifestText, PlayerConnection } from '../../engine/src/index';
import { rangeHeaderOf, toHttpUrl } from '../../engine/src/plugin';
import { MPD_PATCH, RequestType, type ShakaRequestContext, type ShakaResponse } from './shaka-types';

/** Stops a page that preloads whole catalogues from keeping all their manifests. */
export const MAX_PRELOADED_MANIFESTS = 32;

/** A DASH manifest whose segments can be asked for before they are complete. */
const LOW_LATENCY_MPD = /\bavailabilityTimeOffset\s*=\s*["'](?!0*(?:\.0*)?["'])/;

/** What the reader needs of the engine. */
export type ReadingEngine = Pick<PlayerConnection, 'addManifest' | 'missingIndex' | 'addIndex'>;

/** The responses of one player. */
export class ResponseReader {
  /** Of sources that may be played next. */
  private preloaded: ManifestText[] = [];
  private lowLatency = false;

  constructor(private readonly engine: ReadingEngine) {}

  /** @param listedUrl - what was asked for before the page's filters */
  read(type: number, response: ShakaResponse, listedUrl: string | undefined, context?: ShakaRequestContext): void {
    const url = toHttpUrl(listedUrl ?? response.originalUri ?? response.uri);
    const { data } = response;
    if (url === undefined || !data) return;
    if (type === RequestType.SEGMENT) return this.readIndex(url, bytesOf(data), response);
    const isManifest = type === RequestType.MANIFEST && context?.type !== MPD_PATCH;
    if (!isManifest && type !== RequestType.CONTENT_STEERING) return;
    const responseUrl = toHttpUrl(response.uri);
    const text = new TextDecoder().decode(data);
    const manifest = { url, text, ...(responseUrl !== undefined && responseUrl !== url && { responseUrl }) };
    if (context?.isPreload) this.preloaded = [...this.preloaded, manifest].slice(-MAX_PRELOADED_MANIFESTS);
    else this.handOver(manifest);
  }

  /** Whether Shaka, where it may, plays segments of this source while they are still being made. */
  get isLowLatency(): boolean {
    return this.lowLatency;
  }

  /** What was preloaded is played now. The engine knows which of it belongs to the source. */
  replayPreloaded(): void {
    for (const manifest of this.preloaded.splice(0)) this.handOver(manifest);
  }

  private handOver(manifest: ManifestText): void {
    this.lowLatency = LOW_LATENCY_MPD.test(manifest.text);
    this.engine.addManifest(manifest);
  }

  private readIndex(url: string, bytes: Uint8Array, { originalRequest }: ShakaResponse): void {
    const byteRange = this.engine.missingIndex(url);
    if (!byteRange || bytes.byteLength !== byteRange.end - byteRange.start) return;
    // Shaka asks for an index by itself. Before version 4 it does not say what it asked for.
    const asked = originalRequest && parseRangeHeader(rangeHeaderOf(originalRequest.headers));
    if (originalRequest && asked?.start !== byteRange.start) return;
    this.engine.addIndex({ url, byteRange, bytes });
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
