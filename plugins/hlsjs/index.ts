// `p2p-media-loader/hlsjs`: P2P for hls.js, whichever line of it the site has.

export * from '../../engine/src/index';
export { attachHls } from './attach-hls';
