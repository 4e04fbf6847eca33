import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { readCommand } from '../command-line';
import { startDemo, type Demo } from '../demo';
import { PLAYERS } from '../players';
import { findRepositoryRoot } from '../repository-root';
import { ask } from './http-client';

const rootDir = findRepositoryRoot(__dirname);

describe('startDemo', () => {
  const calls: string[] = [];
  const tracker = {
    attach: (server: Server, { path }: { path: string }) => calls.push(`attach ${path} ${String(server.listening)}`),
    close: () => {
      calls.push('close');
      return Promise.resolve();
    },
  };
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ rootDir, port: 0, tracker });
  });

  afterAll(() => demo.close());

  test('says where it is', () => {
    expect(demo.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(calls[0]).toBe('attach /tracker true');
  });

  test.each([
    '/',
    '/?a=1',
    '/shared/style.css',
    '/shared/panel.js',
    '/players.json',
    '/vod-ts/master.m3u8',
    '/live/master.m3u8',
    '/live-ll/master.m3u8',
    '/live-dash/manifest.mpd',
    '/live-dash/144p/init.mp4',
  ])('%s is served', async (path) => {
    const reply = await ask(demo.url, path);
    expect(reply.status).toBe(200);
    expect(reply.body.length).toBeGreaterThan(0);
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  test.each(PLAYERS)('the page of $title and its libraries are served', async ({ id, libraries }) => {
    for (const path of [`/${id}/`, ...libraries.map((name) => `/libraries/${name}`)])
      expect([path, (await ask(demo.url, path)).status]).toEqual([path, 200]);
  });

  test('a page without its slash leads to the one with it, query kept', async () => {
    const reply = await ask(demo.url, '/videojs?stream=live');
    expect([reply.status, reply.headers.location]).toEqual([308, '/videojs/?stream=live']);
  });

  test.each([
    '/nothing',
    '/server/main.ts',
    '/server/',
    '/tsconfig.json',
    '/package.json',
    '/README.md',
    '/videojs/none.html',
    '/shared/',
    '/dist/',
    '/dist/videojs.js',
    '/dist/global/none.js',
    '/dist/global/deeper/none.js',
    '/libraries/video.js/package.json',
    '/libraries/ws/index.js',
    '/libraries/../package.json',
    '/shared/../../package.json',
    '/shared/%2e%2e/%2e%2e/package.json',
    '/shared/..%2f..%2fpackage.json',
    '/shared/..\\..\\package.json',
    '//shared/style.css',
    '/.git/config',
    '/tracker',
  ])('%s is not found', async (path) => {
    expect((await ask(demo.url, path)).status).toBe(404);
  });

  test('only reading is allowed', async () => {
    expect((await ask(demo.url, '/', { method: 'POST' })).status).toBe(405);
    expect((await ask(demo.url, '/', { method: 'HEAD' })).status).toBe(200);
  });

  test('a taken port is an error with its code', async () => {
    const port = Number(new URL(demo.url).port);
    await expect(startDemo({ rootDir, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closing frees the port, closes the tracker, and may be repeated', async () => {
    const own = await startDemo({ rootDir, port: 0, tracker });
    const port = Number(new URL(own.url).port);
    await Promise.all([own.close(), own.close()]);
    await own.close();
    expect(calls.filter((call) => call === 'close')).toHaveLength(1);
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => next.close(resolve));
  });
});

describe('readCommand', () => {
  const listen = (port: number, host = '127.0.0.1') => ({ kind: 'listen', host, port });

  test.each([
    [[], {}, listen(8080)],
    [[], { PORT: '9000' }, listen(9000)],
    [[], { PORT: '' }, listen(8080)],
    [['--port', '9001'], { PORT: '9000' }, listen(9001)],
    [['--port=0', '--host', '0.0.0.0'], {}, listen(0, '0.0.0.0')],
    [['--help'], {}, { kind: 'help' }],
  ])('%j with %j', (args, env, expected) => {
    expect(readCommand(args, env)).toEqual(expected);
  });

  test.each([['--port', 'x'], ['--port', '65536'], ['--port', '-1'], ['--unknown'], ['stray']])(
    'refuses %s %s',
    (...args) => {
      expect(() => readCommand(args.filter(Boolean), {})).toThrow();
    },
  );
});

describe('findRepositoryRoot', () => {
  test('finds the repository from within, past packages of other names', () => {
    expect(findRepositoryRoot(join(rootDir, 'tracker', 'src'))).toBe(rootDir);
  });

  test('says so when there is none', () => {
    expect(() => findRepositoryRoot('/')).toThrow('no folder of p2p-media-loader');
  });
});
