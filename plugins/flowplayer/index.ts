// `p2p-media-loader/flowplayer`: P2P for Flowplayer 7 and for Flowplayer 3 (`@flowplayer/player`).

export * from '../../engine/src/index';
export { FlowplayerPlugin } from './flowplayer-plugin';
export { registerFlowplayer } from './register-flowplayer';
