// The script-tag build: load it after MediaElement.js. Its exports join the global `P2PMediaLoader`.

import { registerOnPage } from './register-on-page';

export * from '../../engine/src/index';
export { registerMediaElement } from './register';

registerOnPage();
