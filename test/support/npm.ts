import { mustRun } from './processes.js';

/** The environment for npm runs of ours inside `npm start` or `npm test`, whose own settings would leak into them. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (/^npm_(package|lifecycle|command)/.test(name)) continue;
    if (/^npm_config_(local_prefix|prefix|ignore_scripts)$/i.test(name)) continue;
    env[name] = value;
  }
  return env;
}

/** Installs packages into `folder` without install scripts. */
export async function npmInstall(folder: string, args: string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: folder, env: npmEnvironment(), timeout: 600_000 };
  const npm = process.env['npm_execpath'];
  if (npm && /\.c?js$/.test(npm)) await mustRun(process.execPath, [npm, 'install', ...quiet, ...args], options);
  else await mustRun('npm', ['install', ...quiet, ...args], options);
}
