// The script-tag build. Its exports join the global `P2PMediaLoader`. attachShaka() needs the player only, so a page may
// have Shaka Player from elsewhere than a script tag.

export * from '../../engine/src/index';
export { attachShaka } from './attach';
