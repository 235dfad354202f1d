import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a TypeScript program in place of this one: same terminal, same signals, same exit code.
 * Call it after ensureDependencies().
 * @param {URL} program
 * @param {string[]} args
 */
export function runTypeScript(program, args) {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(program), ...args], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; whoever sends a signal to this process alone means the program.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.once('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)));
}
