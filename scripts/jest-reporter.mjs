// Ends a Jest run in one line, `Tests: N passed, M failed`. A suite that did not run counts as one failure.
// With P2P_TEST_TALLY set, the counts go to that file instead: scripts/test.mjs adds several runs up.

import { appendFileSync } from 'node:fs';

/** The line for these counts. */
export const summaryLine = ({ passed, failed, skipped }) =>
  `Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const tally = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    const file = process.env.P2P_TEST_TALLY;
    if (file) appendFileSync(file, `${JSON.stringify(tally)}\n`);
    else process.once('exit', () => console.log(summaryLine(tally)));
  }
}
