// The script-tag build: load it after video.js. Its exports join the global `P2PMediaLoader`.

import { registerVideojs } from './register';
import type { Videojs } from './vhs-types';

export * from '../../engine/src/index';
export { registerVideojs } from './register';

const { videojs } = globalThis as { videojs?: Videojs };
if (videojs) {
  registerVideojs(videojs);
} else {
  // eslint-disable-next-line no-console -- the page has nothing else to see why its player lacks the method
  console.warn(
    'P2PMediaLoader: window.videojs is missing. Load this script after video.js, or call P2PMediaLoader.registerVideojs(videojs).',
  );
}
