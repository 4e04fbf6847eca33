import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'simulator-'));
const program = join(directory, 'simulate.cjs');
const TINY = ['--viewers', '6', '--duration', '40', '--arrival', '5', '--frame', '64'];

beforeAll(() => {
  const entry = join(__dirname, '../cli/simulate.ts');
  const options = ['--bundle', '--platform=node', '--format=cjs', '--log-level=error', `--outfile=${program}`];
  execFileSync(join(__dirname, '../../node_modules/.bin/esbuild'), [entry, ...options]);
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function simulate(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr }),
    );
  });
}

/** The figures, without what depends on the machine. */
function figuresOf({ stdout }: Ended): object {
  const { wallSeconds, peakMemoryMebibytes, ...figures } = JSON.parse(stdout) as Record<string, unknown>;
  expect(wallSeconds).toBeGreaterThan(0);
  expect(peakMemoryMebibytes).toBeGreaterThan(0);
  return figures;
}

describe('run', () => {
  test('several processes give the same figures as one', async () => {
    const args = ['run', ...TINY, '--seeds', '3', '--compare', 'ours,none', '--json'];
    const [alone, shared] = await Promise.all([simulate(...args, '--jobs', '1'), simulate(...args, '--jobs', '2')]);
    expect(figuresOf(shared)).toEqual(figuresOf(alone));
    expect(figuresOf(alone)).toMatchObject({ policies: [{ runs: [{}, {}, {}] }, { runs: [{}, {}, {}] }] });
  });

  test('tells what HTTP was used for', async () => {
    const { stdout } = await simulate('run', ...TINY, '--why', '--jobs', '1');
    expect(stdout).toMatch(/offload {2,}\d/);
    expect(stdout).toContain('HTTP because');
    expect(stdout).toContain('no peer connected yet');
  });
});

describe('targets', () => {
  test('all of them in small, as text and for machines, and into a document', async () => {
    const [out, document] = [join(directory, 'targets.json'), join(directory, 'targets.md')];
    writeFileSync(document, 'before\n<!-- begin targets -->\nold\n<!-- end targets -->\nafter\n');
    const small = ['--quick', '--duration', '40', '--frame', '64', '--out', out, '--update', document];
    const { stdout, stderr } = await simulate('targets', ...small);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/recording, 1000 viewers: offload +at least 97.00 %/);
    expect(stdout).toContain('Audiences were cut');
    const report = JSON.parse(readFileSync(out, 'utf8')) as { results: readonly { id: string; isReached?: boolean }[] };
    expect(report.results.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['live-10', 'live-1000000', 'stalled-time', 'http-bytes', 'flash-stalls', 'vod']),
    );
    expect(report.results.every(({ isReached }) => typeof isReached === 'boolean')).toBe(true);
    const written = readFileSync(document, 'utf8');
    expect(written).toMatch(/^before\n<!-- begin targets -->\n\n\| target[\s\S]+\|\n\n<!-- end targets -->\nafter\n$/);
  });

  test('each target keeps its own audience, whatever is not said; large ones can be cut', async () => {
    const out = join(directory, 'few.json');
    const few = [
      '--only',
      'live-10',
      '--max-viewers',
      '3',
      '--seeds',
      '1',
      '--duration',
      '20',
      '--frame',
      '64',
      '--out',
      out,
    ];
    expect(await simulate('targets', ...few)).toMatchObject({ code: 0, stderr: '' });
    const { comparisons } = JSON.parse(readFileSync(out, 'utf8')) as {
      comparisons: readonly { policies: readonly { inputs: object }[] }[];
    };
    const inputs = comparisons.flatMap(({ policies }) => policies.map((policy) => policy.inputs));
    expect(inputs).toMatchObject([
      { viewers: 3, nat: 'reachable', churn: 'none', durationSeconds: 20, frameBytes: 65_536 },
    ]);
  });

  test.each([
    [['--only', 'live-11'], 'no target live-11: there are live-10,'],
    [['--viewers', '5'], '--viewers: each target has its own number'],
    [['--calibrate', '/nowhere.json'], '--calibrate /nowhere.json: ENOENT'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await simulate('targets', '--quick', ...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) as string });
  });
});

test('plots: the same numbers draw the same pictures', async () => {
  const [first, again] = [join(directory, 'plots'), join(directory, 'again')];
  const sizes = ['--sizes', '5', '--reduced', '50', '--delays', '3,4', '--seeds', '1', '--samples', '2'];
  const { code, stderr } = await simulate('plots', ...TINY, ...sizes, '--out', first);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  execFileSync('mkdir', [again]);
  copyFileSync(join(first, 'figures.json'), join(again, 'figures.json'));
  await simulate('plots', '--again', '--out', again);
  for (const name of ['offload-viewers.svg', 'offload-latency.svg', 'segment-spread.svg']) {
    const svg = readFileSync(join(first, name), 'utf8');
    expect(svg).toMatch(/^<svg [\s\S]+<\/svg>\n$/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(readFileSync(join(again, name), 'utf8')).toBe(svg);
  }
});

test('reduced: calibrated by an earlier run, it says how far off it is', async () => {
  const file = join(directory, 'full.json');
  const { stdout } = await simulate('run', ...TINY, '--json', '--jobs', '1');
  writeFileSync(file, stdout);
  const changes = TINY.filter((_, index) => index > 1);
  const reduced = await simulate('reduced', ...changes, '--calibrate', file, '--sizes', '6,500', '--samples', '3');
  expect(reduced.stderr).toBe('');
  expect(reduced.stdout).toMatch(/off by \d+\.\d\d % at most/);
  expect(reduced.stdout).toMatch(/\n500 +\d/);
});

test('an unknown command is told which there are', async () => {
  expect((await simulate('dance')).stderr).toContain('no command dance: there are run, targets, reduced, plots');
});
