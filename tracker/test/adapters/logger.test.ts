import {
  LineLogger,
  MAX_LINES_PER_SECOND,
  MAX_REPEATS_PER_SECOND,
  type LogFormat,
  type LogLevel,
} from '../../src/adapters/logger';

function create(level: LogLevel = 'info', format: LogFormat = 'text') {
  const lines: string[] = [];
  const clock = { now: 0 };
  const logger = new LineLogger({ level, format, write: (line) => lines.push(line), now: () => clock.now });
  return { logger, lines, clock };
}

describe('LineLogger', () => {
  test('[TRK-170] a line for people', () => {
    const { logger, lines } = create();
    logger.log('warn', 'it rains', { drops: 3, where: 'on\nus' });
    expect(lines).toEqual(['1970-01-01T00:00:00.000Z warn  it rains drops=3 where="on\\nus"\n']);
  });

  test('[TRK-170] a line of JSON', () => {
    const { logger, lines } = create('info', 'json');
    logger.log('info', 'it rains', { drops: 3 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'it rains', context: { drops: 3 } },
    ]);
  });

  test.each([
    ['error', ['error']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const)('[TRK-170] level %s', (level, expected) => {
    const { logger, lines } = create(level, 'json');
    for (const one of ['error', 'warn', 'info', 'debug'] as const) logger.log(one, one);
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });

  test('[TRK-170] level and format can change', () => {
    const { logger, lines } = create('error');
    logger.configure({ level: 'debug', format: 'json' });
    logger.log('debug', 'now');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'now' });
  });

  test('[TRK-171] a message that repeats is written a few times a second, and how many were left out is said', () => {
    const { logger, lines, clock } = create('info', 'json');
    for (let index = 0; index < 1000; index += 1) logger.log('warn', 'again', { index });
    logger.log('warn', 'another');
    expect(lines).toHaveLength(MAX_REPEATS_PER_SECOND + 1);
    clock.now = 1000;
    logger.log('warn', 'again');
    expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({
      message: 'messages were left out',
      context: { count: 995 },
    });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ message: 'again' });
    logger.flush();
    expect(lines).toHaveLength(MAX_REPEATS_PER_SECOND + 3);
  });

  test('[TRK-171] different messages are bounded together, and the end of the process says what is missing', () => {
    const { logger, lines } = create('info', 'json');
    for (let index = 0; index < 1000; index += 1) logger.log('warn', `message ${index}`);
    expect(lines).toHaveLength(MAX_LINES_PER_SECOND);
    logger.flush();
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ context: { count: 1000 - MAX_LINES_PER_SECOND } });
  });

  test('[TRK-171] a clock that is set back does not silence it', () => {
    const { logger, lines, clock } = create();
    clock.now = 1_000_000;
    for (let index = 0; index < 10; index += 1) logger.log('warn', 'again');
    clock.now = 0;
    logger.log('warn', 'again');
    expect(lines.at(-1)).toContain('again');
  });
});
