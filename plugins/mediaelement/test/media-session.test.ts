import { answer, FakeHls } from '../../hlsjs/test/fake-hls';
import { CONTEXT, FakeLoader, recordedCallbacks } from '../../hlsjs/test/fake-loader';
import { dashPlayers } from '../../../engine/src/plugin';
import { FakeConnection, last } from '../../test/fake-connection';
import { MediaSession } from '../media-session';
import type { MediaElement } from '../mediaelement-types';
import { OriginalNode } from '../original-node';

const FIRST = 'https://cdn.test/first.m3u8';
const SECOND = 'https://cdn.test/second.m3u8';
const TEXT = '#EXTM3U';

class FakeMedia implements MediaElement {
  rendererName = 'native_hls';
  hlsPlayer: FakeHls | null = null;
  dashPlayer: object | null = null;
  src = FIRST;
  readonly originalNode = document.createElement('video');
  readonly loads: string[] = [];
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(preload: 'auto' | 'none' = 'auto') {
    this.originalNode.preload = preload;
    // Each time that it is set, the element begins to load, as far as it is to.
    Object.defineProperty(this.originalNode, 'src', {
      get: () => FIRST,
      set: (src: string) => void this.loads.push(`${src} ${this.originalNode.preload}`),
    });
  }

  getSrc(): string {
    return this.src;
  }

  addEventListener(event: string, listener: () => void): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }

  removeEventListener(event: string, listener: () => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  begin(rendererName: string, src: string): void {
    this.rendererName = rendererName;
    this.src = src;
    for (const listener of this.#listeners.get('loadstart') ?? []) listener();
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

let engine: FakeConnection;
let media: FakeMedia;
let original: OriginalNode;

beforeEach(() => {
  FakeLoader.made = [];
  engine = new FakeConnection();
  media = new FakeMedia();
  original = new OriginalNode(media.originalNode);
});

const microtasks = () => new Promise<void>((resolve) => void queueMicrotask(resolve));

function askSegment({ config }: FakeHls): void {
  new (config.fLoader ?? config.loader)(config).load(CONTEXT, {}, recordedCallbacks().callbacks);
}

test('the feature is built when the first source is on its way: its text comes with the event of hls.js', () => {
  const hls = new FakeHls();
  media.hlsPlayer = hls;
  hls.loadSource(FIRST);
  new MediaSession(media, engine, original);
  const xhr = new XMLHttpRequest();
  Object.defineProperty(xhr, 'responseText', { value: TEXT });
  hls.trigger('hlsManifestLoaded', { networkDetails: xhr });
  askSegment(hls);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, `addManifest ${FIRST}`]);
  expect(engine.questions).toHaveLength(1);
});

// setSrc() destroys hls.js, makes another one, and gives it the source, twice, in one turn.
test('each next instance is bound before it has a source', async () => {
  const first = new FakeHls();
  media.hlsPlayer = first;
  new MediaSession(media, engine, original);
  first.loadSource(FIRST);
  first.trigger('hlsDestroying');
  const second = new FakeHls();
  media.hlsPlayer = second;
  second.loadSource(SECOND);
  second.loadSource(SECOND);
  await microtasks();
  answer(last(FakeLoader.made), TEXT);
  askSegment(second);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, `openSource ${SECOND}`, `addManifest ${SECOND}`]);
  expect(engine.questions).toHaveLength(1);
  expect(media.hlsPlayer).toBe(second);
});

test('the hidden element of the page stops loading the same stream', () => {
  media.hlsPlayer = new FakeHls();
  new MediaSession(media, engine, original);
  expect(media.loads).toEqual([`${FIRST} none`]);
  media.begin('native_hls', SECOND);
  expect(media.loads).toEqual([`${FIRST} none`]);
  expect(media.originalNode.preload).toBe('none');
});

test('one that loads nothing is left alone', () => {
  media = new FakeMedia('none');
  media.hlsPlayer = new FakeHls();
  new MediaSession(media, engine, original);
  expect(media.loads).toEqual([]);
});

test('another renderer: the element loads again, and hls.js, which goes on in the background, loads by itself', () => {
  const hls = new FakeHls();
  media.hlsPlayer = hls;
  new MediaSession(media, engine, original);
  hls.loadSource(FIRST);
  media.begin('html5', 'https://cdn.test/film.mp4');
  expect(engine.calls).toEqual([`openSource ${FIRST}`, 'closeSource']);
  expect(hls.listenerCount).toBe(0);
  expect(media.originalNode.preload).toBe('auto');
  expect(engine.reasons).toEqual([]);
});

test('HLS that the browser plays itself is stood aside from', () => {
  media.rendererName = 'html5';
  new MediaSession(media, engine, original);
  expect(engine.reasons).toHaveLength(1);
  expect(media.loads).toEqual([]);
});

test('after the end of the session the player goes on by itself, and the hidden element stays still', () => {
  const first = new FakeHls();
  media.hlsPlayer = first;
  new MediaSession(media, engine, original);
  engine.handle.destroy();
  expect(media.listenerCount).toBe(0);
  expect(first.listenerCount).toBe(0);
  const second = new FakeHls();
  media.hlsPlayer = second;
  expect(second.config).toEqual({ loader: FakeLoader });
  expect(Object.getOwnPropertyDescriptor(media, 'hlsPlayer')).toMatchObject({ value: second, writable: true });
  expect(media.originalNode.preload).toBe('none');
});

describe('DASH by the renderer on dash.js', () => {
  let followed: unknown[];
  beforeEach(() => {
    followed = [];
    dashPlayers.followDashjs = (player, connection) => followed.push([player, connection]);
  });
  afterEach(() => delete dashPlayers.followDashjs);

  test('each instance is handed on with the session', () => {
    const [first, next] = [{}, {}];
    media.dashPlayer = first;
    new MediaSession(media, engine, original);
    media.dashPlayer = next;
    media.dashPlayer = null;
    expect(followed).toEqual([
      [first, engine],
      [next, engine],
    ]);
    engine.handle.destroy();
    media.dashPlayer = first;
    expect([followed.length, media.dashPlayer]).toEqual([2, first]);
  });

  test('what hls.js played before is closed at once, so that it closes nothing later', () => {
    media.hlsPlayer = new FakeHls();
    new MediaSession(media, engine, original);
    media.hlsPlayer.loadSource(FIRST);
    media.dashPlayer = {};
    expect(engine.calls).toEqual([`openSource ${FIRST}`, 'closeSource']);
    media.begin('native_dash', SECOND);
    expect(engine.calls).toHaveLength(2);
  });
});
