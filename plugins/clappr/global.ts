// The script-tag build. Its exports join the global `P2PMediaLoader`; it may come before Clappr or after.

export * from '../../engine/src/index';
export { ClapprPlugin } from './clappr-plugin';
