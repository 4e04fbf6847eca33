// `p2p-media-loader/shaka`: P2P for Shaka Player.

export * from '../../engine/src/index';
export { attachShaka } from './attach';
export type { ShakaPlayer } from './shaka-types';
