// Any WebTorrent tracker brings viewers together, not only ours; and a module build works as the script does.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../support/stage';
import { stageForTests } from '../support/stage-for-tests';

const stage = stageForTests();
let child: ChildProcess;
let referenceUrl: string;

beforeAll(async () => {
  child = spawn(process.execPath, [join(ROOT, 'e2e/support/bittorrent-tracker.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  referenceUrl = `ws://127.0.0.1:${port.toString().trim()}`;
});
afterAll(() => void child.kill());

test('viewers meet through the server of bittorrent-tracker', async () => {
  const options = { trackers: [referenceUrl] };
  const source = '/vod-ts/master.m3u8';
  const first = await stage.open({ source, options });
  await first.playsTo(1);
  const second = await stage.open({ source, options });
  await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);
  expect((await second.stats()).trackerCount).toBe(1);
});

test('two trackers give one connection per pair of viewers', async () => {
  const options = { trackers: [referenceUrl, stage.trackerUrl] };
  const source = '/vod-ts/master.m3u8';
  const first = await stage.open({ source, options });
  await first.playsTo(1);
  const second = await stage.open({ source, options });
  await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);
  await second.reaches('both trackers', (stats) => stats.trackerCount === 2);
  for (const viewer of [first, second]) {
    await viewer.reaches('one connection', (stats) => stats.peerCount === 1 && stats.connectionCount === 1);
  }
});

test('the module build registers the plugin on an imported video.js', async () => {
  const bundle = await build({
    stdin: {
      contents: `
        import videojs from 'video.js';
        import * as P2PMediaLoader from 'p2p-media-loader/videojs';
        Object.assign(window, { videojs, P2PMediaLoader });`,
      resolveDir: ROOT,
    },
    alias: { 'p2p-media-loader/videojs': join(ROOT, 'dist/videojs.js') },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
  });
  stage.serveScript('/site.js', bundle.outputFiles[0]!.text);
  const source = '/vod-ts/master.m3u8';
  const first = await stage.open({ source, script: '/site.js' });
  await first.playsTo(1);
  const second = await stage.open({ source, script: '/site.js' });
  await second.reaches('bytes from peers', (stats) => stats.p2pBytes > 0);
});
