export interface Axis {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly isLogarithmic?: boolean;
  readonly unit: 'percent' | 'count' | 'seconds';
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

const TICK_COUNT = 6;
const NICE_STEPS = [1, 2, 2.5, 5, 10];
const THOUSAND = 1_000;
const MILLION = 1_000_000;

/** Round values along the axis: powers of ten on a logarithmic one. */
export function ticksOf({ least, most, isLogarithmic, unit }: Axis): Tick[] {
  const label = (value: number): string => LABELS[unit](value);
  if (isLogarithmic) {
    const [first, last] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const at = 10 ** (first + index);
      return { at, label: label(at) };
    });
  }
  const step = niceStep((most - least) / TICK_COUNT);
  const ticks: Tick[] = [];
  for (let place = Math.ceil(least / step - 1e-9); place * step <= most + step * 1e-6; place += 1)
    ticks.push({ at: place * step, label: label(place * step) });
  return ticks;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return (NICE_STEPS.find((step) => step * power >= rough) ?? 10) * power;
}

const LABELS: Readonly<Record<Axis['unit'], (value: number) => string>> = {
  percent: (value) => `${Math.round(value * 1_000) / 10} %`,
  count: (value) => {
    if (value >= MILLION) return `${value / MILLION} M`;
    return value >= THOUSAND ? `${value / THOUSAND} k` : String(value);
  },
  seconds: (value) => `${Math.round(value * 10) / 10} s`,
};
