// Subtitles that hls.js reads and JW draws.

import type { DrivenHls } from './jw-types';
import type { JwEvents } from './jw-events';

/** A track as hls.js announces it. */
interface FoundTrack {
  /** Captions in the video have one. */
  readonly _id?: string;
  readonly kind?: string;
  readonly label?: string;
  readonly default?: boolean;
  /** Of a subtitle playlist. */
  readonly subtitleTrack?: { readonly id: number; readonly name?: string; readonly lang?: string };
}

/** A track as JW wants it; cues are added to `data` as they come. */
interface JwTrack {
  readonly _id: string;
  readonly kind: string;
  readonly name: string;
  readonly label: string;
  readonly language: string;
  readonly data: unknown[];
}

export class Captions {
  #tracks: readonly JwTrack[] = [];
  /** hls.js's number of each track that has a playlist. */
  readonly #playlists = new Map<string, number>();

  constructor(private readonly events: JwEvents) {}

  /** Listens to a new instance of hls.js. */
  follow(hls: DrivenHls): void {
    this.#tracks = [];
    this.#playlists.clear();
    hls.on('hlsNonNativeTextTracksFound', (_event, { tracks }: { readonly tracks: readonly FoundTrack[] }) => {
      for (const found of tracks) this.#add(found);
      this.events.trigger('subtitlesTracks', { tracks: this.#tracks });
    });
    hls.on(
      'hlsCuesParsed',
      (_event, { track, cues }: { readonly track: string; readonly cues: readonly unknown[] }) => {
        this.#tracks.find(({ _id }) => _id === track)?.data.push(...cues);
      },
    );
  }

  /** hls.js's number for a line of JW's menu, whose first is "Off"; -1: no playlist is wanted. */
  hlsTrackOf(menuIndex: number): number {
    const track = this.#tracks[menuIndex - 1];
    return (track && this.#playlists.get(track._id)) ?? -1;
  }

  #add(found: FoundTrack): void {
    const { kind = 'subtitles', label, subtitleTrack } = found;
    const id = idOf(found);
    if (this.#tracks.some(({ _id }) => _id === id)) return;
    const name = subtitleTrack?.name ?? label ?? id;
    const language = subtitleTrack?.lang ?? '';
    this.#tracks = [...this.#tracks, { _id: id, kind, name, label: label ?? name, language, data: [] }];
    if (subtitleTrack) this.#playlists.set(id, subtitleTrack.id);
  }
}

/** As hls.js names the track when it hands over its cues. */
function idOf({ _id, default: isDefault, subtitleTrack }: FoundTrack): string {
  return _id ?? (isDefault ? 'default' : `subtitles${subtitleTrack?.id ?? 0}`);
}
