// @ts-check
// The live panel beside a player: what came from where, who is there. Reads a session handle and nothing of the player.

/** @typedef {import('../../engine/src/session/session-handle').SessionHandle} SessionHandle */
/** @typedef {import('../../engine/src/session/session-handle').SessionStats} SessionStats */

const REFRESH_MS = 500;
const MAX_SEGMENTS_SHOWN = 12;

const TEMPLATE = `
  <section class="card hint">
    <p>Open this page in a <strong>second window</strong>: the two then fetch from each other.</p>
    <button class="button" type="button" data-open>Open one</button>
  </section>
  <section class="card" aria-label="Offload">
    <div class="offload"><h2>From peers</h2><strong data-value="offload">0 %</strong></div>
    <div class="bar" role="meter" aria-label="Share of bytes from peers" aria-valuemin="0" aria-valuemax="100" aria-valuenow="0">
      <i class="peers"></i><i class="http"></i>
    </div>
    <dl class="numbers">
      <div class="peers"><dt>from peers</dt><dd data-value="p2pBytes">0 B</dd></div>
      <div class="http"><dt>from HTTP</dt><dd data-value="httpBytes">0 B</dd></div>
      <div class="up"><dt>uploaded</dt><dd data-value="uploadedBytes">0 B</dd></div>
    </dl>
  </section>
  <section class="card">
    <h2>Swarm</h2>
    <dl class="facts">
      <dt>peers</dt><dd data-value="peers">0</dd>
      <dt>trackers</dt><dd data-value="trackers">none yet</dd>
      <dt>swarm</dt><dd><code data-value="swarmId">–</code></dd>
    </dl>
  </section>
  <section class="card">
    <h2>Recent segments</h2>
    <ol class="segments"><li><span class="muted">none yet</span></li></ol>
  </section>`;

const OFF = `
  <section class="card">
    <h2>P2P</h2>
    <p data-reason></p>
  </section>`;

/**
 * Shows a session in `element` until it ends.
 * @param {HTMLElement} element
 * @param {SessionHandle} handle
 */
export function showPanel(element, handle) {
  element.innerHTML = TEMPLATE;
  find(element, '[data-open]').addEventListener('click', () => {
    // A window, not a tab: browsers slow down hidden tabs, and the new one would hide this.
    window.open(location.href, '_blank', 'width=1100,height=820');
  });

  /** @type {Map<string, string>} */
  const trackers = new Map();
  const list = find(element, '.segments');
  let isEmpty = true;

  const refresh = () => showStats(element, handle.stats(), trackers);
  handle.on('trackerConnected', ({ url }) => trackers.set(url, 'connected'));
  handle.on('trackerClosed', ({ url }) => trackers.set(url, 'unreachable, trying again'));
  handle.on('peerConnected', refresh);
  handle.on('peerClosed', refresh);
  handle.on('segmentLoaded', (segment) => {
    if (isEmpty) list.replaceChildren();
    isEmpty = false;
    list.prepend(segmentRow(segment));
    while (list.childElementCount > MAX_SEGMENTS_SHOWN) list.lastElementChild?.remove();
    refresh();
  });
  handle.on('standingAside', ({ reason }) => showPanelOff(element, `P2P cannot work here: ${reason}`));

  const timer = setInterval(refresh, REFRESH_MS);
  const stop = () => clearInterval(timer);
  handle.on('destroyed', stop);
  handle.on('standingAside', stop);
  refresh();
}

/**
 * Says in the panel's place why there are no numbers.
 * @param {HTMLElement} element
 * @param {string} reason
 */
export function showPanelOff(element, reason) {
  element.innerHTML = OFF;
  find(element, '[data-reason]').textContent = reason;
}

/** @param {HTMLElement} element @param {SessionStats} stats @param {Map<string, string>} trackers */
function showStats(element, stats, trackers) {
  const total = stats.p2pBytes + stats.httpBytes;
  const percent = Math.round(stats.offloadRatio * 100);
  // The tracker counts at each announce, minutes apart; peers come and go in between.
  const swarm = stats.swarmSize && Math.max(stats.swarmSize, stats.peerCount + 1);
  /** @type {Record<string, string>} */
  const values = {
    offload: `${percent} %`,
    p2pBytes: formatBytes(stats.p2pBytes),
    httpBytes: formatBytes(stats.httpBytes),
    uploadedBytes: formatBytes(stats.uploadedBytes),
    peers: `${stats.peerCount}${swarm === undefined ? '' : ` (${swarm} in the swarm, with you)`}`,
    trackers: [...trackers].map(([url, state]) => `${url}: ${state}`).join(', ') || 'connecting…',
    swarmId: stats.swarmId ?? '–',
  };
  for (const [name, value] of Object.entries(values)) {
    const target = find(element, `[data-value="${name}"]`);
    if (target.textContent !== value) target.textContent = value;
  }
  const bar = find(element, '.bar');
  bar.setAttribute('aria-valuenow', String(percent));
  find(bar, '.peers').style.width = total > 0 ? `${stats.offloadRatio * 100}%` : '0';
  find(bar, '.http').style.width = total > 0 ? `${(1 - stats.offloadRatio) * 100}%` : '0';
}

/** @param {{ url: string, httpBytes: number, p2pBytes: number }} segment */
function segmentRow({ url, httpBytes, p2pBytes }) {
  const row = document.createElement('li');
  const share = p2pBytes / Math.max(1, httpBytes + p2pBytes);
  const source = share === 1 ? 'peers' : share === 0 ? 'HTTP' : `${Math.round(share * 100)} % peers`;
  const cells = [shortName(url), formatBytes(httpBytes + p2pBytes), source].map((text) => {
    const cell = document.createElement('span');
    cell.textContent = text;
    return cell;
  });
  cells[2]?.classList.add(share > 0.5 ? 'from-peers' : 'from-http');
  row.title = url;
  row.append(...cells);
  return row;
}

/** Rendition and file, as in `240p/007.ts`. @param {string} url */
function shortName(url) {
  return new URL(url, location.href).pathname.split('/').slice(-2).join('/');
}

/** @param {number} bytes */
function formatBytes(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** @param {Element} element @param {string} selector @returns {HTMLElement} */
function find(element, selector) {
  const found = element.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the panel has no ${selector}`);
  return found;
}
