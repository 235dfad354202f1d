// Mocha's spec reporter that also writes what happened to the file named by TEST_RESULT, when the run has ended.
const { appendFileSync, writeFileSync } = require('node:fs');
const { basename } = require('node:path');
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
    /** @type {{ file: string, title: string, state: 'passed' | 'failed' | 'skipped', message?: string }[]} */
    const tests = [];
    /** @type {(test: import('mocha').Runnable, state: 'passed' | 'failed' | 'skipped', message?: string) => void} */
    const note = (test, state, message) => {
      // In the extension host tests are JavaScript: the name without its ending is the same everywhere.
      const file = basename(test.file ?? '').replace(/\.[jt]s$/, '');
      tests.push({ file, title: test.fullTitle(), state, message });
    };
    runner.on('pass', (test) => note(test, 'passed'));
    runner.on('pending', (test) => note(test, 'skipped'));
    // A hook that fails is told as a failing test.
    runner.on('fail', (test, error) => note(test, 'failed', String(error?.stack ?? error)));
    runner.on('end', () => {
      if (result) writeFileSync(result, JSON.stringify({ tests }));
    });
  }
};
