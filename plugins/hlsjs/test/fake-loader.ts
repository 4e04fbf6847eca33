// The player's own loader, driven by a test, and what hls.js would hand to one of ours.

import type { HlsConfig, Loader, LoaderCallbacks, LoaderContext, LoaderStats } from '../hls-types';

export const CONTEXT: LoaderContext = {
  url: 'https://cdn.test/live/7.ts',
  responseType: 'arraybuffer',
  rangeStart: 0,
  rangeEnd: 0,
  frag: { sn: 7, type: 'main' },
};

/** Records what it is told. As hls.js 1 it wants fresh statistics, and loads once. */
export class FakeLoader implements Loader {
  static made: FakeLoader[] = [];
  stats: LoaderStats | null = {
    aborted: false,
    loaded: 0,
    total: 0,
    retry: 0,
    loading: { start: 0, first: 0, end: 0 },
  };
  context: LoaderContext | null = null;
  callbacks: LoaderCallbacks | undefined;
  readonly calls: string[] = [];

  constructor(readonly config: HlsConfig) {
    FakeLoader.made.push(this);
  }

  load(context: LoaderContext, _config: object, callbacks: LoaderCallbacks): void {
    if (this.stats?.loading.start) throw new Error('Loader can only be used once.');
    this.stats!.loading.start = 5;
    this.context = context;
    this.callbacks = callbacks;
    this.calls.push(`load ${context.url}`);
  }

  abort(): void {
    this.calls.push('abort');
  }

  destroy(): void {
    this.stats = null;
    this.calls.push('destroy');
  }

  getCacheAge(): number {
    return 3;
  }

  getResponseHeader(name: string): string {
    return `the ${name}`;
  }
}

/** Callbacks that note their names, in order. */
export function recordedCallbacks(): { readonly calls: unknown[][]; readonly callbacks: LoaderCallbacks } {
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...args: unknown[]): void =>
      void calls.push([name, ...args]);
  const names = ['onSuccess', 'onError', 'onTimeout', 'onAbort', 'onProgress'];
  return {
    calls,
    callbacks: Object.fromEntries(names.map((name) => [name, record(name)])) as unknown as LoaderCallbacks,
  };
}
