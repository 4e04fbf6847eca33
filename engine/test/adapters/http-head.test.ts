import { readHead } from '../../src/adapters/shared/http-head';

const request = { url: 'http://cdn/segment.ts', headers: {}, withCredentials: false };
const range = { start: 100, end: 200 };
const head = (status: number, headers: Record<string, string> = {}, type = 'basic') => ({
  status,
  type,
  headers: new Headers(headers),
});

describe('readHead', () => {
  test('takes the size of a 200 from Content-Length', () => {
    expect(readHead(head(200, { 'Content-Length': '42' }), request)).toEqual({
      status: 200,
      bodyStart: 0,
      bodyBytes: 42,
    });
  });

  test('knows no size when Content-Length is missing or is no number', () => {
    for (const headers of [{}, { 'Content-Length': 'many' }, { 'Content-Length': '-1' }] as Record<string, string>[]) {
      expect(readHead(head(200, headers), request)).toEqual({ status: 200, bodyStart: 0, bodyBytes: undefined });
    }
  });

  test('does not take the compressed size for the size', () => {
    const compressed = head(200, { 'Content-Length': '42', 'Content-Encoding': 'br' });
    expect(readHead(compressed, request)).toMatchObject({ bodyBytes: undefined });
    const plain = head(200, { 'Content-Length': '42', 'Content-Encoding': 'identity' });
    expect(readHead(plain, request)).toMatchObject({ bodyBytes: 42 });
  });

  test('takes start and size of a 206 from Content-Range, also when the total is not known', () => {
    for (const total of ['1000', '*']) {
      const response = head(206, { 'Content-Range': `bytes 100-149/${total}` });
      expect(readHead(response, { ...request, range })).toEqual({ status: 206, bodyStart: 100, bodyBytes: 50 });
    }
  });

  test('believes a 206 of another origin whose Content-Range is hidden', () => {
    const response = head(206, { 'Content-Length': '100' }, 'cors');
    expect(readHead(response, { ...request, range })).toEqual({ status: 206, bodyStart: 100, bodyBytes: 100 });
  });

  test.each<[string, Record<string, string>, string]>([
    ['without Content-Range', {}, 'basic'],
    ['for another start', { 'Content-Range': 'bytes 0-99/1000' }, 'cors'],
    ['with an end before its start', { 'Content-Range': 'bytes 100-99/1000' }, 'basic'],
    ['in another unit', { 'Content-Range': 'items 100-199/1000' }, 'basic'],
    ['in several parts', { 'Content-Type': 'multipart/byteranges; boundary=x' }, 'cors'],
    ['compressed', { 'Content-Range': 'bytes 100-199/1000', 'Content-Encoding': 'gzip' }, 'basic'],
  ])('refuses a 206 %s', (_what, headers, type) => {
    const failure = readHead(head(206, headers, type), { ...request, range });
    expect(failure).toMatchObject({ reason: 'range-mismatch', status: 206 });
  });

  test('refuses a 206 that nobody asked for', () => {
    const response = head(206, { 'Content-Range': 'bytes 0-99/1000' });
    expect(readHead(response, request)).toMatchObject({ reason: 'range-mismatch' });
  });

  test.each([204, 304, 404, 416, 500])('refuses status %d', (status) => {
    expect(readHead(head(status), request)).toMatchObject({ reason: 'status', status });
  });
});
