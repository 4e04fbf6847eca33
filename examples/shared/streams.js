// @ts-check
// The sample streams, the choice between them in the page's query, and the options that all player pages use.

/** @typedef {{ id: string, title: string, url: string }} Stream */

const HLS_TYPE = 'application/x-mpegURL';
const DASH_TYPE = 'application/dash+xml';

/** @type {readonly Stream[]} */
export const STREAMS = [
  { id: 'vod', title: 'VOD', url: '/vod-ts/master.m3u8' },
  { id: 'live', title: 'Live', url: '/live/master.m3u8' },
  { id: 'low-latency', title: 'Live, low latency', url: '/live-ll/master.m3u8' },
  { id: 'fmp4', title: 'fMP4 + audio', url: '/vod-fmp4/master.m3u8' },
  { id: 'aes', title: 'AES-128', url: '/vod-aes/master.m3u8' },
  { id: 'byterange', title: 'Byte ranges', url: '/vod-byterange/master.m3u8' },
  { id: 'dash', title: 'DASH', url: '/dash-template/manifest.mpd' },
  { id: 'dash-file', title: 'DASH, one file', url: '/dash-base/manifest.mpd' },
  { id: 'dash-live', title: 'DASH live', url: '/live-dash/manifest.mpd' },
];

const query = new URLSearchParams(location.search);

/** @typedef {'hls' | 'dash'} Format */

/** @param {Stream} stream @returns {Format} */
const formatOf = ({ url }) => (url.endsWith('.mpd') ? 'dash' : 'hls');

/** The stream that `?stream=` names, else VOD. @type {Stream} */
export const chosenStream = /** @type {Stream} */ (
  STREAMS.find((stream) => stream.id === query.get('stream')) ?? STREAMS[0]
);

/** The chosen stream's MIME type, as players want it. */
export const chosenType = formatOf(chosenStream) === 'dash' ? DASH_TYPE : HLS_TYPE;

/** False with `?p2p=off`: the page plays as if the plugin were not there. */
export const isP2PWanted = query.get('p2p') !== 'off';

/**
 * Options of the plugin here: the demo's own tracker and no STUN server, so that nothing leaves this machine.
 * On a site of your own, leave both away or name your own.
 */
export const options = {
  trackers: [`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/tracker`],
  iceServers: [],
};

/** The options as one would write them in a page. */
export const optionsText = `{ trackers: ['${options.trackers[0]}'], iceServers: [] }`;

/**
 * Fills `element` with links to the other streams and to the page with P2P on or off.
 * @param {HTMLElement} element
 * @param {Format} [only] what the player plays, when it does not play both
 */
export function showChoice(element, only) {
  const playable = STREAMS.filter((stream) => only === undefined || formatOf(stream) === only);
  const links = playable.map((stream) =>
    link(stream.title, { stream: stream.id, p2p: isP2PWanted ? null : 'off' }, stream === chosenStream),
  );
  const other = link(`P2P is ${isP2PWanted ? 'on' : 'off'}: turn it ${isP2PWanted ? 'off' : 'on'}`, {
    p2p: isP2PWanted ? 'off' : null,
  });
  other.className = 'apart';
  element.replaceChildren(...links, other);
}

/** @param {string} text @param {Record<string, string | null>} changes to the query @param {boolean} [isCurrent] */
function link(text, changes, isCurrent = false) {
  const target = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) target.delete(name);
    else target.set(name, value);
  }
  const anchor = document.createElement('a');
  anchor.href = `${location.pathname}?${target}`;
  anchor.textContent = text;
  if (isCurrent) anchor.setAttribute('aria-current', 'page');
  return anchor;
}
