// Rounds of figures as one table, and how they stand to the targets.

import { SCENARIOS, type BusyFigures, type Figures, type IdleFigures, type ScenarioName, type Subject } from './run';

export interface Result {
  readonly scenario: ScenarioName;
  readonly subject: Subject;
  readonly round: number;
  readonly figures: Figures;
}

interface Column {
  readonly title: string;
  readonly digits: number;
  /** Which of the rounds is the best. */
  readonly best: 'least' | 'most';
}

const BUSY_COLUMNS: Readonly<Record<Exclude<keyof BusyFigures, 'type'>, Column>> = {
  cpuMicrosPerAnnounce: { title: 'CPU-µs/announce', digits: 0, best: 'least' },
  announcesPerSecond: { title: 'announces/s', digits: 0, best: 'most' },
  offersPerSecond: { title: 'offers/s', digits: 0, best: 'most' },
  answersPerSecond: { title: 'answers/s', digits: 0, best: 'most' },
  offerLatencyP50: { title: 'offer p50 ms', digits: 1, best: 'least' },
  offerLatencyP99: { title: 'offer p99 ms', digits: 1, best: 'least' },
};

const IDLE_COLUMNS: Readonly<Record<Exclude<keyof IdleFigures, 'type'>, Column>> = {
  cpuMicrosPerConnection: { title: 'CPU-µs/connection', digits: 0, best: 'least' },
  kibPerConnected: { title: 'KiB connected', digits: 1, best: 'least' },
  kibPerJoined: { title: 'KiB joined', digits: 1, best: 'least' },
};

const RIVAL: Subject = 'bittorrent-tracker';

/** Of all rounds. */
export interface Summary {
  readonly median: number;
  readonly best: number;
}

export type SummaryTable = Partial<Record<ScenarioName, Partial<Record<Subject, Record<string, Summary>>>>>;

export function summarize(results: readonly Result[]): SummaryTable {
  const table: SummaryTable = {};
  for (const { scenario, subject, figures } of results) {
    const same = results.filter((result) => result.scenario === scenario && result.subject === subject);
    const rows = same.map((result) => result.figures as unknown as Record<string, number>);
    const summaries = Object.entries(columnsOf(figures)).map(([key, { best }]) => {
      const values = rows.map((row) => row[key]!).sort((left, right) => left - right);
      const median = values[Math.floor((values.length - 1) / 2)]!;
      return [key, { median, best: best === 'least' ? values[0]! : values.at(-1)! }] as const;
    });
    (table[scenario] ??= {})[subject] = Object.fromEntries(summaries);
  }
  return table;
}

function columnsOf(figures: Figures): Readonly<Record<string, Column>> {
  return figures.type === 'busy' ? BUSY_COLUMNS : IDLE_COLUMNS;
}

/** Median (best) of each figure, and how many times bittorrent-tracker's median it is. */
export function printReport(results: readonly Result[]): void {
  const table = summarize(results);
  for (const [scenario, subjects] of Object.entries(table)) {
    const first = results.find((result) => result.scenario === scenario)!;
    const columns = Object.entries(columnsOf(first.figures));
    console.log(`\n${SCENARIOS[first.scenario].title}: median (best), and times ${RIVAL}`);
    console.log(''.padEnd(20) + columns.map(([, { title }]) => title.padStart(24)).join(''));
    for (const [subject, summaries] of Object.entries(subjects)) {
      const cells = columns.map(([key, { digits }]) => {
        const { median, best } = summaries[key]!;
        const rival = subjects[RIVAL]?.[key]?.median;
        const ratio = subject === RIVAL || rival === undefined ? '' : ` ×${(median / rival).toFixed(2)}`;
        return `${median.toFixed(digits)} (${best.toFixed(digits)})${ratio}`.padStart(24);
      });
      console.log(subject.padEnd(20) + cells.join(''));
    }
  }
  printTargets(table);
}

function printTargets(table: SummaryTable): void {
  const best = (scenario: ScenarioName, subject: Subject, key: string) =>
    table[scenario]?.[subject]?.[key]?.best ?? NaN;
  const cpu = (scenario: ScenarioName, subject: Subject) => best(scenario, subject, 'cpuMicrosPerAnnounce');
  const targets: readonly (readonly [string, number, number])[] = [
    [`CPU per announce, times ${RIVAL}`, cpu('swarms', 'ours') / cpu('swarms', RIVAL), 0.35],
    ['one swarm of 5,000, times swarms of 100', cpu('one-swarm', 'ours') / cpu('swarms', 'ours'), 1.2],
    ['KiB per joined viewer', best('idle', 'ours', 'kibPerJoined'), 12],
    ['offer p99 at 500 announces/s, ms', best('steady', 'ours', 'offerLatencyP99'), 5],
  ];
  const known = targets.filter(([, value]) => !Number.isNaN(value));
  if (known.length > 0) console.log('\nTargets (best of the rounds)');
  for (const [title, value, most] of known) {
    console.log(`${value <= most ? 'met   ' : 'MISSED'}  ${title}: ${value.toFixed(2)}, at most ${most}`);
  }
}
