// `p2p-media-loader/dashjs`: P2P for dash.js.

export * from '../../engine/src/index';
export { attachDashjs } from './attach';
export type { DashjsPlayer } from './dashjs-types';
