// `p2p-media-loader/clappr`: P2P for Clappr, whichever of its packages the site has.

export * from '../../engine/src/index';
export { ClapprPlugin } from './clappr-plugin';
export type { PlayerMethods } from './clappr-plugin';
