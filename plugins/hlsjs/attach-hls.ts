// P2P for one instance of hls.js.

import { connectPlayer, P2PError } from '../../engine/src/index';
import type { ManifestText, P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { toHttpUrl } from '../../engine/src/plugin';
import { HlsSession } from './hls-session';
import { HlsEvent, type HlsInstance, type HlsListener, type HlsTrack } from './hls-types';
import { installLoaders } from './install-loaders';
import { MissedPlaylists } from './missed-playlists';

/** The same in every copy of this code, so that two copies on one page do not both load for one player. */
const HANDLE = Symbol.for('p2p-media-loader.hlsjs');

type AttachedHls = HlsInstance & { [HANDLE]?: SessionHandle | undefined };

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/**
 * Starts P2P on an instance of hls.js, any time: what is asked for from then on is shared. Called once more, it changes
 * the options that are given and gives the same handle. `hls.destroy()` ends the session.
 * @throws P2PError `invalid-call` when `hls` is no instance of hls.js, `invalid-option`
 */
export function attachHls(hls: HlsInstance, options?: P2POptions): SessionHandle {
  return attachHlsOver(connectPlayer, hls, options);
}

/** @internal */
export function attachHlsOver(connect: Connect, hls: HlsInstance, options?: P2POptions): SessionHandle {
  if (!isHls(hls)) throw P2PError.invalidCall('attachHls() takes an instance of hls.js: attachHls(new Hls(), options)');
  const attached: AttachedHls = hls;
  const known = attached[HANDLE];
  if (known) {
    if (options !== undefined) known.setOptions(options);
    return known;
  }
  const session = new HlsSession(connect(options));
  const { handle } = session.connection;
  attached[HANDLE] = handle;
  const loaders = installLoaders(hls.config, session);
  const missed = new MissedPlaylists(hls, loaders.OwnPlaylistLoader, session);
  const listeners: Readonly<Record<string, HlsListener>> = {
    [HlsEvent.MEDIA_ATTACHED]: () => session.setMedia(hls.media ?? undefined),
    [HlsEvent.MEDIA_DETACHING]: () => session.setMedia(undefined),
    [HlsEvent.MANIFEST_LOADED]: (_event, data: { readonly networkDetails?: unknown }) =>
      missed.noteSourceLoaded(data.networkDetails),
    [HlsEvent.LEVEL_LOADED]: (_event, track: HlsTrack) => missed.noteMediaLoaded(track),
    [HlsEvent.AUDIO_TRACK_LOADED]: (_event, track: HlsTrack) => missed.noteMediaLoaded(track),
    [HlsEvent.STEERING_MANIFEST_LOADED]: (_event, data: SteeringData) => addSteering(session, data),
    [HlsEvent.DESTROYING]: () => handle.destroy(),
  };
  for (const [event, listener] of Object.entries(listeners)) hls.on(event, listener);
  handle.on('destroyed', () => {
    attached[HANDLE] = undefined;
    missed.close();
    loaders.remove();
    for (const [event, listener] of Object.entries(listeners)) hls.off(event, listener);
  });
  session.setMedia(hls.media ?? undefined);
  missed.find();
  return handle;
}

interface SteeringData {
  readonly url?: string;
  readonly steeringManifest?: unknown;
}

/** What steers between CDNs comes by a loader of its own. */
function addSteering(session: HlsSession, { url, steeringManifest }: SteeringData): void {
  const address = toHttpUrl(url);
  if (address === undefined || steeringManifest === undefined) return;
  const manifest: ManifestText = { url: address, text: JSON.stringify(steeringManifest) };
  session.addPlaylist(manifest);
}

function isHls(value: Partial<HlsInstance> | null | undefined): boolean {
  return typeof value?.loadSource === 'function' && typeof value.on === 'function' && isObject(value.config);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
