import type { P2POptions, SessionHandle } from '../../../engine/src/index';
import { installFakeJw, type FakeJwRecord } from './fake-jw';
import type { PageSetup, PlayerDriver, PlayerPage } from './player-page';

declare global {
  interface Window {
    jwRecord: FakeJwRecord;
    jw: JwTestPlayer;
  }
}

export interface JwTestPlayer {
  setup(config: object): JwTestPlayer;
  load(item: string): void;
  prepareNext(item: string): void;
  startNext(): void;
  playAd(): void;
  playAdBeside(): void;
  seek(position: number): void;
  setCurrentQuality(index: number): void;
  getQualityLevels(): { readonly label?: string }[];
  getPosition(): number;
  getDuration(): number;
  getContainer(): HTMLElement;
  remove(): void;
  on(event: string, listener: (event: object) => void): void;
}

/** JW Player over hls.js by its package's name; a stand-in, as no registry has the real one. */
export function jwplayerPage(isCommercial: boolean, version = '1.7', packageName = 'hls.js'): PlayerPage {
  return {
    id: isCommercial ? 'jwplayer' : 'jwplayer-open',
    name: `JW Player (${isCommercial ? 'its own HLS' : 'our provider'}, hls.js ${version})`,
    formats: ['hls'],
    libraries: [`${packageName}/dist/hls.min.js`],
    inlineScript: `window.jwRecord = (${installFakeJw.toString()})(${String(isCommercial)})`,
    script: 'jwplayer.js',
    setUp: ({ source, options, hlsConfig }: PageSetup): PlayerDriver => {
      const { jwplayer, P2PMediaLoader } = window as unknown as {
        jwplayer: { (id: string): JwTestPlayer; api: { availableProviders: { name: string }[] } };
        P2PMediaLoader: {
          registerJwPlayer(jwplayer: unknown, options: P2POptions): { handle(id: string): SessionHandle | undefined };
        };
      };
      const isBuiltin = jwplayer.api.availableProviders.some(({ name }) => name === 'hlsjs');
      const registration = options && P2PMediaLoader.registerJwPlayer(jwplayer, options);
      const element = document.createElement('div');
      element.id = 'player';
      document.getElementById('stage')!.append(element);
      const player = jwplayer('player');
      window.jw = player;
      player.setup({
        file: source,
        // Its own provider takes no such thing, and would lose what the registration put there.
        ...(!isBuiltin && { hlsjsConfig: hlsConfig }),
      });
      const video = () => element.querySelector('video');
      const firstQuality = () => (player.getQualityLevels()[0]?.label === 'Auto' ? 1 : 0);
      let handle: SessionHandle | undefined;
      return {
        isReady: () =>
          (video()?.src.startsWith('blob:') ?? false) &&
          player.getQualityLevels().length > 0 &&
          (!registration || registration.handle('player') !== undefined),
        currentTime: () => video()?.currentTime ?? 0,
        seek: (seconds) => player.seek(seconds),
        load: (url) => player.load(url),
        qualityCount: () => player.getQualityLevels().length - firstQuality(),
        setQuality: (index) => player.setCurrentQuality(index + firstQuality()),
        destroy: () => player.remove(),
        // Where JW makes a new instance for each source, each has a session.
        get handle() {
          return (handle = registration?.handle('player') ?? handle);
        },
      };
    },
  };
}

/** A real JW Player, whose `jwplayer.js` is served at this path. */
export function realJwplayerPage(path: string): PlayerPage {
  return {
    ...jwplayerPage(false),
    id: 'jwplayer-real',
    name: 'JW Player of JWPLAYER_DIR',
    inlineScript: `document.write('<script src="${path}"><\\/script>')`,
  };
}
