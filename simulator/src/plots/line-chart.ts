// Line charts as SVG: readable in light and dark, the same text for the same data.

import { ticksOf, type Axis } from './axis';

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** What the eye is to find first, what is beside it, what is only a limit. */
  readonly look: 'main' | 'other' | 'third' | 'model' | 'bound';
  /** Points without a line between them. */
  readonly isScatter?: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Range over the seeds. */
  readonly least?: number;
  readonly most?: number;
}

export interface Chart {
  readonly title: string;
  /** One line below the title: what was measured. */
  readonly subtitle: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 420;
const FRAME = { left: 64, right: 20, top: 84, bottom: 84 };
const LEGEND_TOP = HEIGHT - 22;
const LEGEND_GAP = 24;
const SWATCH = 22;
/** Of the legend's letters; good enough to keep names apart. */
const LETTER_WIDTH = 6.4;

const STYLE = `
  .paper { fill: #ffffff } text { fill: #24292f; font: 12px system-ui, sans-serif }
  .title { font-size: 15px; font-weight: 600 } .note { fill: #57606a }
  .grid { stroke: #d8dee4; stroke-width: 1 } .axis { stroke: #57606a; stroke-width: 1 }
  .line { fill: none; stroke-width: 2.2; stroke-linejoin: round } .range { stroke-width: 1.2 }
  .main { --ink: #0969da } .other { --ink: #bc4c00 } .third { --ink: #8250df } .model { --ink: #1a7f37 } .bound { --ink: #6e7781 }
  .line, .range { stroke: var(--ink) } .dot { fill: var(--ink) }
  .model .line { stroke-dasharray: 7 4 } .bound .line { stroke-dasharray: 2 4; stroke-width: 1.6 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } text { fill: #e6edf3 } .note { fill: #9198a1 }
    .grid { stroke: #2a313c } .axis { stroke: #9198a1 }
    .main { --ink: #58a6ff } .other { --ink: #f0883e } .third { --ink: #bc8cff } .model { --ink: #3fb950 } .bound { --ink: #9198a1 }
  }
`;

export function lineChart(chart: Chart): string {
  const { title, subtitle, x, y, series } = chart;
  const placeX = placing(x, FRAME.left, WIDTH - FRAME.right);
  const placeY = placing(y, HEIGHT - FRAME.bottom, FRAME.top);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escape(title)}</title><desc>${escape(subtitle)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(FRAME.left, 26, title, 'class="title"'),
    text(FRAME.left, 45, subtitle, 'class="note"'),
    ...ticksOf(x).map(({ at, label }) => verticalTick(placeX(at), label)),
    ...ticksOf(y).map(({ at, label }) => horizontalTick(placeY(at), label)),
    line('axis', FRAME.left, HEIGHT - FRAME.bottom, WIDTH - FRAME.right, HEIGHT - FRAME.bottom),
    line('axis', FRAME.left, FRAME.top, FRAME.left, HEIGHT - FRAME.bottom),
    text(
      (FRAME.left + WIDTH - FRAME.right) / 2,
      HEIGHT - FRAME.bottom + 38,
      x.name,
      'class="note" text-anchor="middle"',
    ),
    text(16, FRAME.top - 12, y.name, 'class="note"'),
    ...series.map((one) => drawSeries(one, placeX, placeY)),
    ...legend(series),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

type Place = (value: number) => number;

function placing({ least, most, isLogarithmic }: Axis, from: number, to: number): Place {
  const scale = (value: number): number => (isLogarithmic ? Math.log(value) : value);
  const [low, high] = [scale(least), scale(most)];
  return (value) => from + ((scale(Math.min(most, Math.max(least, value))) - low) / (high - low)) * (to - from);
}

function drawSeries({ points, look, isScatter }: Series, placeX: Place, placeY: Place): string {
  const at = points.map(({ x, y }) => `${round(placeX(x))},${round(placeY(y))}`);
  const ranges = points.map(({ x, least, most }) =>
    least === undefined || most === undefined || least === most
      ? ''
      : line('range', placeX(x), placeY(least), placeX(x), placeY(most)),
  );
  const path = isScatter || at.length < 2 ? '' : `<polyline class="line" points="${at.join(' ')}"/>`;
  // Many points make the line by themselves.
  const isDotted = isScatter === true || (look !== 'bound' && points.length <= 12);
  const dots = isDotted
    ? points.map(({ x, y }) => `<circle class="dot" cx="${round(placeX(x))}" cy="${round(placeY(y))}" r="3.4"/>`)
    : [];
  return `<g class="${look}">${[path, ...ranges, ...dots].join('')}</g>`;
}

function legend(series: readonly Series[]): string[] {
  let left = FRAME.left;
  return series.map(({ name, look, isScatter }) => {
    const start = left;
    left += SWATCH + 8 + name.length * LETTER_WIDTH + LEGEND_GAP;
    const middle = start + SWATCH / 2;
    const swatch = isScatter
      ? `<circle class="dot" cx="${round(middle)}" cy="${LEGEND_TOP - 4}" r="3.4"/>`
      : `<polyline class="line" points="${round(start)},${LEGEND_TOP - 4} ${round(start + SWATCH)},${LEGEND_TOP - 4}"/>`;
    return `<g class="${look}">${swatch}</g>${text(start + SWATCH + 8, LEGEND_TOP, name, '')}`;
  });
}

function verticalTick(at: number, label: string): string {
  const bottom = HEIGHT - FRAME.bottom;
  return line('grid', at, FRAME.top, at, bottom) + text(at, bottom + 18, label, 'text-anchor="middle"');
}

function horizontalTick(at: number, label: string): string {
  return (
    line('grid', FRAME.left, at, WIDTH - FRAME.right, at) + text(FRAME.left - 8, at + 4, label, 'text-anchor="end"')
  );
}

function line(look: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${look}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escape(content)}</text>`;
}

const round = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (content: string): string => content.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);
