// @ts-check
// Makes the sample streams of e2e/fixtures/ from nothing but ffmpeg's own test picture and a tone.
// Every segment shows its number on a colour of its own and sounds a step higher than the one before, so that a person
// sees and a test proves which segment was played. The files are committed; run this only to change them.

import { readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexOneFile, writePresentation } from '../e2e/fixtures/recipe/dash.mjs';
import { joinChunks } from '../e2e/fixtures/recipe/chunks.mjs';
import { encrypt, joinToOneFile, sum, writeMediaPlaylist, writeMultivariant } from '../e2e/fixtures/recipe/hls.mjs';
import {
  CHUNK_SECONDS,
  RENDITIONS,
  SEGMENT_SECONDS,
  cleanUp,
  cut,
  encodeAudio,
  encodeVideo,
  run,
} from '../e2e/fixtures/recipe/tracks.mjs';

/** @typedef {import('../e2e/fixtures/recipe/tracks.mjs').Track} Track */
/** @typedef {import('../e2e/fixtures/recipe/tracks.mjs').Rendition} Rendition */

/** Whom it stops: a change that would bloat every clone of the repository. */
const MAX_TOTAL_BYTES = 6_000_000;
const OUTPUT = join(dirname(fileURLToPath(import.meta.url)), '..', 'e2e', 'fixtures');
/** Length, and the frequency that the tone starts at: no two streams have the same sound. */
const STREAMS = {
  'vod-ts': { seconds: 60, hertz: 220 },
  'vod-fmp4': { seconds: 24, hertz: 223 },
  'vod-aes': { seconds: 16, hertz: 226 },
  'vod-byterange': { seconds: 20, hertz: 229 },
  'vod-chunks': { seconds: 16, hertz: 238 },
  'dash-template': { seconds: 16, hertz: 232 },
  'dash-base': { seconds: 16, hertz: 235 },
};

const HELP = `Usage: node scripts/make-fixtures.mjs [--help]

Regenerates e2e/fixtures/ with ffmpeg (libx264, aac) and checks every stream with ffprobe and a full decode:
  vod-ts         HLS, MPEG-TS, three renditions, 60 s (the live sample loops these segments)
  vod-fmp4       HLS, fragmented MP4, two renditions and a separate audio rendition, 24 s
  vod-aes        HLS, MPEG-TS encrypted with AES-128, two keys (IV from the sequence, then an explicit IV), 16 s
  vod-byterange  HLS, MPEG-TS in one file addressed by byte ranges, 20 s
  vod-chunks     HLS, fragmented MP4, each segment of five chunks (the low-latency sample loops them), 16 s
  dash-template  DASH, SegmentTemplate by number, 16 s
  dash-base      DASH, SegmentBase (one file per track with an index box), 16 s
The same ffmpeg build gives the same bytes again.`;

/** @param {keyof typeof STREAMS} stream @param {Rendition[]} renditions @param {(folder: string, track: Track) => void} write */
function makeTransportStream(stream, renditions, write) {
  const { seconds, hertz } = STREAMS[stream];
  const audio = encodeAudio(stream, seconds, hertz);
  const variants = renditions.map((rendition) => {
    const folder = join(OUTPUT, stream, rendition.name);
    const track = cut([encodeVideo(stream, rendition, seconds), audio], folder, 'ts');
    write(folder, track);
    return { rendition, track };
  });
  writeMultivariant(join(OUTPUT, stream), variants);
}

/** @param {'vod-fmp4' | 'vod-chunks'} stream @param {Rendition[]} renditions @param {Cut} [cutTrack] */
function makeFragmented(stream, renditions, cutTrack) {
  const header = ['#EXT-X-MAP:URI="init.mp4"'];
  const { variants, audio } = cutFragmented(stream, renditions, cutTrack);
  const folder = join(OUTPUT, stream);
  for (const { rendition, track } of variants)
    writeMediaPlaylist(join(folder, rendition.name, 'index.m3u8'), track, { version: 7, header });
  writeMediaPlaylist(join(folder, 'audio', 'index.m3u8'), audio, { version: 7, header });
  writeMultivariant(folder, variants, audio);
}

/** @typedef {(input: string, folder: string) => Track} Cut */

/** @type {Cut} */
const cutSegments = (input, folder) => cut([input], folder, 'mp4');
/** @type {Cut} */
const cutChunks = (input, folder) =>
  joinChunks(folder, cut([input], folder, 'mp4', CHUNK_SECONDS), SEGMENT_SECONDS / CHUNK_SECONDS);

/** @param {keyof typeof STREAMS} stream @param {Rendition[]} renditions @param {Cut} [cutTrack] */
function cutFragmented(stream, renditions, cutTrack = cutSegments) {
  const { seconds, hertz } = STREAMS[stream];
  const audio = cutTrack(encodeAudio(stream, seconds, hertz), join(OUTPUT, stream, 'audio'));
  const variants = renditions.map((rendition) => ({
    rendition,
    track: cutTrack(encodeVideo(stream, rendition, seconds), join(OUTPUT, stream, rendition.name)),
  }));
  return { variants, audio };
}

/** @param {'dash-template' | 'dash-base'} stream @param {(name: string) => string[]} addressing */
function makeDash(stream, addressing) {
  const tracks = cutFragmented(stream, [RENDITIONS['90p'], RENDITIONS['144p']]);
  writePresentation(join(OUTPUT, stream), tracks, STREAMS[stream].seconds, addressing);
}

/** Checks a stream from its manifest as a player would: right length, no decoding error. @param {string} manifest @param {number} seconds */
function verify(manifest, seconds) {
  const path = join(OUTPUT, manifest);
  const open = manifest.endsWith('.m3u8') ? ['-allowed_extensions', 'ALL'] : [];
  const probe = ['-v', 'error', ...open, '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  const found = Number(run('ffprobe', probe).trim());
  if (!(Math.abs(found - seconds) < 0.2)) throw new Error(`${manifest} lasts ${found} s instead of ${seconds} s`);
  // ffmpeg's DASH reader asks for one numbered segment past the end and fails there: its tracks are decoded file by file.
  for (const input of manifest.startsWith('dash-template/') ? numberedTracks(dirname(path)) : [path]) {
    const complaints = run('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      ...open,
      '-i',
      input,
      '-map',
      '0',
      '-f',
      'null',
      '-',
    ]).trim();
    if (complaints) throw new Error(`${manifest} does not decode cleanly:\n${complaints}`);
  }
  console.log(`  ${manifest}: ${found.toFixed(2)} s, decodes cleanly`);
}

/** @param {string} folder */
function numberedTracks(folder) {
  const tracks = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return tracks.map(({ name }) => {
    const pieces = readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.m4s'))
      .sort();
    return `concat:${['init.mp4', ...pieces].map((file) => join(folder, name, file)).join('|')}`;
  });
}

function makeAll() {
  run('ffprobe', ['-version']);
  if (!run('ffmpeg', ['-hide_banner', '-encoders']).includes('libx264')) throw new Error('this ffmpeg lacks libx264');
  for (const stream of Object.keys(STREAMS)) rmSync(join(OUTPUT, stream), { recursive: true, force: true });
  makeTransportStream('vod-ts', Object.values(RENDITIONS), (folder, track) =>
    writeMediaPlaylist(join(folder, 'index.m3u8'), track),
  );
  makeFragmented('vod-fmp4', [RENDITIONS['144p'], RENDITIONS['240p']]);
  makeFragmented('vod-chunks', [RENDITIONS['90p'], RENDITIONS['144p']], cutChunks);
  makeTransportStream('vod-aes', [RENDITIONS['144p']], encrypt);
  makeTransportStream('vod-byterange', [RENDITIONS['144p']], joinToOneFile);
  makeDash('dash-template', () => [
    `<SegmentTemplate timescale="1000" duration="${SEGMENT_SECONDS * 1000}" startNumber="0"`,
    '  initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number%03d$.m4s"/>',
  ]);
  makeDash('dash-base', (name) => indexOneFile(join(OUTPUT, 'dash-base', name), STREAMS['dash-base'].seconds));
}

function checkAll() {
  const files = readdirSync(OUTPUT, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(OUTPUT, name)));
  const bytes = sum(files.filter((file) => file.isFile()).map((file) => file.size));
  console.log(`e2e/fixtures: ${(bytes / 1e6).toFixed(2)} MB`);
  if (bytes > MAX_TOTAL_BYTES) throw new Error(`the fixtures take more than ${MAX_TOTAL_BYTES / 1e6} MB`);
  for (const rendition of Object.keys(RENDITIONS)) verify(`vod-ts/${rendition}/index.m3u8`, STREAMS['vod-ts'].seconds);
  for (const [stream, { seconds }] of Object.entries(STREAMS))
    verify(`${stream}/${stream.startsWith('dash') ? 'manifest.mpd' : 'master.m3u8'}`, seconds);
}

if (process.argv.includes('--help')) {
  console.log(HELP);
} else {
  try {
    makeAll();
    checkAll();
  } catch (error) {
    console.error(`make-fixtures: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    cleanUp();
  }
}
