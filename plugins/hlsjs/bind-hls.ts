// Connects a session with the instance of hls.js that plays. A player may make a new instance for each source; its
// session stays.

import type { Cancel, SessionHandle } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import type { HlsSession } from './hls-session';
import { HlsEvent, type HlsInstance, type HlsListener, type HlsTrack } from './hls-types';
import { installLoaders, type InstalledLoaders } from './install-loaders';
import { MissedPlaylists } from './missed-playlists';

/** The same in every copy of this code, so that two copies on one page do not both load for one player. */
const HANDLE = Symbol.for('p2p-media-loader.hlsjs');

type BoundHls = HlsInstance & { [HANDLE]?: SessionHandle | undefined };

/** The handle of the session that an instance belongs to. */
export const handleOf = (hls: HlsInstance): SessionHandle | undefined => (hls as BoundHls)[HANDLE];

/**
 * From now on `hls` loads through `session`, until the returned function is called, the session ends, or hls.js is
 * destroyed: then `onDestroying` is called.
 * @param loaders - ours, where they came with the config that the instance was made of. Default: put into it now
 */
export function bindHls(
  session: HlsSession,
  hls: HlsInstance,
  onDestroying: () => void,
  loaders: InstalledLoaders = installLoaders(hls.config, () => session),
): Cancel {
  const bound: BoundHls = hls;
  const { handle } = session.connection;
  bound[HANDLE] = handle;
  const missed = new MissedPlaylists(hls, loaders.OwnPlaylistLoader ?? hls.config.loader, session);
  const listeners: Readonly<Record<string, HlsListener>> = {
    [HlsEvent.MEDIA_ATTACHED]: () => session.setMedia(hls.media ?? undefined),
    [HlsEvent.MEDIA_DETACHING]: () => session.setMedia(undefined),
    [HlsEvent.MANIFEST_LOADED]: (_event, data: { readonly networkDetails?: unknown }) =>
      missed.noteSourceLoaded(data.networkDetails),
    [HlsEvent.LEVEL_LOADED]: (_event, track: HlsTrack) => missed.noteMediaLoaded(track),
    [HlsEvent.AUDIO_TRACK_LOADED]: (_event, track: HlsTrack) => missed.noteMediaLoaded(track),
    [HlsEvent.STEERING_MANIFEST_LOADED]: (_event, data: SteeringData) => addSteering(session, data),
    [HlsEvent.DESTROYING]: () => {
      unbind();
      onDestroying();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) hls.on(event, listener);
  const stopListening = handle.on('destroyed', () => unbind());
  session.setMedia(hls.media ?? undefined);
  missed.find();
  return unbind;

  function unbind(): void {
    if (bound[HANDLE] !== handle) return;
    bound[HANDLE] = undefined;
    stopListening();
    missed.close();
    loaders.remove();
    session.setMedia(undefined);
    for (const [event, listener] of Object.entries(listeners)) hls.off(event, listener);
  }
}

interface SteeringData {
  readonly url?: string;
  readonly steeringManifest?: unknown;
}

/** What steers between CDNs comes by a loader of its own. */
function addSteering(session: HlsSession, { url, steeringManifest }: SteeringData): void {
  const address = toHttpUrl(url);
  if (address === undefined || steeringManifest === undefined) return;
  session.addPlaylist({ url: address, text: JSON.stringify(steeringManifest) });
}

export function isHls(value: Partial<HlsInstance> | null | undefined): boolean {
  return typeof value?.loadSource === 'function' && typeof value.on === 'function' && isObject(value.config);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
