// A viewer made of the stock client alone, in a process of its own: the package is ESM and brings
// a native WebRTC, neither of which Jest can host. Does what its parent says, and tells what happens.

import { clearInterval, setInterval } from 'node:timers';
import Client from 'bittorrent-tracker/client';
import './end-of-candidates.mjs';

const [url, infoHash, peerId] = process.argv.slice(2);

const client = new Client({
  infoHash,
  peerId,
  announce: url,
  port: 6881,
  // No STUN: both viewers are on this machine.
  rtcConfig: { iceServers: [] },
});

const tell = (event, detail = {}) => process.send({ event, ...detail });

const peers = [];

// The native part fails to connect now and then: when the other side's first packet overtakes its
// answer. A viewer then meets others with its next announce; here that comes earlier.
const ANNOUNCE_AGAIN_MS = 2000;
let announcing;

client.on('warning', (warning) => tell('warning', { message: warning.message }));
client.on('error', (error) => tell('error', { message: error.message }));
client.on('update', ({ complete, incomplete, interval }) => tell('update', { complete, incomplete, interval }));
client.on('scrape', ({ complete, incomplete }) => tell('scrape', { complete, incomplete }));
client.on('peer', (peer) => {
  peer.on('connect', () => {
    clearInterval(announcing);
    peers.push(peer);
    tell('connect', { peerId: peer.id });
  });
  peer.on('data', (data) => tell('data', { text: Buffer.from(data).toString() }));
  peer.on('error', () => undefined);
});

const ORDERS = {
  start: () => client.start(),
  insist: () => {
    announcing = setInterval(() => client.update(), ANNOUNCE_AGAIN_MS);
  },
  stop: () => client.stop(),
  scrape: () => client.scrape(),
  say: (text) => {
    for (const peer of peers) if (peer.connected) peer.send(text);
  },
};

process.on('message', ({ order, text }) => ORDERS[order](text));
// No parent, no viewer. At once: the native part would keep the process for a while.
process.on('disconnect', () => process.exit());
tell('ready');
