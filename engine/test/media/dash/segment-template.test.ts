import fc from 'fast-check';
import { fillTemplate, SegmentTemplate } from '../../../src/media/dash/segment-template';
import { MAX_SEGMENT_URL_LENGTH } from '../../../src/media/limits';

const BASE = 'https://cdn.example/show/';
const CONSTANTS = { id: 'v1', bandwidth: '800000' };
const compile = (media: string, base = BASE) => SegmentTemplate.compile(media, base, CONSTANTS);

describe('SegmentTemplate', () => {
  test.each([
    ['$Number$.m4s', '7.m4s', { number: 7 }],
    ['$RepresentationID$/$Number%05d$.m4s?t=a', 'v1/00007.m4s?t=a', { number: 7 }],
    ['$Number%03d$.m4s', '12345.m4s', { number: 12345 }],
    ['t$Time$-$Bandwidth$.m4s', 't90000-800000.m4s', { time: 90000 }],
    ['$Bandwidth%08d$/$Time$', '00800000/0', { time: 0 }],
    ['$Number$/seg-$Number%02d$.m4s', '4/seg-04.m4s', { number: 4 }],
    ['$Number$-$Time$.m4s', '3-60.m4s', { number: 3, time: 60 }],
    ['$$$Number$$$.m4s', '$8$.m4s', { number: 8 }],
    ['a b/ü-$Number$.m4s', 'a%20b/%C3%BC-9.m4s', { number: 9 }],
    ['../x/./$Number$.m4s', '../x/9.m4s', { number: 9 }],
    ['//other.example/$Number$', 'https://other.example/5', { number: 5 }],
    ['v1$Number$0.m4s', 'v1230.m4s', { number: 23 }],
    ['?n=$Number$&x=(.*)', '?n=11&x=(.*)', { number: 11 }],
  ])('%s makes and reads %s', (media, path, numbers) => {
    const template = compile(media);
    const url = new URL(path, BASE).href;
    expect(template?.match(url)).toEqual(numbers);
    expect(template?.format(numbers)).toBe(url);
  });

  test.each([
    ['$Number$.m4s', '07.m4s'],
    ['$Number$.m4s', '-7.m4s'],
    ['$Number$.m4s', '7.m4s?x=1'],
    ['$Number$.m4s', '7.M4S'],
    ['$Number$.m4s', '.m4s'],
    ['$Number$.m4s', '7e3.m4s'],
    ['$Number$.m4s', '9007199254740993.m4s'],
    ['$Number%03d$.m4s', '07.m4s'],
    ['$Number$/$Number$.m4s', '4/5.m4s'],
    ['$Number$+.m4s', '44.m4s'],
  ])('%s does not read %s', (media, path) => {
    expect(compile(media)?.match(new URL(path, BASE).href)).toBeUndefined();
  });

  test.each(
    [
      'all.mp4',
      '$Number$$Time$.m4s',
      '$Number$0$Time$.m4s',
      '$SubNumber$-$Number$.m4s',
      '$Number%5d$.m4s',
      '$Number%0999d$.m4s',
      '$RepresentationID%02d$.m4s',
      'x.m4s#$Number$',
      'data:video/mp4,$Number$',
      '$Number$/$Number$/$Number$/$Number$',
      '$Number$-p-2-p-segment-number-or-time',
    ].map((media) => [media]),
  )('%s is not for the engine', (media) => {
    const template = compile(media);
    expect(template?.match(template.format({ number: 1 }) ?? '')).toBeUndefined();
  });

  test('MAX_SEGMENT_URL_LENGTH: the last that is taken, and one more', () => {
    const placeholder = 28;
    const media = (length: number) => `$Number$`.padEnd(length - placeholder + 8, 'x');
    expect(compile(media(MAX_SEGMENT_URL_LENGTH))).toBeDefined();
    expect(compile(media(MAX_SEGMENT_URL_LENGTH + 1))).toBeUndefined();
  });

  test('has a base that is no URL', () => {
    expect(compile('$Number$', 'x')).toBeUndefined();
    expect(compile('https://[/$Number$')).toBeUndefined();
  });

  test('reads whatever it made, and makes whatever it reads', () => {
    const literal = fc.stringMatching(/^[a-z0-9 .,()[\]*+^%-]{0,8}$/);
    const variable = fc.constantFrom('$Number$', '$Number%04d$', '$Time$', '$Time%012d$');
    const media = fc.tuple(literal, variable, literal, fc.option(variable, { nil: '' }), literal);
    fc.assert(
      fc.property(media, fc.nat(), fc.maxSafeNat(), (parts, number, time) => {
        const template = compile(parts.join(''));
        const url = template?.format({ number, time });
        if (url === undefined) return;
        const read = template?.match(url);
        expect(read && template?.format(read)).toBe(url);
        expect({ number, time }).toMatchObject(read ?? {});
      }),
    );
  });
});

describe('fillTemplate', () => {
  test('fills what is the same for all segments', () => {
    expect(fillTemplate('$RepresentationID$-$Bandwidth$-$$.mp4', CONSTANTS)).toBe('v1-800000-$.mp4');
    expect(fillTemplate('$Number$.mp4', CONSTANTS)).toBeUndefined();
  });
});
