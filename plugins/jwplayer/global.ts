// The script-tag build. Its exports join the global `P2PMediaLoader`.

export * from '../../engine/src/index';
export { registerJwPlayer } from './register-jwplayer';
