import { SegmentXhr } from '../segment-xhr';
import { installHooks } from '../vhs-hooks';
import type { RequestHook, ResponseHook, VhsRequestOptions, VhsXhr } from '../vhs-types';
import { last } from '../../test/fake-connection';
import { lastNative, nativeRequests } from './fake-native-xhr';
import { createPlayingPlayer, page, SEGMENT, setUpPage, SOURCE_URL, type TestPlayer, vhsOf } from './vhs-page';

// The request function under test is VHS's own, as its real source handler made it.
let player: TestPlayer;
let xhr: VhsXhr;
let taken: { options: VhsRequestOptions; requestedUri: string | undefined }[];
let seen: jest.MockedFunction<ResponseHook>;
let pagesHooks: [register: 'Request' | 'Response', hook: RequestHook | ResponseHook][];

beforeAll(setUpPage);

beforeEach(async () => {
  player = await createPlayingPlayer();
  ({ xhr } = vhsOf(player));
  expect(lastNative().address).toBe(SOURCE_URL);
  nativeRequests.length = 0;
  taken = [];
  seen = jest.fn();
  pagesHooks = [];
});

afterEach(() => {
  player.dispose();
  for (const [kind, hook] of pagesHooks) page.Vhs.xhr[`off${kind}`](hook as RequestHook & ResponseHook);
  expect(page.Vhs.xhr._requestCallbackSet).toBeUndefined();
  expect(page.Vhs.xhr._responseCallbackSet).toBeUndefined();
});

const install = (): (() => void) =>
  installHooks(xhr, () => page.Vhs.xhr, {
    takeRequest: (options, requestedUri) => {
      taken.push({ options, requestedUri });
      return options;
    },
    seeResponse: seen,
  });

const request = (callback: (error: unknown) => void = jest.fn()): { abort(): void } => xhr(SEGMENT, callback);

/** Hooks of the page, for all players. */
function onPageRequest(hook: RequestHook): void {
  pagesHooks.push(['Request', hook]);
  page.Vhs.xhr.onRequest(hook);
}

function onPageResponse(hook: ResponseHook): void {
  pagesHooks.push(['Response', hook]);
  page.Vhs.xhr.onResponse(hook);
}

const appending =
  (mark: string): RequestHook =>
  (options) => ({ ...options, uri: `${options.uri}${mark}` });
const forgetful: RequestHook = () => undefined;

describe('request hooks', () => {
  test("the page's hooks run first, those added before and those added after", () => {
    xhr.onRequest(appending('?1'));
    install();
    xhr.onRequest(appending('&2'));
    xhr.onRequest(appending('&3'));
    request();
    request();
    expect(taken.map(({ options }) => options.uri)).toEqual([`${SEGMENT.uri}?1&2&3`, `${SEGMENT.uri}?1&2&3`]);
    expect(taken[0]!.requestedUri).toBe(SEGMENT.uri);
    expect(lastNative().address).toBe(`${SEGMENT.uri}?1&2&3`);
  });

  test('so does one that a hook adds', () => {
    install();
    xhr.onRequest((options) => {
      xhr.onRequest(addedLate);
      return options;
    });
    const addedLate = appending('?late');
    request();
    expect(taken.map(({ options }) => options.uri)).toEqual([`${SEGMENT.uri}?late`]);
  });

  test('headers and credentials arrive as the page sets them', () => {
    install();
    xhr.onRequest((options) => ({ ...options, headers: { Authorization: 'token' }, withCredentials: true }));
    request();
    expect(taken[0]!.options).toMatchObject({ headers: { Authorization: 'token' }, withCredentials: true });
  });

  // VHS runs the page's hooks for players without hooks of their own only; ours must not be what silences them.
  test('the hooks for all players go on running, in order', () => {
    onPageRequest(appending('?a'));
    install();
    onPageRequest(appending('&b'));
    request();
    expect(taken[0]!.options.uri).toBe(`${SEGMENT.uri}?a&b`);
  });

  test('hooks of the player go on silencing those for all players', () => {
    onPageRequest(appending('?page'));
    xhr.onRequest(appending('?player'));
    install();
    request();
    expect(taken[0]!.options.uri).toBe(`${SEGMENT.uri}?player`);
  });

  test('the deprecated beforeRequest comes after the hooks for all players and before ours', () => {
    onPageRequest(appending('?a'));
    install();
    Object.assign(xhr, { beforeRequest: appending('&before') });
    request();
    expect(taken.map(({ options }) => options.uri)).toEqual([`${SEGMENT.uri}?a&before`]);
  });

  test.each([
    ['of the player', (hook: RequestHook) => xhr.onRequest(hook)],
    ['for all players', onPageRequest],
  ])('a hook %s that returns nothing is forgiven', (_case, register) => {
    install();
    register(forgetful);
    request();
    expect(taken[0]!.options).toMatchObject({ uri: SEGMENT.uri, requestType: 'segment' });
    expect(lastNative().address).toBe(SEGMENT.uri);
  });

  test('hooks for all players go on after one that returns nothing', () => {
    install();
    onPageRequest(forgetful);
    onPageRequest(appending('?a'));
    request();
    expect(taken[0]!.options.uri).toBe(`${SEGMENT.uri}?a`);
  });

  test('another hook that wants to be last does not end in a fight', () => {
    install();
    const rival: RequestHook = (options) => {
      const hooks = xhr._requestCallbackSet!;
      if (last([...hooks]) !== rival && hooks.delete(rival)) hooks.add(rival);
      return options;
    };
    xhr.onRequest(rival);
    request();
    expect(taken).toHaveLength(1);
  });

  test('an xhr given by ours is what VHS uses', () => {
    let made: SegmentXhr | undefined;
    installHooks(xhr, () => page.Vhs.xhr, {
      takeRequest: (options) => {
        made = new SegmentXhr({
          request: () => () => undefined,
          bufferAheadSeconds: () => 0,
          createNativeRequest: () => new XMLHttpRequest(),
        });
        return { ...options, xhr: made };
      },
      seeResponse: seen,
    });
    expect(request()).toBe(made);
    expect(nativeRequests).toEqual([]);
  });
});

describe('response hooks', () => {
  test('ours sees every answer before VHS', () => {
    const callback = jest.fn();
    seen.mockImplementation(() => expect(callback).not.toHaveBeenCalled());
    install();
    request(callback);
    lastNative().answer(200, new ArrayBuffer(10));
    expect(seen).toHaveBeenCalledTimes(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('the hooks for all players go on running', () => {
    const hook = jest.fn();
    onPageResponse(hook);
    install();
    request();
    lastNative().answer(200, new ArrayBuffer(10));
    expect(hook).toHaveBeenCalledTimes(1);
  });

  test('hooks of the player go on silencing those for all players', () => {
    const ofPage = jest.fn();
    const ofPlayer = jest.fn();
    onPageResponse(ofPage);
    install();
    xhr.onResponse(ofPlayer);
    request();
    lastNative().answer(200, new ArrayBuffer(10));
    expect(ofPlayer).toHaveBeenCalledTimes(1);
    expect(ofPage).not.toHaveBeenCalled();
  });

  // VHS takes the set of response hooks when it makes the request.
  test('a request under way at the removal still reaches the hooks for all players', () => {
    const hook = jest.fn();
    onPageResponse(hook);
    const remove = install();
    request();
    remove();
    lastNative().answer(200, new ArrayBuffer(10));
    expect(hook).toHaveBeenCalledTimes(1);
    expect(seen).not.toHaveBeenCalled();
  });
});

describe('removal', () => {
  test('leaves no set where there was none', () => {
    install()();
    expect(xhr._requestCallbackSet).toBeUndefined();
    expect(xhr._responseCallbackSet).toBeUndefined();
  });

  test("leaves the page's hooks in their order", () => {
    const [first, second] = [appending('?1'), appending('&2')];
    xhr.onRequest(first);
    const remove = install();
    xhr.onRequest(second);
    request();
    remove();
    expect([...xhr._requestCallbackSet!]).toEqual([first, second]);
    request();
    expect(taken).toHaveLength(1);
    expect(lastNative().address).toBe(`${SEGMENT.uri}?1&2`);
  });
});
