// Players such as Clappr bring a DASH engine along. What reads DASH, and knows that engine, is the plugin of that engine:
// it leaves itself here when it is loaded, and the player's plugin, which carries neither, finds it.

import type { Cancel } from '../ports/clock';
import type { P2POptions } from '../session/options';
import type { PlayerConnection } from './player-connection';

/** Lets an instance of a DASH engine load through `connection`, until it is destroyed or the session ends. */
export type FollowEngine = (player: object, connection: PlayerConnection) => void;

/** Absent: its plugin is not on the page. */
export interface DashPlayers {
  /** As `connectPlayer`, and DASH is read as well. */
  connect?: (options?: P2POptions) => PlayerConnection;
  followShaka?: FollowEngine;
  followDashjs?: FollowEngine;
}

const PLAYERS = Symbol.for('p2p-media-loader.dash-players');

type PageWithPlayers = typeof globalThis & { [PLAYERS]?: DashPlayers };

/** The same for all bundles of the page. */
export const dashPlayers: DashPlayers = ((globalThis as PageWithPlayers)[PLAYERS] ??= {});

/** `connection` for one that may come and go: its end closes the source, and the session stays. */
export function lend(connection: PlayerConnection): PlayerConnection {
  const { handle } = connection;
  const ends = new Set<Cancel>();
  return {
    handle: {
      stats: () => handle.stats(),
      on: (event, listener) => {
        const cancel = handle.on(event, listener);
        ends.add(cancel);
        return cancel;
      },
      setOptions: (partial) => handle.setOptions(partial),
      destroy: () => {
        for (const cancel of ends) cancel();
        ends.clear();
        connection.closeSource();
      },
    },
    openSource: (url) => connection.openSource(url),
    addManifest: (manifest) => connection.addManifest(manifest),
    missingIndex: (url) => connection.missingIndex(url),
    addIndex: (index) => connection.addIndex(index),
    request: (request, listener) => connection.request(request, listener),
    reportPlayback: (report) => connection.reportPlayback(report),
    closeSource: () => connection.closeSource(),
    standAside: (reason) => connection.standAside(reason),
  };
}
