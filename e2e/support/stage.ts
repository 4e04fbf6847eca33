// One origin, one tracker, one Chromium, and a separate browser context for each viewer.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { P2POptions, SessionStats } from '../../engine/src/index';
import type { LiveOptions } from '../../examples/server/live-stream';
import { createOrigin, type Origin } from '../../examples/server/origin';
import { createSite } from '../../examples/server/site';
import { createTracker, type Tracker, type TrackerOptions } from '../../tracker/src/index';
import { installProbes, type ProbeOptions, type SeenBytes } from './probes';

export const ROOT = join(__dirname, '..', '..');
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // Viewers in the background would have their timers slowed down to one a second.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];
const DEFAULT_SCRIPT = '/dist/global/videojs.js';
const HLS_TYPE = 'application/x-mpegURL';
const DASH_TYPE = 'application/dash+xml';
const POLL_MS = 100;
/** Longest wait for anything that a test expects; far above what it takes on a busy machine. */
const PATIENCE_MS = 60_000;

export interface ViewerOptions {
  /** Path of the manifest on the origin. */
  readonly source: string;
  /** False: the plugin is not called. @defaultValue true */
  readonly isP2P?: boolean;
  readonly options?: P2POptions;
  /** Where the page's token function asks for one, with the query parameters `swarm` and `peer`. */
  readonly tokenUrl?: string;
  /** Removes WebRTC from the page before any script runs. */
  readonly hasNoWebRtc?: boolean;
  /** Keeps what goes out over data channels. */
  readonly keepsSent?: boolean;
  /** Script that registers the plugin on window.videojs. @defaultValue '/dist/global/videojs.js' */
  readonly script?: string;
  /** How much VHS loads ahead. @defaultValue VHS's own, 30 s */
  readonly bufferGoalSeconds?: number;
  /** VHS goes by the rates of segments, not by the browser's own guess of the line. @defaultValue false, as VHS has it */
  readonly trustsOwnRates?: boolean;
}

/** A stage on which viewers meet. */
export interface Stage {
  readonly origin: Origin;
  /** Of origin and pages, with a slash at its end. */
  readonly url: string;
  readonly trackerUrl: string;
  readonly tracker: Tracker;
  open(options: ViewerOptions): Promise<Viewer>;
  /** Opens a page of the test's own for one more viewer. */
  openPage(html: string, probes: ProbeOptions): Promise<Viewer>;
  /** A tracker beside the stage's own, ended by the reset if the test has not. @defaultValue any free port */
  startTracker(
    port?: number,
    options?: TrackerOptions,
  ): Promise<{ readonly tracker: Tracker; readonly url: string; readonly port: number }>;
  /** Sends all viewers away, ends the trackers that the test has started, sets the origin right and empties its log: for the end of each test. */
  reset(): Promise<void>;
  /** Serves a script of the test's own at `path`. */
  serveScript(path: string, text: string): void;
  close(): Promise<void>;
}

export async function setStage({ live }: { live?: LiveOptions } = {}): Promise<Stage> {
  const origin = createOrigin({ fixturesDir: join(ROOT, 'e2e', 'fixtures'), ...(live && { live }) });
  const site = createSite(ROOT);
  // Served for real, not put in by the driver: Chromium lets no page without an address reach the loopback.
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    const type = request.url?.endsWith('.js') ? 'text/javascript' : 'text/html';
    if (page !== undefined) response.setHeader('Content-Type', type).end(page);
    else if (!origin.handle(request, response)) site(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const tracker = createTracker();
  const { url: trackerUrl } = await tracker.listen({ host: '127.0.0.1', port: 0 });
  const extraTrackers: Tracker[] = [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
  const openPage: Stage['openPage'] = async (html, probes) => {
    const path = `/viewer-${pages.size + 1}.html`;
    pages.set(path, html);
    const context = await browser.newContext({ viewport: { width: 640, height: 400 } });
    await context.addInitScript(installProbes, probes);
    const page = await context.newPage();
    await page.goto(new URL(path, url).href);
    return new Viewer(context, page);
  };
  return {
    origin,
    url,
    tracker,
    trackerUrl,
    serveScript: (path, text) => void pages.set(path, text),
    startTracker: async (port = 0, options = {}) => {
      const started = createTracker(options);
      extraTrackers.push(started);
      return { tracker: started, ...(await started.listen({ host: '127.0.0.1', port })) };
    },
    reset: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      // One left open would keep the whole run from ending.
      await Promise.all(extraTrackers.splice(0).map((extra) => extra.close()));
      origin.setFaults({});
      origin.log.clear();
    },
    open: async (options) => {
      const { script = DEFAULT_SCRIPT, keepsSent, hasNoWebRtc } = options;
      const viewer = await openPage(viewerPage(options, trackerUrl), { pluginScript: script, keepsSent, hasNoWebRtc });
      await until('VHS to play', () => viewer.page.evaluate(() => window.player.tech(true).vhs !== undefined));
      return viewer;
    },
    openPage,
    close: async () => {
      await browser.close();
      await tracker.close();
      origin.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** A viewer in a browser context of its own. */
export class Viewer {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  stats(): Promise<SessionStats> {
    return this.page.evaluate(() => [...window.P2PMediaLoader.sessions][0]!.stats());
  }

  currentTime(): Promise<number> {
    return this.page.evaluate(() => window.player.currentTime());
  }

  /** Waits until the player has played on to `seconds`. */
  playsTo(seconds: number): Promise<void> {
    return until(`${seconds} s played`, async () => (await this.currentTime()) >= seconds);
  }

  /** Waits until the stats fulfil `condition`. */
  async reaches(what: string, condition: (stats: SessionStats) => boolean): Promise<SessionStats> {
    let stats = await this.stats();
    await until(
      what,
      async () => condition((stats = await this.stats())),
      () => JSON.stringify(stats),
    );
    return stats;
  }

  segments(): Promise<SeenBytes[]> {
    return this.page.evaluate(() => window.probes.settled().then(() => window.probes.segments));
  }

  appended(): Promise<SeenBytes[]> {
    return this.page.evaluate(() => window.probes.settled().then(() => window.probes.appended));
  }

  errors(): Promise<string[]> {
    return this.page.evaluate(() => window.probes.errors);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

interface TestPlayer {
  currentTime(seconds?: number): number;
  duration(): number;
  dispose(): void;
  src(source: { src: string; type: string }): void;
  tech(isSafe: true): { vhs?: { representations?(): { height?: number; enabled(isEnabled: boolean): void }[] } };
  p2pMediaLoader(options?: P2POptions): import('../../engine/src/index').SessionHandle;
  error(): { message: string } | null;
  seeking(): boolean;
}

declare global {
  interface Window {
    player: TestPlayer;
    /** Reasons that the plugin gave for not doing anything. */
    standingAside: string[];
    P2PMediaLoader: typeof import('../../plugins/videojs/global');
  }
}

function viewerPage(viewer: ViewerOptions, trackerUrl: string): string {
  const { source, isP2P = true, script = DEFAULT_SCRIPT, bufferGoalSeconds, trustsOwnRates = false, tokenUrl } = viewer;
  const vhs = trustsOwnRates ? { useNetworkInformationApi: false } : {};
  const options: P2POptions = { trackers: [trackerUrl], iceServers: [], ...viewer.options };
  return `<!doctype html><meta charset="utf-8"><title>viewer</title>
    <link rel="icon" href="data:,">
    <script src="/libraries/video.js/dist/video.min.js"></script>
    <script src="${script}"></script>
    <video-js id="player" muted width="640" height="360"></video-js>
    <script>
      ${bufferGoalSeconds === undefined ? '' : `videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = ${bufferGoalSeconds};`}
      window.player = videojs('player', { autoplay: 'muted', html5: { vhs: ${JSON.stringify(vhs)} } });
      ${
        isP2P
          ? `window.standingAside = [];
      const options = ${JSON.stringify(options)};
      ${tokenUrl === undefined ? '' : tokenFunction(tokenUrl)}
      player.p2pMediaLoader(options).on('standingAside', ({ reason }) => standingAside.push(reason));`
          : ''
      }
      watchPlayer(player);
      player.src({ src: ${JSON.stringify(source)}, type: '${source.endsWith('.mpd') ? DASH_TYPE : HLS_TYPE}' });
    </script>`;
}

/** What a site would write. */
function tokenFunction(tokenUrl: string): string {
  return `options.token = async ({ swarmId, peerId }) => {
        const query = new URLSearchParams({ swarm: swarmId, peer: peerId });
        const response = await fetch(${JSON.stringify(tokenUrl)} + '?' + query);
        if (!response.ok) throw new Error('HTTP ' + response.status);
        return response.text();
      };`;
}

/** Polls until `condition` holds; fails saying what did not come. */
export async function until(what: string, condition: () => Promise<boolean>, state?: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}${state ? `: ${state()}` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** SHA-256 of bytes of a fixture, as hex. */
export function fixtureHash(path: string, start = 0, end?: number): string {
  const bytes = readFileSync(join(ROOT, 'e2e', 'fixtures', path)).subarray(start, end);
  return createHash('sha256').update(bytes).digest('hex');
}
