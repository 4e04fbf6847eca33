// @ts-check
// What all player pages have in common: the frame around the player, the choice of streams, the one line, the panel.
// A page itself holds only its libraries, its player's element and the code that a site would write.

import { showPanel, showPanelOff } from './panel.js';
import { isP2PWanted, optionsText, showChoice } from './streams.js';

/** @typedef {import('../../engine/src/session/session-handle').SessionHandle} SessionHandle */

const TOP = `
  <header class="top">
    <h1></h1>
    <a href="/">all players</a>
  </header>
  <nav class="choice" aria-label="Stream"></nav>`;

const STAGE = `
  <div>
    <section class="card">
      <h2>The one line</h2>
      <code class="line"></code>
    </section>
  </div>
  <aside aria-label="P2P"></aside>`;

/**
 * Builds the frame around the page's `.screen`.
 * @param {object} page
 * @param {string} page.line what a site writes, `OPTIONS` standing for its options
 * @param {string} page.script path of the plugin as built
 * @param {'hls' | 'dash'} [page.format] what the player plays, when it does not play both
 * @returns {{ isP2P: boolean, show: (handle: SessionHandle) => void, showOff: (reason: string) => void }}
 *   whether the page is to use the plugin, and where to show its session, or why there is none
 */
export function showPage({ line, script, format }) {
  const top = document.createElement('div');
  top.innerHTML = TOP;
  const stage = document.createElement('main');
  stage.className = 'stage';
  stage.innerHTML = STAGE;
  const screen = find(document, '.screen');
  screen.before(...top.children, stage);
  find(stage, 'div').prepend(screen);
  find(document, '.top h1').textContent = document.title.split(' · ')[0] ?? '';
  showChoice(find(document, '.choice'), format);

  const panel = find(stage, 'aside');
  const code = find(stage, '.line');
  const isBuilt = 'P2PMediaLoader' in window;
  if (!isP2PWanted) {
    code.textContent = '// not there: this is the player by itself';
    showPanelOff(panel, 'Off by ?p2p=off. The player fetches everything by itself.');
  } else if (!isBuilt) {
    code.textContent = `// ${script} is missing: run \`npm run build\``;
    showPanelOff(panel, 'The plugin is not built yet. Run npm run build and load this page again.');
  } else {
    code.textContent = line.replace('OPTIONS', optionsText);
  }
  return {
    isP2P: isP2PWanted && isBuilt,
    show: (handle) => showPanel(panel, handle),
    showOff: (reason) => showPanelOff(panel, reason),
  };
}

/** @param {ParentNode} parent @param {string} selector @returns {HTMLElement} */
function find(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}
