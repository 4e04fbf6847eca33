// The players that have a page. A new player needs an entry here and a folder beside `videojs/`.

/** One player's page. */
export interface PlayerPage {
  /** Folder of the page, and the name of the plugin's script in `dist/global/`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The one line that a site adds. */
  readonly line: string;
  /** Files under `node_modules/` that the page loads from `/libraries/`; nothing else there is served. */
  readonly libraries: readonly string[];
}

export const PLAYERS: readonly PlayerPage[] = [
  {
    id: 'videojs',
    title: 'video.js 8',
    description: 'HLS and DASH through the built-in VHS engine',
    line: 'player.p2pMediaLoader(options)',
    libraries: ['video.js/dist/video.min.js', 'video.js/dist/video-js.min.css'],
  },
  {
    id: 'flowplayer',
    title: 'Flowplayer 7',
    description: 'HLS through hls.js; Flowplayer 3 by a plugin class',
    line: 'P2PMediaLoader.registerFlowplayer(flowplayer, options)',
    libraries: [
      'hls.js/dist/hls.min.js',
      'flowplayer/dist/flowplayer.min.js',
      'flowplayer/dist/skin/skin.css',
      'flowplayer/dist/skin/icons/flowplayer.woff2',
    ],
  },
  {
    id: 'jwplayer',
    title: 'JW Player 8',
    description: 'HLS; bring your own copy of the player',
    line: 'P2PMediaLoader.registerJwPlayer(jwplayer, options)',
    libraries: ['hls.js/dist/hls.min.js'],
  },
  {
    id: 'hlsjs',
    title: 'hls.js',
    description: 'HLS, any line from 0.13 to 1.7',
    line: 'P2PMediaLoader.attachHls(hls, options)',
    libraries: ['hls.js/dist/hls.min.js'],
  },
  {
    id: 'clappr',
    title: 'Clappr',
    description: 'HLS, in @clappr/player, @clappr/core and clappr 0.3',
    line: 'plugins: [P2PMediaLoader.ClapprPlugin]',
    libraries: ['@clappr/player/dist/clappr.min.js'],
  },
  {
    id: 'mediaelement',
    title: 'MediaElement.js 7',
    description: 'HLS through hls.js',
    line: "features: [..., 'p2pmedialoader']",
    libraries: [
      'mediaelement/build/mediaelement-and-player.min.js',
      'mediaelement/build/mediaelementplayer.min.css',
      'mediaelement/build/mejs-controls.svg',
    ],
  },
  {
    id: 'shaka',
    title: 'Shaka Player 5',
    description: 'HLS and DASH; so it is for versions 3.3 and 4',
    line: 'P2PMediaLoader.attachShaka(player, options)',
    libraries: ['shaka-player/dist/shaka-player.compiled.js'],
  },
  {
    id: 'dashjs',
    title: 'dash.js 5',
    description: 'DASH',
    line: 'P2PMediaLoader.attachDashjs(player, options)',
    libraries: ['dashjs/dist/modern/umd/dash.all.min.js'],
  },
];
