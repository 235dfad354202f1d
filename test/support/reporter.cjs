// Mocha's spec reporter that also writes what happened to the file named by TEST_RESULT, when the run has ended.
const { appendFileSync, writeFileSync } = require('node:fs');
const { format } = require('node:util');

/** Makes the reporter for an instance of mocha (the extension host loads its own). */
function createReporter(Mocha) {
  const { Base, Spec } = Mocha.reporters;
  return class ResultReporter extends Spec {
    constructor(runner, options) {
      super(runner, options);
      const { TEST_RESULT: result, TEST_TRANSCRIPT: transcript } = process.env;
      // The extension host has no terminal.
      if (transcript) Base.consoleLog = (...words) => appendFileSync(transcript, `${format(...words)}\n`);
      const failed = [];
      runner.on('fail', (test, error) =>
        failed.push({ title: test.fullTitle(), message: String(error?.stack ?? error) }),
      );
      runner.on('end', () => {
        if (!result) return;
        const { passes, failures, pending } = runner.stats;
        writeFileSync(result, JSON.stringify({ passed: passes, failed: failures, skipped: pending, failures: failed }));
      });
    }
  };
}

module.exports = createReporter(require('mocha'));
