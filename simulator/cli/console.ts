// What the commands say, and what they cost.

const MS_PER_SECOND = 1000;
const KIBIBYTES_PER_MEBIBYTE = 1024;

/** The most that this process has had in memory. */
export const peakMemoryMebibytes = (): number => Math.round(process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE);

export class Console {
  readonly #startedAt = performance.now();
  #peakMemory = 0;

  print(text: string): void {
    process.stdout.write(`${text.trimEnd()}\n`);
  }

  /** `report` and what it took, for machines. */
  printJson(report: object): void {
    this.print(JSON.stringify({ ...report, ...this.#cost() }, undefined, 2));
  }

  printCost(): void {
    const cost = this.#cost();
    this.print(`\n${cost.wallSeconds.toFixed(1)} s, ${cost.peakMemoryMebibytes} MiB at most in a process`);
  }

  /** For somebody who watches. */
  showProgress(done: number, all: number): void {
    if (all > 1 && process.stderr.isTTY) process.stderr.write(`run ${done} of ${all} done\n`);
  }

  /** Of another process that works for this one. */
  notePeakMemory(mebibytes: number): void {
    this.#peakMemory = Math.max(this.#peakMemory, mebibytes);
  }

  #cost() {
    this.notePeakMemory(peakMemoryMebibytes());
    const wallSeconds = (performance.now() - this.#startedAt) / MS_PER_SECOND;
    return { wallSeconds, peakMemoryMebibytes: this.#peakMemory };
  }
}
