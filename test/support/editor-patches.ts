// Changes to the installed editor: two native modules become JavaScript, and extensions get what users' editors give them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stands in for the native logger, which would have to be compiled: same files, same lines. */
const LOGGER = `'use strict';
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(file) { this.file = file; this.level = 2; this.plain = false; mkdirSync(dirname(file), { recursive: true }); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
  write(level, text) {
    if (level < this.level) return;
    try { appendFileSync(this.file, this.plain ? text : new Date().toISOString() + ' [' + NAMES[level] + '] ' + text + '\\n'); }
    catch (error) { if (error.code !== 'ENOENT') throw error; } // the data folder was removed while the editor ends
  }
  trace(text) { this.write(0, text); }
  debug(text) { this.write(1, text); }
  info(text) { this.write(2, text); }
  warn(text) { this.write(3, text); }
  error(text) { this.write(4, text); }
  critical(text) { this.write(5, text); }
}
const create = async (name, file) => new Logger(file);
exports.version = 1;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;

/** Stands in for the native watchdog: the extension host also watches its parent in JavaScript. */
const WATCHDOG = `'use strict';
exports.start = () => {};
exports.exit = (code) => process.exit(code ?? 0);
`;

/** Where VS Code asks whether an extension may use an API proposal. */
const GATES = [
  'out/server-main.js',
  'out/vs/code/browser/workbench/workbench.js',
  'out/vs/workbench/api/node/extensionHostProcess.js',
  'out/vs/workbench/api/worker/extensionHostWorkerMain.js',
];

/** The check that code-server answers with "yes" for everybody, just before the function that throws on "no". */
const OPEN_GATE = /function ([\w$]+)\(([\w$]+),([\w$]+)\)\{return!0\}(?=function [\w$]+\([\w$]+,[\w$]+\)\{if\(!\1\()/g;

/**
 * Applies all changes to a fresh installation.
 * @param vscode the folder of VS Code inside code-server
 * @throws Error if a place to change was not found exactly once: another version, that needs another look
 */
export async function patchEditor(vscode: string): Promise<void> {
  await writeFile(join(vscode, 'node_modules', '@vscode', 'spdlog', 'index.js'), LOGGER);
  await writeFile(join(vscode, 'node_modules', '@vscode', 'native-watchdog', 'index.js'), WATCHDOG);
  for (const gate of GATES) {
    const file = join(vscode, gate);
    let text = await readFile(file, 'utf8');
    text = replaceOnce(text, OPEN_GATE, '(proposal check)', (_all, name, extension, proposal) => {
      return `function ${name}(${extension},${proposal}){return(${extension}.enabledApiProposals??[]).includes(${proposal})}`;
    });
    if (gate.endsWith('/workbench.js')) {
      text = replaceOnce(
        text,
        /_envEnablesProposedApiForAll=!0/g,
        '(proposals for all)',
        () => '_envEnablesProposedApiForAll=!1',
      );
    }
    await writeFile(file, text);
  }

  function replaceOnce(text: string, what: RegExp, name: string, by: (...groups: string[]) => string): string {
    const found = [...text.matchAll(what)];
    const [match] = found;
    if (!match || found.length > 1)
      throw new Error(`The editor has ${found.length} places ${name}, not 1, in ${vscode}.`);
    return text.slice(0, match.index) + by(...match) + text.slice(match.index + match[0].length);
  }
}
