// P2P for the JW Players of a page.

import { connectPlayer, P2PError } from '../../engine/src/index';
import type { P2POptions, PlayerConnection, SessionHandle } from '../../engine/src/index';
import { BuiltinLoaders } from './builtin-loaders';
import { HlsProvider, type ProviderWorld } from './hls-provider';
import type {
  HlsClass,
  JwPlayerConfig,
  JwPlayerGlobal,
  JwPlayerOptions,
  JwProviderClass,
  JwRegistration,
  JwSource,
} from './jw-types';

/** JW's own provider for HLS, which the commercial player has. */
const BUILTIN_PROVIDER = 'hlsjs';
const PROVIDER_NAME = 'p2pmedialoader';
/** The same in every copy of this code. */
const REGISTRATION = Symbol.for('p2p-media-loader.jwplayer');

/** Makes the engine's connection for one player. */
export type Connect = (options?: P2POptions) => PlayerConnection;

/**
 * Gives P2P to all JW Players that are set up from now on: call it after JW's script and before `setup()`. Where JW has
 * an HLS provider of its own, that loads through the engine; where it has none, one that plays through hls.js is
 * registered. Options of one player go under `p2pMediaLoader` in its setup, with the second way only. A second call
 * changes nothing.
 * @throws P2PError `invalid-call` when `jwplayer` is not the global of JW Player 8, or hls.js is needed and missing;
 * `invalid-option`
 */
export function registerJwPlayer(jwplayer: JwPlayerGlobal, options?: JwPlayerOptions): JwRegistration {
  return registerJwPlayerOver(connectPlayer, jwplayer, options);
}

/** @internal */
export function registerJwPlayerOver(
  connect: Connect,
  jwplayer: JwPlayerGlobal,
  { Hls, ...options }: JwPlayerOptions = {},
): JwRegistration {
  const { api } = (typeof jwplayer === 'function' ? jwplayer : {}) as Partial<JwPlayerGlobal>;
  if (typeof api?.registerProvider !== 'function')
    throw P2PError.invalidCall(
      'registerJwPlayer() takes the global `jwplayer` of JW Player 8, after its script was loaded',
    );
  const marked = jwplayer as JwPlayerGlobal & { [REGISTRATION]?: JwRegistration };
  const known = marked[REGISTRATION];
  if (known) return known;
  const hasBuiltin = api.availableProviders?.some(({ name }) => name === BUILTIN_PROVIDER) ?? false;
  const registration = hasBuiltin
    ? hookBuiltin(jwplayer, () => connect(options))
    : registerProvider(api, connect, options, hlsClassOf(Hls));
  marked[REGISTRATION] = registration;
  return registration;
}

function hookBuiltin(jwplayer: JwPlayerGlobal, connect: () => PlayerConnection): JwRegistration {
  const loaders = new BuiltinLoaders(jwplayer, connect);
  const defaults = (jwplayer.defaults ??= {});
  const hlsjsConfig = defaults['hlsjsConfig'] ?? {};
  defaults['hlsjsConfig'] = { ...hlsjsConfig, ...loaders.inFrontOf(hlsjsConfig) };
  return { handle: (playerId) => loaders.handle(playerId) };
}

function registerProvider(
  api: NonNullable<JwPlayerGlobal['api']>,
  connect: Connect,
  options: P2POptions,
  Hls: HlsClass,
): JwRegistration {
  const handles = new Map<string, SessionHandle>();
  const world: ProviderWorld = {
    Hls,
    connect: (_playerId, { p2pMediaLoader }) => connect({ ...options, ...p2pMediaLoader }),
    onSession: (playerId, handle) => {
      handles.set(playerId, handle);
      handle.on('destroyed', () => {
        if (handles.get(playerId) === handle) handles.delete(playerId);
      });
    },
  };
  const Provider: JwProviderClass = class extends HlsProvider {
    constructor(playerId: string, config: JwPlayerConfig, video: HTMLVideoElement) {
      super(world, playerId, config, video);
    }

    static getName(): { readonly name: string } {
      return { name: PROVIDER_NAME };
    }

    /** JW calls it without `this`. */
    static supports({ type, file }: JwSource): boolean {
      const isHls = type === 'hls' || (type === undefined && /\.m3u8($|[?#])/i.test(file ?? ''));
      return isHls && Hls.isSupported();
    }
  };
  api.registerProvider(Provider);
  return { handle: (playerId) => handles.get(playerId) };
}

function hlsClassOf(given: object | undefined): HlsClass {
  const Hls = (given ?? (globalThis as { Hls?: object }).Hls) as HlsClass | undefined;
  if (typeof Hls !== 'function' || typeof Hls.isSupported !== 'function')
    throw P2PError.invalidCall(
      'registerJwPlayer(): this JW Player has no HLS of its own, so hls.js is needed: load it before, or give it as the option Hls',
    );
  return Hls;
}
