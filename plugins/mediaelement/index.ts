// `p2p-media-loader/mediaelement`: importing it gives every player of MediaElement.js the feature `p2pmedialoader`.

import 'mediaelement';
import { registerOnPage } from './register-on-page';

export * from '../../engine/src/index';
export type { MediaElementPlayer, Mejs } from './mediaelement-types';
export { registerMediaElement } from './register';

registerOnPage();
