// The engine as the plugin sees it, driven by a test.

import type {
  ByteRange,
  DeliveredSegment,
  IndexBytes,
  ManifestText,
  P2POptions,
  PlaybackReport,
  PlayerConnection,
  PlayerRequest,
  PlayerRequestListener,
  SessionHandle,
} from '../../engine/src/index';

/** A request that the plugin made, and the way to answer it. */
export interface Question extends PlayerRequest {
  readonly listener: PlayerRequestListener;
  isCancelled: boolean;
}

/** Records what the plugin tells it; takes every request while `takesRequests` is set. */
export class FakeConnection implements PlayerConnection {
  /** What was called, in order. */
  readonly calls: string[] = [];
  readonly questions: Question[] = [];
  readonly manifests: ManifestText[] = [];
  /** Where the engine lacks an index; an index that is handed over is no longer missing. */
  readonly missingIndexes = new Map<string, ByteRange>();
  readonly indexes: IndexBytes[] = [];
  readonly reports: PlaybackReport[] = [];
  readonly reasons: string[] = [];
  readonly givenOptions: (P2POptions | undefined)[];
  takesRequests = true;
  isDestroyed = false;
  readonly handle: SessionHandle;
  private readonly destroyedListeners = new Set<() => void>();

  constructor(options?: P2POptions) {
    this.givenOptions = [options];
    const handle: Partial<SessionHandle> = {
      on: (event, listener) => {
        if (event === 'destroyed') this.destroyedListeners.add(listener as () => void);
        return () => this.destroyedListeners.delete(listener as () => void);
      },
      setOptions: (partial) => this.givenOptions.push(partial),
      destroy: () => {
        if (this.isDestroyed) return;
        this.isDestroyed = true;
        for (const listener of this.destroyedListeners) listener();
      },
    };
    this.handle = handle as SessionHandle;
  }

  openSource(url: string): void {
    this.calls.push(`openSource ${url}`);
  }

  addManifest(manifest: ManifestText): void {
    this.calls.push(`addManifest ${manifest.url}`);
    this.manifests.push(manifest);
  }

  missingIndex(url: string): ByteRange | undefined {
    return this.missingIndexes.get(url);
  }

  addIndex(index: IndexBytes): void {
    this.missingIndexes.delete(index.url);
    this.indexes.push(index);
  }

  request(request: PlayerRequest, listener: PlayerRequestListener): (() => void) | undefined {
    if (!this.takesRequests) return undefined;
    const question: Question = { ...request, listener, isCancelled: false };
    this.questions.push(question);
    return () => (question.isCancelled = true);
  }

  reportPlayback(report: PlaybackReport): void {
    this.reports.push(report);
  }

  closeSource(): void {
    this.calls.push('closeSource');
  }

  standAside(reason: string): void {
    this.reasons.push(reason);
  }

  get question(): Question {
    return last(this.questions);
  }
}

/** A segment of `size` bytes as the engine delivers it. */
export function delivered(size: number, bitsPerSecond = 4_000_000): DeliveredSegment {
  return { bytes: new ArrayBuffer(size), bitsPerSecond, httpBytes: 0, p2pBytes: size };
}

export function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error('there is none');
  return item;
}
