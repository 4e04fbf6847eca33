import videojs from 'video.js';
import { P2PError } from '../../../engine/src/base/p2p-error';
import { SegmentXhr } from '../segment-xhr';
import { delivered, FakeConnection } from '../../test/fake-connection';
import { FakeNativeXhr, lastNative, nativeRequests } from './fake-native-xhr';

const URL_OF_SEGMENT = 'https://cdn.test/live/s0.ts';

interface XhrAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
type XhrCallback = (error: (Error & { code?: string }) | null, answer: XhrAnswer, body: unknown) => void;
/** The real `videojs.xhr`, which drives SegmentXhr as VHS makes it. */
const videojsXhr = videojs.xhr as unknown as (options: object, callback: XhrCallback) => SegmentXhr;

let engine: FakeConnection;
let bufferAhead: number;
let events: string[];
let callback: jest.MockedFunction<XhrCallback>;

beforeEach(() => {
  nativeRequests.length = 0;
  engine = new FakeConnection();
  bufferAhead = 20;
  events = [];
  callback = jest.fn();
});

function createXhr(): SegmentXhr {
  const xhr = new SegmentXhr({
    request: (request, listener) => engine.request(request, listener),
    bufferAheadSeconds: () => bufferAhead,
    createNativeRequest: () => new FakeNativeXhr() as unknown as XMLHttpRequest,
  });
  for (const type of ['loadstart', 'readystatechange', 'progress', 'load', 'error', 'timeout', 'abort', 'loadend']) {
    xhr.addEventListener(type, () => events.push(type === 'readystatechange' ? `state ${xhr.readyState}` : type));
  }
  return xhr;
}

/** Sends a segment request as VHS does. */
function send(options: object = {}, xhr = createXhr()): SegmentXhr {
  const request = videojsXhr(
    { uri: URL_OF_SEGMENT, responseType: 'arraybuffer', xhr, timeout: 0, ...options },
    callback,
  );
  request.requestTime = Date.now();
  return request;
}

const answerOf = (): XhrAnswer => callback.mock.calls[0]![1];
const noSegment = P2PError.httpFailed(URL_OF_SEGMENT, 'status 404', 404);

describe('SegmentXhr asks the engine', () => {
  test('with URL, headers, range and credentials as they are in the end', () => {
    send({ headers: { Range: 'bytes=100-199', Authorization: 'token' }, withCredentials: true });
    expect(engine.question).toMatchObject({
      url: URL_OF_SEGMENT,
      byteRange: { start: 100, end: 200 },
      headers: { Authorization: 'token' },
      withCredentials: true,
    });
    expect(nativeRequests).toEqual([]);
  });

  test('with the absolute URL of a relative one, and without a range where there is none', () => {
    send({ uri: 's0.ts' });
    expect(engine.question.url).toBe('http://localhost/s0.ts');
    expect(engine.question).not.toHaveProperty('byteRange');
    expect(engine.question.withCredentials).toBe(false);
  });

  test('and answers a whole segment with 200', () => {
    send();
    const segment = delivered(1000);
    engine.question.listener.onSuccess(segment);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(callback.mock.calls[0]![0]).toBeNull();
    expect(answerOf()).toMatchObject({ statusCode: 200, headers: { 'content-length': '1000' } });
    expect(answerOf().body).toBe(segment.bytes);
  });

  test('and answers a range with 206', () => {
    const xhr = send({ headers: { range: 'bytes=100-199' } });
    engine.question.listener.onSuccess(delivered(100));
    expect(answerOf()).toMatchObject({ statusCode: 206, headers: { 'content-range': 'bytes 100-199/*' } });
    expect(xhr.getResponseHeader('Content-Range')).toBe('bytes 100-199/*');
    expect(xhr.getResponseHeader('content-type')).toBeNull();
    expect(xhr.responseURL).toBe(URL_OF_SEGMENT);
  });

  test('with the events of an XMLHttpRequest in their order', () => {
    const xhr = send();
    engine.question.listener.onSuccess(delivered(10));
    expect(events).toEqual(['state 1', 'loadstart', 'state 2', 'state 3', 'progress', 'state 4', 'load', 'loadend']);
    expect(xhr.readyState).toBe(4);
  });

  test('and gives the bytes when they are complete only', () => {
    const xhr = send();
    const seen: unknown[] = [];
    xhr.addEventListener('readystatechange', () => seen.push(xhr.response !== null));
    engine.question.listener.onSuccess(delivered(10));
    expect(seen).toEqual([false, false, true]);
    expect(xhr.responseText).toBe('');
  });

  // VHS reads the request that videojs.xhr is still to return, and would find nothing.
  test('and never answers within send(), even if the engine does', async () => {
    engine.request = (_request, listener) => {
      listener.onSuccess(delivered(10));
      return () => undefined;
    };
    send();
    expect(callback).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('and answers once, whatever the engine says after', () => {
    send();
    const { listener } = engine.question;
    listener.onSuccess(delivered(10));
    listener.onSuccess(delivered(10));
    listener.onError(noSegment);
    listener.onProgress(5, 10);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(events.filter((event) => event === 'loadend')).toHaveLength(1);
    expect(nativeRequests).toEqual([]);
  });
});

describe('the bandwidth that VHS keeps', () => {
  test('is the rate of the network, set before VHS looks', () => {
    const xhr = send();
    let seen: number | undefined;
    xhr.addEventListener('load', () => (seen = xhr.bandwidth));
    engine.question.listener.onSuccess(delivered(10, 3_000_000));
    expect(seen).toBe(3_000_000);
  });

  test.each([0, -1, Infinity, NaN])('is left to VHS when the engine knows no better than %d', (rate) => {
    const xhr = send();
    engine.question.listener.onSuccess(delivered(10, rate));
    expect(callback).toHaveBeenCalledTimes(1);
    expect(xhr.bandwidth).toBeUndefined();
  });
});

describe('the progress that VHS hears', () => {
  test('is none while the buffer is comfortable', () => {
    send();
    engine.question.listener.onProgress(500, 1000);
    expect(events).not.toContain('progress');
  });

  test('shows its rate through requestTime, for the time of the event only', () => {
    bufferAhead = 1;
    const xhr = send();
    const madeAt = xhr.requestTime!;
    const shown: number[] = [];
    xhr.addEventListener('progress', () => shown.push(xhr.requestTime! - madeAt));
    const clock = jest.spyOn(Date, 'now');
    clock.mockReturnValue(madeAt + 5000);
    engine.question.listener.onProgress(1000, 4000);
    clock.mockReturnValue(madeAt + 6000);
    engine.question.listener.onProgress(2000, 4000);
    clock.mockRestore();
    // 1000 bytes in the last second: as if the 2000 had taken two.
    expect(shown).toEqual([5000, 4000]);
    expect(xhr.requestTime).toBe(madeAt);
  });

  test('is not told at the end as well: VHS could abort what is complete', () => {
    bufferAhead = 1;
    send();
    engine.question.listener.onProgress(500, 1000);
    engine.question.listener.onSuccess(delivered(1000));
    expect(events.filter((event) => event === 'progress')).toHaveLength(1);
  });
});

describe('SegmentXhr becomes the real request', () => {
  const details = { headers: { Range: 'bytes=0-9', Authorization: 'token' }, withCredentials: true };

  test('at once when the engine does not take it', () => {
    engine.takesRequests = false;
    const xhr = createXhr();
    xhr.timeout = 6000;
    xhr.overrideMimeType('text/plain');
    send(details, xhr);
    expect(lastNative()).toMatchObject({
      address: URL_OF_SEGMENT,
      requestHeaders: details.headers,
      withCredentials: true,
      responseType: 'arraybuffer',
      timeout: 6000,
      mimeType: 'text/plain',
    });
    const bytes = new ArrayBuffer(10);
    lastNative().answer(206, bytes, 'https://other.test/s0.ts');
    expect(answerOf()).toMatchObject({ statusCode: 206, headers: { 'content-type': 'video/mp2t' } });
    expect(answerOf().body).toBe(bytes);
    expect(xhr).toMatchObject({ readyState: 4, statusText: '', responseURL: 'https://other.test/s0.ts' });
    expect(xhr.getResponseHeader('content-type')).toBe('video/mp2t');
    expect(events).toEqual(['state 1', 'loadstart', 'state 2', 'progress', 'state 4', 'load', 'loadend']);
  });

  test('when the engine fails to find it, with a new start for the rate', () => {
    const xhr = send();
    xhr.requestTime = 0;
    engine.question.listener.onError(noSegment);
    expect(xhr.requestTime).toBeGreaterThan(0);
    lastNative().answer(200, new ArrayBuffer(10));
    expect(answerOf().statusCode).toBe(200);
    expect(xhr.bandwidth).toBeUndefined();
  });

  test('when the engine throws', () => {
    engine.request = () => {
      throw new Error('a defect');
    };
    send();
    expect(nativeRequests).toHaveLength(1);
  });

  test.each(['bytes=0-9,20-29', 'bytes=-500', 'pages=1'])('when the range is %s', (range) => {
    send({ headers: { Range: range } });
    expect(engine.questions).toEqual([]);
    expect(lastNative().requestHeaders).toEqual({ Range: range });
  });

  test('when the session ends, once, and tells the engine', () => {
    const xhr = send();
    xhr.leaveEngine();
    xhr.leaveEngine();
    expect(engine.question.isCancelled).toBe(true);
    engine.question.listener.onSuccess(delivered(10));
    expect(nativeRequests).toHaveLength(1);
    expect(callback).not.toHaveBeenCalled();
  });

  test('and passes its status on, so that VHS judges it', () => {
    engine.takesRequests = false;
    send();
    lastNative().answer(404, 'not found');
    expect(answerOf().statusCode).toBe(404);
  });

  test('and passes its error on', () => {
    engine.takesRequests = false;
    send();
    lastNative().fail();
    expect(callback.mock.calls[0]![0]).toBeInstanceOf(Error);
    expect(events.slice(-2)).toEqual(['error', 'loadend']);
  });

  // VHS steps down at a timeout, and shuns the rendition at an error; it tells them by this mark.
  test('and passes its timeout on as one', () => {
    engine.takesRequests = false;
    const xhr = send();
    let seen: boolean | undefined;
    callback.mockImplementation(() => (seen = xhr.timedout));
    lastNative().expire();
    expect(seen).toBe(true);
  });
});

describe('SegmentXhr.abort', () => {
  test('cancels in the engine, and nothing comes after', () => {
    const xhr = send();
    events = [];
    xhr.abort();
    expect(engine.question.isCancelled).toBe(true);
    expect(events).toEqual(['state 4', 'abort', 'loadend']);
    expect(xhr).toMatchObject({ readyState: 0, status: 0, response: null });
    engine.question.listener.onSuccess(delivered(10));
    engine.question.listener.onError(noSegment);
    expect(callback).not.toHaveBeenCalled();
    expect(nativeRequests).toEqual([]);
  });

  test('aborts the real request', () => {
    engine.takesRequests = false;
    const xhr = send();
    events = [];
    xhr.abort();
    expect(lastNative().isAborted).toBe(true);
    expect(events).toEqual(['state 4', 'abort', 'loadend']);
    expect(xhr.readyState).toBe(0);
  });

  test('says nothing after the end', () => {
    const xhr = send();
    engine.question.listener.onSuccess(delivered(10));
    events = [];
    xhr.abort();
    expect(events).toEqual([]);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('works from within an event', () => {
    const xhr = send();
    xhr.addEventListener('readystatechange', () => xhr.readyState === 2 && xhr.abort());
    engine.question.listener.onSuccess(delivered(10));
    expect(events.slice(-3)).toEqual(['state 4', 'abort', 'loadend']);
    expect(callback).not.toHaveBeenCalled();
  });

  test('before send() asks nobody', () => {
    const xhr = createXhr();
    xhr.abort();
    xhr.open('GET', URL_OF_SEGMENT);
    xhr.addEventListener('loadstart', () => xhr.abort());
    xhr.send();
    expect(engine.questions).toEqual([]);
    expect(nativeRequests).toEqual([]);
  });
});

describe('SegmentXhr used again', () => {
  test('asks the engine anew, and the first attempt is silent', () => {
    const xhr = send();
    const first = engine.question;
    send({}, xhr);
    expect(first.isCancelled).toBe(true);
    first.listener.onSuccess(delivered(5));
    expect(callback).not.toHaveBeenCalled();
    engine.question.listener.onSuccess(delivered(10));
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test('drops a real request that was running', () => {
    engine.takesRequests = false;
    const xhr = send();
    engine.takesRequests = true;
    events = [];
    send({}, xhr);
    expect(nativeRequests[0]!.isAborted).toBe(true);
    expect(events).toEqual(['state 1', 'loadstart']);
  });

  test('cannot be sent twice', () => {
    const xhr = send();
    expect(() => xhr.send()).toThrow('not open');
  });
});
