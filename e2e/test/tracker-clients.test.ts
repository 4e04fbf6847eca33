// Clients that are made by others, as web pages use them, against the tracker; and ours beside them. Each
// test's clients know nothing of each other but what the tracker tells them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT, setStage, type Stage, until, type Viewer } from '../support/stage';

const SOURCE = '/vod-ts/144p/index.m3u8';
const LIBRARY = join(ROOT, 'node_modules');

/** What the pages of this file keep in view of the test. */
interface Seen {
  infoHash?: string;
  announce?: string[];
  peerCount: number;
  p2pBytes: number;
  httpBytes: number;
  sha256?: string;
  failures: string[];
}

declare global {
  interface Window {
    seen: Seen;
  }
}

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
  stage.serveScript('/webtorrent.js', readFileSync(join(LIBRARY, 'webtorrent/dist/webtorrent.min.js'), 'utf8'));
  stage.serveScript('/p2p-media-loader.js', await bundleP2PMediaLoader());
});
afterEach(async () => {
  expect(stage.tracker.stats().messagesIn.invalid).toBe(0);
  await stage.reset();
});
afterAll(() => stage.close());

/** hls.js with the engine of p2p-media-loader-hlsjs, from the modules that they are published as. */
async function bundleP2PMediaLoader(): Promise<string> {
  const dist = (name: string) => join(LIBRARY, name, `dist/${name}.es.min.js`);
  const bundle = await build({
    stdin: {
      contents: `
        import Hls from 'hls.js';
        import { HlsJsP2PEngine } from 'p2p-media-loader-hlsjs';
        Object.assign(window, { Hls, HlsJsP2PEngine });`,
      resolveDir: ROOT,
    },
    alias: {
      'p2p-media-loader-hlsjs': dist('p2p-media-loader-hlsjs'),
      'p2p-media-loader-core': dist('p2p-media-loader-core'),
    },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
  });
  return bundle.outputFiles[0]!.text;
}

const page = (body: string) => `<!doctype html><meta charset="utf-8"><title>client</title>
  <link rel="icon" href="data:,">
  <script>window.seen = { peerCount: 0, p2pBytes: 0, httpBytes: 0, failures: [] };</script>
  ${body}`;

/** Seeds 200,000 bytes, or fetches what has that info hash. */
const webTorrentPage = (infoHash?: string) =>
  page(`<script type="module">
    import WebTorrent from '/webtorrent.js';
    const announce = [${JSON.stringify(stage.trackerUrl)}];
    // The tracker alone: no DHT, no local discovery, no exchange of peers, no web seeds, and no STUN.
    const client = new WebTorrent({
      dht: false, lsd: false, utPex: false, webSeeds: false, tracker: { rtcConfig: { iceServers: [] } },
    });
    client.on('error', (error) => seen.failures.push(String(error)));
    const sha256 = async (bytes) =>
      [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16)).join('-');
    const watch = (torrent) => {
      torrent.on('wire', () => { seen.peerCount += 1; });
      torrent.on('download', (bytes) => { seen.p2pBytes += bytes; });
    };
    ${
      infoHash === undefined
        ? `const content = new Uint8Array(200_000).map((_, index) => (index * index) % 251);
    watch(client.seed(new File([content], 'seed.bin'), { announce }, async (torrent) => {
      const { infoHash } = torrent;
      Object.assign(seen, { infoHash, announce: torrent.announce, sha256: await sha256(content) });
    }));`
        : `const torrent = client.add('magnet:?xt=urn:btih:${infoHash}&tr=' + encodeURIComponent(announce[0]), { announce });
    watch(torrent);
    torrent.on('done', async () => {
      seen.sha256 = await sha256(await (await torrent.files[0].blob()).arrayBuffer());
    });`
    }
  </script>`);

const p2pMediaLoaderPage = () =>
  page(`<video id="video" muted autoplay playsinline></video>
    <script src="/p2p-media-loader.js"></script>
    <script>
      const P2PHls = HlsJsP2PEngine.injectMixin(Hls);
      // Little from the origin at once: it is as near as the other viewer.
      const core = {
        swarmId: 'a stream', announceTrackers: [${JSON.stringify(stage.trackerUrl)}], rtcConfig: { iceServers: [] },
        highDemandTimeWindow: 4, httpDownloadTimeWindow: 6, p2pDownloadTimeWindow: 60,
      };
      const hls = new P2PHls({ maxBufferLength: 60, p2p: { core } });
      hls.p2pEngine.addEventListener('onPeerConnect', () => { seen.peerCount += 1; });
      hls.p2pEngine.addEventListener('onTrackerError', ({ error }) => seen.failures.push(String(error)));
      hls.p2pEngine.addEventListener('onChunkDownloaded', (bytes, source) => {
        seen[source === 'p2p' ? 'p2pBytes' : 'httpBytes'] += bytes;
      });
      hls.attachMedia(document.getElementById('video'));
      hls.loadSource(${JSON.stringify(SOURCE)});
    </script>`);

const open = (html: string) => stage.openPage(html, { pluginScript: '/webtorrent.js' });
const look = (viewer: Viewer) => viewer.page.evaluate(() => window.seen);

async function untilSeen(viewer: Viewer, what: string, condition: (seen: Seen) => boolean): Promise<Seen> {
  let seen = await look(viewer);
  await until(
    what,
    async () => condition((seen = await look(viewer))),
    () => JSON.stringify(seen),
  );
  return seen;
}

test('[TRK-73] what one client of WebTorrent seeds arrives at another', async () => {
  const seeding = await open(webTorrentPage());
  const given = await untilSeen(seeding, 'a seed', ({ infoHash }) => infoHash !== undefined);
  expect(given.announce).toEqual([stage.trackerUrl]);
  const fetching = await open(webTorrentPage(given.infoHash));
  const taken = await untilSeen(fetching, 'the whole file', ({ sha256 }) => sha256 !== undefined);
  expect(taken.sha256).toBe(given.sha256);
  expect([...given.failures, ...taken.failures]).toEqual([]);
});

test('[TRK-74] two viewers with p2p-media-loader 2.3 share segments', async () => {
  const first = await open(p2pMediaLoaderPage());
  await untilSeen(first, 'segments of the origin', ({ httpBytes }) => httpBytes > 0);
  const second = await open(p2pMediaLoaderPage());
  const seen = await untilSeen(second, 'bytes from the other viewer', ({ p2pBytes }) => p2pBytes > 0);
  expect(seen.peerCount).toBeGreaterThan(0);
  expect([...seen.failures, ...(await look(first)).failures]).toEqual([]);
});

test('[TRK-75] two viewers of our engine share segments, and neither meets clients of other kinds', async () => {
  const others = await open(p2pMediaLoaderPage());
  await untilSeen(others, 'segments of the origin', ({ httpBytes }) => httpBytes > 0);
  const first = await stage.open({ source: SOURCE });
  await first.playsTo(1);
  const second = await stage.open({ source: SOURCE });
  await second.reaches('bytes from the other viewer', ({ p2pBytes, peerCount }) => p2pBytes > 0 && peerCount === 1);
  expect((await look(others)).peerCount).toBe(0);
});
