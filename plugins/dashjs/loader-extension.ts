// Puts a segment loader in the place of dash.js's own. That can be done once per player and never be undone, so the
// extension stays, and asks who is there to take a request.

import type { CommonMediaRequest, CommonMediaResponse, FullDashjsPlayer, Loader } from './dashjs-types';

/** A request that dash.js is about to send. */
export interface ArrivedRequest {
  readonly request: CommonMediaRequest;
  readonly response: CommonMediaResponse;
  /** dash.js's own loader. */
  readonly loadNatively: () => void;
}

/** Work on a request. */
export interface TakenRequest {
  /** Gives it up, and tells dash.js so. */
  abort(): void;
}

/** Takes a request; undefined leaves it to dash.js's own loader. */
export type Taker = (arrived: ArrivedRequest) => TakenRequest | undefined;

/** dash.js's name of its loader for everything but low-latency segments. */
const EXTENDED_LOADER = 'XHRLoader';

/** The extension of one player. */
export class LoaderExtension {
  /** Undefined: nobody is there. */
  taker: Taker | undefined;

  constructor(player: FullDashjsPlayer) {
    // An ordinary function: dash.js hands its own loader over as `this.parent`.
    const takeOver = (parent: Loader): Loader => this.wrap(parent);
    player.extend(
      EXTENDED_LOADER,
      function () {
        return takeOver(this.parent);
      },
      true,
    );
  }

  private wrap(parent: Loader): Loader {
    // Now: dash.js then puts ours on the same object.
    const load = parent.load.bind(parent);
    const abort = parent.abort.bind(parent);
    const taken = new WeakMap<CommonMediaRequest, TakenRequest>();
    return {
      load: (request, response) => {
        const loadNatively = (): void => {
          taken.delete(request);
          load(request, response);
        };
        const work = this.taker?.({ request, response, loadNatively });
        if (!work) return load(request, response);
        taken.set(request, work);
        request.customData.abort = () => work.abort();
        return true;
      },
      abort: (request) => {
        const work = request && taken.get(request);
        if (work) work.abort();
        else abort(request);
      },
    };
  }
}
