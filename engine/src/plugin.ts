// What plugins share besides the public engine; nothing of it is public.

export { toHttpUrl } from './player/http-url';
export { bufferAheadSeconds, PLAYBACK_EVENTS, playbackOf, watchPlayback } from './player/playback';
export type { TimeSpans } from './player/playback';
export { ProgressFeed, SHORT_BUFFER_SECONDS } from './player/progress-feed';
