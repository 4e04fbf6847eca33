// A stand-in for JW Player 8, which no registry has: written from what a provider sees of it, for tests alone. It merges
// defaults, chooses providers, calls them in the order that the real one does, and writes down what breaks the contract.
// One function without a word from outside: it is sent to pages as text.

/** Calls of a provider's methods, in order, and what was wrong. */
export interface FakeJwRecord {
  readonly trace: string[];
  readonly violations: string[];
}

/** @param isCommercial - with an HLS provider of its own, over the page's `Hls` */
export function installFakeJw(isCommercial: boolean): FakeJwRecord {
  interface Item {
    file: string;
    sources: { file: string; type: string }[];
    starttime?: number;
  }
  interface Provider {
    [method: string]: unknown;
  }
  type ProviderClass = (new (id: string, config: object, video: HTMLVideoElement) => Provider) & {
    getName(): { name: string };
    supports(source: { file: string; type: string }): boolean;
  };
  type Listener = (event: object) => void;
  const METHODS = [
    ...[
      'on',
      'once',
      'off',
      'trigger',
      'init',
      'preload',
      'load',
      'play',
      'pause',
      'stop',
      'seek',
      'destroy',
      'remove',
    ],
    ...[
      'detachMedia',
      'attachMedia',
      'setContainer',
      'removeFromContainer',
      'volume',
      'mute',
      'resize',
      'setVisibility',
    ],
    ...['getQualityLevels', 'setCurrentQuality', 'getCurrentQuality', 'getAudioTracks', 'setCurrentAudioTrack'],
    ...['getDuration', 'getCurrentTime', 'getSeekRange', 'setPlaybackRate', 'setState', 'setSubtitlesTrack'],
  ];
  const ALLOWED = [
    'loader',
    'pLoader',
    'fLoader',
    'enableWorker',
    'debug',
    'liveSyncDurationCount',
    'fragLoadingMaxRetry',
  ];
  const trace: string[] = [];
  const violations: string[] = [];

  /** As the commercial player's: the page gets no hold of the instance. */
  class Builtin {
    [method: string]: unknown;
    static getName = () => ({ name: 'hlsjs' });
    static supports = (source: { type: string }) => source.type === 'hls';
    constructor(_id: string, config: { hlsjsConfig?: Record<string, unknown> }, video: HTMLVideoElement) {
      const { Hls } = window as unknown as {
        Hls: new (config: object) => Record<string, (...values: unknown[]) => void>;
      };
      const picked = Object.fromEntries(
        ALLOWED.flatMap((key) => (config.hlsjsConfig?.[key] ? [[key, config.hlsjsConfig[key]]] : [])),
      );
      let hls: InstanceType<typeof Hls> | undefined;
      const close = () => {
        hls?.['destroy']!();
        hls = undefined;
      };
      Object.assign(this, Object.fromEntries(METHODS.map((name) => [name, () => undefined])), {
        load: (item: Item) => {
          close();
          hls = new Hls({ maxMaxBufferLength: 25, ...picked });
          hls['loadSource']!(item.sources[0]!.file);
          hls['attachMedia']!(video);
        },
        play: () => video.play(),
        seek: (position: number) => void (video.currentTime = position),
        stop: close,
        destroy: close,
        setCurrentQuality: (index: number) => void Object.assign(hls ?? {}, { nextLevel: index }),
        getQualityLevels: () => (hls?.['levels'] as unknown as object[] | undefined) ?? [],
        getDuration: () => video.duration,
        getCurrentTime: () => video.currentTime,
        setContainer: (container: HTMLElement) => container.append(video),
      });
    }
  }
  /** The browser by itself, where nobody else plays. */
  class Html5 extends Builtin {
    static override getName = () => ({ name: 'html5' });
    static override supports = () => true;
  }

  const providers: ProviderClass[] = [...(isCommercial ? [Builtin] : []), Html5];
  const names = () => providers.map((provider) => provider.getName());
  const players: Record<string, unknown>[] = [];

  function check(provider: Provider, name: string): void {
    for (const method of METHODS)
      if (typeof provider[method] !== 'function') violations.push(`${name} lacks ${method}()`);
  }

  function createPlayer(id: string): Record<string, unknown> {
    const listeners: [string, Listener][] = [];
    const emit = (name: string, event: object = {}) =>
      listeners.forEach(([wanted, task]) => wanted === name && task(event));
    const container = document.getElementById(id)!;
    const video = document.createElement('video');
    let config: Record<string, unknown> = {};
    let provider: Provider | undefined;
    let item: Item | undefined;
    let next: { provider: Provider; item: Item } | undefined;
    const call = (method: string, ...values: unknown[]): unknown => {
      trace.push(method);
      return (provider![method] as (...values: unknown[]) => unknown)(...values);
    };
    const itemOf = (given: string | { file: string; starttime?: number }): Item => {
      const { file, ...more } = typeof given === 'string' ? { file: given } : given;
      const type = /\.m3u8($|\?)/.test(file) ? 'hls' : 'mp4';
      return { file, sources: [{ file, type }], ...more };
    };
    const choose = (wanted: Item): Provider => {
      const { supports } = { supports: (each: ProviderClass) => each.supports };
      const Chosen = providers.find((each) => supports(each).call({ name: 'matrix' } as never, wanted.sources[0]!))!;
      trace.push(`new ${Chosen.getName().name}`);
      const made = new Chosen(id, { ...config }, next ? document.createElement('video') : video);
      check(made, Chosen.getName().name);
      (made['off'] as () => void)();
      (made['on'] as (name: string, task: (name: string, event: object) => void) => void)('all', (name, event) => {
        const { levels } = event as { levels?: { label?: string }[] };
        if (name === 'levels' && levels?.some(({ label }) => !label)) violations.push('a level without label');
        emit(name, event);
      });
      return made;
    };
    const begin = (wanted: Item, isFirst: boolean): void => {
      item = wanted;
      emit('playlistItem', { item });
      if (!isFirst) for (let times = 0; times < 2; times += 1) call('stop');
      call('init', wanted);
      call('setContainer', container);
      call('setPlaybackRate', 1);
      call('load', wanted);
      void Promise.resolve(call('play')).catch(() => undefined);
    };
    const detach = (): void => {
      const detached = call('detachMedia') as { then?: unknown } | undefined;
      if (detached !== undefined && typeof detached.then !== 'function')
        violations.push('detachMedia() gave no promise');
    };
    const player: Record<string, unknown> = {
      id,
      setup(given: Record<string, unknown>) {
        const { defaults = {} } = window as never as { defaults?: object };
        config = {
          ...defaults,
          ...(window as unknown as { jwplayer: { defaults?: object } }).jwplayer.defaults,
          ...given,
        };
        video.muted = true;
        item = itemOf(given['file'] as string);
        provider = choose(item);
        begin(item, true);
        return player;
      },
      on: (name: string, task: Listener) => void listeners.push([name, task]),
      getContainer: () => container,
      getPlaylistItem: () => item,
      load: (given: string) => begin(itemOf(given), false),
      /** Near the end the next item gets a provider of its own, which takes over. */
      prepareNext: (given: string) => {
        const wanted = itemOf(given);
        next = { provider: {}, item: wanted };
        next.provider = choose(wanted);
        (next.provider['init'] as (item: Item) => void)(wanted);
        (next.provider['preload'] as (item: Item) => void)(wanted);
      },
      startNext: () => {
        call('stop');
        call('destroy');
        const prepared = next!;
        next = undefined;
        provider = prepared.provider;
        item = prepared.item;
        emit('playlistItem', { item });
        call('setContainer', container);
        call('load', item);
        void Promise.resolve(call('play')).catch(() => undefined);
      },
      /** An advertisement in the same element. */
      playAd: () => {
        const starttime = call('getCurrentTime') as number;
        detach();
        call('attachMedia');
        call('load', { ...item, starttime });
        void Promise.resolve(call('play')).catch(() => undefined);
      },
      /** An advertisement in an element of its own. */
      playAdBeside: () => {
        call('pause');
        call('removeFromContainer');
        call('setContainer', container);
        void Promise.resolve(call('play')).catch(() => undefined);
      },
      seek: (position: number) => call('seek', position),
      setCurrentQuality: (index: number) => call('setCurrentQuality', index),
      getQualityLevels: () => call('getQualityLevels'),
      getPosition: () => call('getCurrentTime'),
      getDuration: () => call('getDuration'),
      remove: () => {
        call('stop');
        call('off', null, null, player);
        call('destroy');
        call('off');
        detach();
        call('off');
        detach();
        call('remove');
        video.remove();
        players.splice(players.indexOf(player), 1);
        emit('remove');
      },
    };
    return player;
  }

  const jwplayer = Object.assign(
    (query: string | number = 0): object => {
      const known = typeof query === 'number' ? players[query] : players.find(({ id }) => id === query);
      if (known || typeof query === 'number') return known ?? {};
      const made = createPlayer(query);
      players.push(made);
      return made;
    },
    {
      defaults: {},
      api: {
        get availableProviders() {
          return names();
        },
        registerProvider(provider: ProviderClass) {
          const { name } = provider.getName();
          if (!names().some((each) => each.name === name)) providers.unshift(provider);
        },
      },
    },
  );
  Object.assign(window, { jwplayer });
  return { trace, violations };
}
