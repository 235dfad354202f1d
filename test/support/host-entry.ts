// What the extension host calls to run the tests of test/host. Bundled; mocha is loaded from the project.
import Mocha from 'mocha';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

declare const __testFolder: string;
declare const __reporter: string;

/** Called by VS Code. Rejects if a test failed, which the driver doesn't rely on: it reads the result file. */
export async function run(): Promise<void> {
  // Longer than `waitFor` waits, so that what was missing is told.
  const mocha = new Mocha({ timeout: 60_000, color: false, reporter: __reporter, grep: process.env['TEST_GREP'] });
  for (const file of readdirSync(__testFolder).sort())
    if (file.endsWith('.test.js')) mocha.addFile(join(__testFolder, file));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
