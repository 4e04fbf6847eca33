import { ticksOf } from '../src/plots/axis';
import { lineChart, type Chart } from '../src/plots/line-chart';

const CHART: Chart = {
  title: 'A < B & C',
  subtitle: 'seeds',
  x: { name: 'viewers', least: 10, most: 1_000_000, isLogarithmic: true, unit: 'count' },
  y: { name: 'share', least: 0, most: 1, unit: 'percent' },
  series: [
    {
      name: 'ours',
      look: 'main',
      points: [
        { x: 10, y: 0.5, least: 0.4, most: 0.6 },
        { x: 1_000, y: 2 },
      ],
    },
    { name: 'owners', look: 'other', points: [{ x: 100, y: 0.1 }], isScatter: true },
  ],
};

describe('ticksOf', () => {
  test('powers of ten on a logarithmic axis', () => {
    expect(ticksOf(CHART.x).map(({ label }) => label)).toEqual(['10', '100', '1 k', '10 k', '100 k', '1 M']);
  });

  test('round values on a linear one', () => {
    expect(ticksOf(CHART.y).map(({ label }) => label)).toEqual(['0 %', '20 %', '40 %', '60 %', '80 %', '100 %']);
    const seconds = ticksOf({ name: '', least: 8, most: 24, unit: 'seconds' });
    expect(seconds.map(({ at }) => at)).toEqual([10, 15, 20]);
  });
});

describe('lineChart', () => {
  const svg = lineChart(CHART);

  test('escapes what is written, and names each series', () => {
    expect(svg).toContain('A &lt; B &amp; C');
    for (const name of ['ours', 'owners']) expect(svg).toContain(`>${name}</text>`);
  });

  test('keeps points within its frame', () => {
    // The second point is above the axis: it is drawn at the top.
    expect(svg).toMatch(/<polyline class="line" points="64,\d+(\.\d)? [\d.]+,84"\/>/);
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(svg.match(/class="range"/g)).toHaveLength(1);
  });

  test('has colours for light and dark', () => expect(svg).toContain('prefers-color-scheme: dark'));
});
