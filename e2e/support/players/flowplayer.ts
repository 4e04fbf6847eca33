// Flowplayer 7 is GPL, Flowplayer 3 commercial: both only here, on the loopback, where neither needs a token.

import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

interface Hls {
  levels: unknown[];
  nextLevel: number;
}

export const FLOWPLAYER_7: PlayerPage = {
  id: 'flowplayer',
  name: 'Flowplayer 7.2',
  formats: ['hls'],
  libraries: ['hls.js/dist/hls.min.js', 'flowplayer/dist/flowplayer.min.js'],
  script: 'flowplayer.js',
  setUp: ({ source, options, hlsConfig }: PageSetup): PlayerDriver => {
    interface Player {
      engine?: { engineName: string; hls?: Hls };
      p2pMediaLoader?(options?: P2POptions): SessionHandle;
      load(clip: object): void;
      seek(seconds: number): void;
      shutdown(): void;
      on(event: string, listener: () => void): void;
    }
    const { flowplayer, P2PMediaLoader } = window as unknown as {
      flowplayer: (element: Element, config: object) => Player;
      P2PMediaLoader: { registerFlowplayer(flowplayer: unknown, options: P2POptions): void };
    };
    if (options) P2PMediaLoader.registerFlowplayer(flowplayer, options);
    const element = document.createElement('div');
    document.getElementById('stage')!.append(element);
    const clipOf = (src: string) => ({
      sources: [{ type: 'application/x-mpegurl', src }],
      live: src.includes('/live/'),
    });
    const player = flowplayer(element, {
      autoplay: true,
      muted: true,
      share: false,
      hlsQualities: false,
      clip: clipOf(source),
      hlsjs: hlsConfig,
    });
    const video = () => element.querySelector('video');
    const hls = () => player.engine?.hls;
    return {
      isReady: () => player.engine?.engineName === 'hlsjs-lite' && (hls()?.levels.length ?? 0) > 0,
      currentTime: () => video()?.currentTime ?? 0,
      seek: (seconds) => player.seek(seconds),
      load: (url) => player.load(clipOf(url)),
      qualityCount: () => hls()?.levels.length ?? 0,
      setQuality: (index) => void (hls()!.nextLevel = index),
      destroy: () => player.shutdown(),
      get handle() {
        return options && player.p2pMediaLoader?.();
      },
    };
  },
};

export const FLOWPLAYER_3: PlayerPage = {
  id: 'flowplayer-3',
  name: 'Flowplayer 3.37',
  ownErrors: /reading 'dispatchEvent'/,
  formats: ['hls'],
  libraries: ['@flowplayer/player/default.js', '@flowplayer/player/plugins/hls.js'],
  script: 'flowplayer.js',
  setUp: ({ source, options, hlsConfig }: PageSetup): PlayerDriver => {
    interface Player extends HTMLVideoElement {
      hls?: Hls;
      p2pMediaLoader?(options?: P2POptions): SessionHandle;
      setSrc(source: object): void;
      destroy(): void;
    }
    const { flowplayer, P2PMediaLoader } = window as unknown as {
      flowplayer: { (plugin: unknown): void; (element: Element, config: object): Player };
      P2PMediaLoader: { FlowplayerPlugin: unknown };
    };
    if (options) flowplayer(P2PMediaLoader.FlowplayerPlugin);
    const element = document.createElement('div');
    document.getElementById('stage')!.append(element);
    const player = flowplayer(element, {
      src: source,
      autoplay: true,
      muted: true,
      hls: hlsConfig,
      p2pMediaLoader: options,
    });
    return {
      isReady: () => (player.hls?.levels.length ?? 0) > 0 && player.src.startsWith('blob:'),
      currentTime: () => player.currentTime,
      seek: (seconds) => void (player.currentTime = seconds),
      load: (url) => player.setSrc({ src: url }),
      qualityCount: () => player.hls?.levels.length ?? 0,
      setQuality: (index) => void (player.hls!.nextLevel = index),
      destroy: () => player.destroy(),
      get handle() {
        return options && player.p2pMediaLoader?.();
      },
    };
  },
};
