// A viewer with any player: the page is the player's script tags, the plugin's, and one function that sets it up.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionStats } from '../../engine/src/index';
import type { PageSetup, PlayerDriver, PlayerPage } from './players/player-page';
import { ROOT, type Stage, until, type Viewer } from './stage';

declare global {
  interface Window {
    driver: PlayerDriver;
  }
}

export interface OpenOptions extends Omit<PageSetup, 'source' | 'options' | 'hlsConfig' | 'flags'> {
  /** Path of the manifest on the origin. */
  readonly source: string;
  readonly isP2P?: boolean;
  /** The browser plays natively, as the page has left away what the player would need. @defaultValue false */
  readonly playsNatively?: boolean;
  /** Removes WebRTC from the page before any script runs. */
  readonly hasNoWebRtc?: boolean;
}

/** One viewer and what a test does with the player. */
export class PlayerViewer {
  constructor(
    readonly viewer: Viewer,
    private readonly player: PlayerPage,
  ) {}

  get name(): string {
    return this.player.name;
  }

  /** Uncaught errors, but for those of the player itself. */
  async errors(): Promise<string[]> {
    const { ownErrors } = this.player;
    return (await this.viewer.errors()).filter((error) => !ownErrors?.test(error));
  }

  /** Waits for a session where there is none between two sources. */
  async stats(): Promise<SessionStats> {
    let stats: SessionStats | undefined;
    await until(`${this.name}: a session`, async () => {
      stats = await this.viewer.page.evaluate(() => window.driver.handle?.stats());
      return stats !== undefined;
    });
    return stats!;
  }

  async reaches(what: string, condition: (stats: SessionStats) => boolean): Promise<SessionStats> {
    let stats = await this.stats();
    await until(
      `${this.name}: ${what}`,
      async () => condition((stats = await this.stats())),
      () => JSON.stringify(stats),
    );
    return stats;
  }

  currentTime(): Promise<number> {
    return this.viewer.page.evaluate(() => window.driver.currentTime());
  }

  /** Waits until the player has moved on to `seconds`. */
  playsTo(seconds: number): Promise<void> {
    return until(`${this.name}: ${seconds} s played`, async () => (await this.currentTime()) >= seconds);
  }

  /** Waits until the player has moved on by `seconds` from where it is. */
  async playsOn(seconds: number): Promise<void> {
    await this.playsTo((await this.currentTime()) + seconds);
  }

  seek(seconds: number): Promise<void> {
    return this.viewer.page.evaluate((to) => window.driver.seek(to), seconds);
  }

  async load(url: string): Promise<void> {
    await this.viewer.page.evaluate((to) => window.driver.load(new URL(to, location.href).href), url);
  }

  qualityCount(): Promise<number> {
    return this.viewer.page.evaluate(() => window.driver.qualityCount());
  }

  setQuality(index: number): Promise<void> {
    return this.viewer.page.evaluate((to) => window.driver.setQuality(to), index);
  }

  async destroy(): Promise<void> {
    await this.viewer.page.evaluate(() => window.driver.destroy());
  }

  /** Waits until no session, timer, socket or connection of the plugin is left. */
  leavesNothing(): Promise<void> {
    return until(`${this.name}: nothing is left`, () =>
      this.viewer.page.evaluate(
        () =>
          window.P2PMediaLoader.sessions.size === 0 &&
          window.probes.pluginTimers.size === 0 &&
          window.probes.sockets.every(({ readyState }) => readyState >= WebSocket.CLOSING) &&
          window.probes.connections.every(({ connectionState }) => connectionState === 'closed'),
      ),
    );
  }

  /** SHA-256 of all that was appended to source buffers. */
  async appendedHashes(): Promise<string[]> {
    return (await this.viewer.appended()).map(({ sha256 }) => sha256);
  }
}

/** Opens one more viewer with this player, and waits until its own engine plays. */
export async function openPlayer(stage: Stage, player: PlayerPage, options: OpenOptions): Promise<PlayerViewer> {
  const { source, isP2P = true, hasNoWebRtc = false, playsNatively = false, ...more } = options;
  const libraries = player.libraries.map((path) => {
    const address = `/test-libraries/${path}`;
    stage.serveScript(address, readFileSync(join(ROOT, 'node_modules', path), 'utf8'));
    return `<script src="${address}"></script>`;
  });
  const script = `/dist/global/${player.script}`;
  const setup: PageSetup = {
    ...more,
    source: new URL(source, stage.url).href,
    hlsConfig: hlsConfigFor(more.bufferGoalSeconds),
    ...(player.flags && { flags: player.flags }),
    ...(isP2P && { options: { trackers: [stage.trackerUrl], iceServers: [] } }),
  };
  const viewer = await stage.openPage(
    `<!doctype html><meta charset="utf-8"><title>${player.name}</title>
      <link rel="icon" href="data:,">
      ${libraries.join('\n')}
      <script>${player.inlineScript ?? ''}</script>
      ${player.engineScript ? `<script src="/dist/global/${player.engineScript}"></script>` : ''}
      <script src="${script}"></script>
      <div id="stage" style="width: 640px; height: 360px"></div>
      <script>
        window.standingAside = [];
        const show = (driver) => {
          driver.handle?.on('standingAside', ({ reason }) => standingAside.push(reason));
          window.driver = driver;
        };
        const made = (${player.setUp.toString()})(${JSON.stringify(setup)});
        // At once where it can be: what a session says first comes in the same turn.
        if (made instanceof Promise) made.then(show);
        else show(made);
      </script>`,
    { pluginScript: script, hasNoWebRtc },
  );
  const opened = new PlayerViewer(viewer, player);
  if (playsNatively) return opened;
  await until(
    `${player.name} to play with its own engine`,
    () => viewer.page.evaluate(() => (window.driver as PlayerDriver | undefined)?.isReady() ?? false),
    () => 'see the errors of the page',
  );
  return opened;
}

function hlsConfigFor(bufferGoalSeconds: number | undefined): object {
  if (bufferGoalSeconds === undefined) return {};
  return { maxBufferLength: bufferGoalSeconds, maxMaxBufferLength: bufferGoalSeconds };
}
