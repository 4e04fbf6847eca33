// The script-tag build. Its exports join the global `P2PMediaLoader`.

export * from '../../engine/src/index';
export { FlowplayerPlugin } from './flowplayer-plugin';
export { registerFlowplayer } from './register-flowplayer';
