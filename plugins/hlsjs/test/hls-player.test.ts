import { FakeConnection, last } from '../../test/fake-connection';
import { HlsPlayer } from '../hls-player';
import { installLoaders } from '../install-loaders';
import { answer, FakeHls } from './fake-hls';
import { CONTEXT, FakeLoader, recordedCallbacks } from './fake-loader';

const FIRST = 'https://cdn.test/first.m3u8';
const SECOND = 'https://cdn.test/second.m3u8';
const TEXT = '#EXTM3U';

let engine: FakeConnection;
let player: HlsPlayer;

beforeEach(() => {
  FakeLoader.made = [];
  engine = new FakeConnection();
  player = new HlsPlayer(engine);
});

const microtasks = () => new Promise<void>((resolve) => void queueMicrotask(resolve));

function askSegment({ config }: FakeHls): void {
  new (config.fLoader ?? config.loader)(config).load(CONTEXT, {}, recordedCallbacks().callbacks);
}

test('one session goes from instance to instance', async () => {
  const first = new FakeHls();
  player.follow(first);
  first.loadSource(FIRST);
  first.trigger('hlsDestroying');
  expect(first.config).toEqual({ loader: FakeLoader, fLoader: undefined, pLoader: undefined });
  expect(first.listenerCount).toBe(0);

  const second = new FakeHls();
  player.follow(second);
  second.loadSource(SECOND);
  await microtasks();
  askSegment(second);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, `openSource ${SECOND}`]);
  expect(engine.question.url).toBe(CONTEXT.url);
  expect(engine.isDestroyed).toBe(false);
});

// hls.js tells that it is destroyed before it gives its requests up: closed at once, the engine would hand them back,
// and each would go to the origin for a moment.
test('a destroyed instance closes the source once it has given its requests up', async () => {
  const hls = new FakeHls();
  player.follow(hls);
  hls.loadSource(FIRST);
  hls.trigger('hlsDestroying');
  expect(engine.calls).toEqual([`openSource ${FIRST}`]);
  await microtasks();
  expect(engine.calls).toEqual([`openSource ${FIRST}`, 'closeSource']);
});

test('left for another one that plays already, what that has loaded is caught up on', () => {
  const [first, second] = [new FakeHls(), new FakeHls()];
  player.follow(first);
  first.loadSource(FIRST);
  second.loadSource(SECOND);
  second.levels = [{ details: { url: SECOND, m3u8: TEXT } }];
  player.follow(second);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, 'closeSource', `openSource ${SECOND}`]);
  expect(first.listenerCount).toBe(0);
  expect(last(FakeLoader.made).calls).toEqual([`load ${SECOND}`]);
});

test('following the same instance once more changes nothing', () => {
  const hls = new FakeHls();
  player.follow(hls);
  const { listenerCount } = hls;
  player.follow(hls);
  expect(hls.listenerCount).toBe(listenerCount);
});

test('the playhead is that of the instance that plays', () => {
  const [first, second] = [new FakeHls(), new FakeHls()];
  for (const hls of [first, second]) hls.media = document.createElement('video');
  player.follow(first);
  player.follow(second);
  first.media!.dispatchEvent(new Event('timeupdate'));
  expect(engine.reports).toEqual([]);
  second.media!.dispatchEvent(new Event('timeupdate'));
  expect(engine.reports).toHaveLength(1);
});

test('after the end of the session nobody is followed', () => {
  const [first, second] = [new FakeHls(), new FakeHls()];
  player.follow(first);
  engine.handle.destroy();
  player.follow(second);
  expect([first.listenerCount, second.listenerCount]).toEqual([0, 0]);
  expect(second.config).toEqual({ loader: FakeLoader });
});

// MediaElement gives hls.js its source twice in one turn.
test('a source that is asked for twice before anything has come is opened once', () => {
  const hls = new FakeHls();
  player.follow(hls);
  hls.loadSource(FIRST);
  hls.loadSource(FIRST);
  expect(engine.calls).toEqual([`openSource ${FIRST}`]);
  answer(last(FakeLoader.made), TEXT);
  hls.loadSource(FIRST);
  expect(engine.calls).toEqual([`openSource ${FIRST}`, `addManifest ${FIRST}`, `openSource ${FIRST}`]);
});

describe('with loaders in the config that instances are made of', () => {
  test('what they have heard is not asked for once more', () => {
    const config = {};
    const inConfig: HlsPlayer = new HlsPlayer(
      engine,
      installLoaders(config, () => inConfig.session),
    );
    const hls = new FakeHls(config);
    hls.loadSource(FIRST);
    answer(last(FakeLoader.made), TEXT);
    inConfig.follow(hls);
    hls.levels = [{}];
    expect(engine.calls).toEqual([`openSource ${FIRST}`, `addManifest ${FIRST}`]);
    expect(FakeLoader.made).toHaveLength(1);
  });

  test('an instance without a session loads by itself', () => {
    const mine = new FakeHls();
    const config = {};
    installLoaders(config, (asking) => (asking === mine.config ? player.session : undefined));
    Object.assign(mine.config, config);
    const other = new FakeHls(config);
    askSegment(other);
    expect(engine.questions).toEqual([]);
    expect(last(FakeLoader.made).calls).toEqual([`load ${CONTEXT.url}`]);
    other.loadSource(FIRST);
    expect(engine.calls).toEqual([]);
    askSegment(mine);
    expect(engine.questions).toHaveLength(1);
  });
});
