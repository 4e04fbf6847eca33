// The script-tag build. Its exports join the global `P2PMediaLoader`. attachDashjs() needs the player only, so a page may
// have dash.js from elsewhere than a script tag.

export * from '../../engine/src/index';
export { attachDashjs } from './attach';
