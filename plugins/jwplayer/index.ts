// `p2p-media-loader/jwplayer`: P2P for JW Player 8.

export * from '../../engine/src/index';
export { registerJwPlayer } from './register-jwplayer';
export type { JwPlayerOptions, JwRegistration } from './jw-types';
