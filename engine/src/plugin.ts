// What plugins share besides the public engine; nothing of it is public.

export { timeToMove } from './base/units';
export { afterDestroy } from './player/after-destroy';
export { AskedSegment, statusFor } from './player/asked-segment';
export type { AskingSession } from './player/asked-segment';
export { dashPlayers, lend } from './player/dash-players';
export { toHttpUrl } from './player/http-url';
export { MediaWatch } from './player/media-watch';
export { bufferAheadSeconds, PLAYBACK_EVENTS } from './player/playback';
export type { TimeSpans } from './player/playback';
export { ProgressFeed, SHORT_BUFFER_SECONDS } from './player/progress-feed';
export { headersWithoutRange, rangeHeaderOf } from './player/request-headers';
