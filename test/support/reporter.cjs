// Mocha's spec reporter that also writes what happened to the file named by TEST_RESULT, when the run has ended.
const { appendFileSync, writeFileSync } = require('node:fs');
const { format } = require('node:util');

const { Base, Spec } = require('mocha').reporters;

module.exports = class ResultReporter extends Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const { TEST_RESULT: result, TEST_TRANSCRIPT: transcript } = process.env;
    // The extension host has no terminal.
    if (transcript)
      Base.consoleLog = (/** @type {unknown[]} */ ...words) => appendFileSync(transcript, `${format(...words)}\n`);
    /** @type {{ title: string, message: string }[]} */
    const failed = [];
    /** @type {typeof failed} */
    const retried = [];
    /** @param {typeof failed} list @returns {(test: import('mocha').Runnable, error: Error) => void} */
    const note = (list) => (test, error) =>
      void list.push({ title: test.fullTitle(), message: String(error?.stack ?? error) });
    runner.on('fail', note(failed));
    runner.on('retry', note(retried));
    runner.on('end', () => {
      if (!result) return;
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      writeFileSync(
        result,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending, failures: failed, retried }),
      );
    });
  }
};
