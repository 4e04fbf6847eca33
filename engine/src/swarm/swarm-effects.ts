// What the machines of this folder ask of the world. The session's executor performs it through the ports.

import type { ByteRange } from '../base/byte-range';
import type { SessionDescription } from '../ports/peer-link';
import type { TokenProvider } from '../ports/token-source';

/** One link or tracker is named by the same number or URL in effects and in the events that answer them. */
export type SwarmEffect =
  | { readonly type: 'openTracker'; readonly url: string }
  | { readonly type: 'sendTracker'; readonly url: string; readonly text: string }
  | { readonly type: 'closeTracker'; readonly url: string }
  | { readonly type: 'askToken'; readonly askId: number; readonly provider: TokenProvider }
  | { readonly type: 'offerLink'; readonly linkId: number }
  | { readonly type: 'answerLink'; readonly linkId: number; readonly offer: SessionDescription }
  | { readonly type: 'acceptAnswer'; readonly linkId: number; readonly answer: SessionDescription }
  | { readonly type: 'sendFrame'; readonly linkId: number; readonly frame: Uint8Array }
  | { readonly type: 'closeLink'; readonly linkId: number }
  | { readonly type: 'readSegment'; readonly readId: number; readonly key: string; readonly range: ByteRange };
