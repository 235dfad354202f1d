import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders and variables that keep a run from touching the user's own. */
export function isolatedEnvironment(data: string): NodeJS.ProcessEnv {
  const home = join(data, 'home');
  const temporary = join(data, 'tmp');
  mkdirSync(home, { recursive: true });
  mkdirSync(temporary, { recursive: true });
  return { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: home, TMPDIR: temporary, XDG_RUNTIME_DIR: temporary };
}
