/** The launcher script of the command line tool, and the folder it goes to. Pure: the system is given. */
import { posix, win32 } from 'node:path';

export interface System {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program that runs this code: the editor itself, or Node. */
  readonly program: string;
}

/** Tells a launcher of ours from a program of somebody else. */
export const MARK = 'Written by Model Architect';

export interface Launcher {
  readonly file: string;
  readonly text: string;
}

/** Where user programs go: a folder of one's own that needs no rights. */
export function folderFor({ platform, home, env }: System): string {
  if (platform === 'win32')
    return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'Programs', 'architect');
  return posix.join(home, '.local', 'bin');
}

/** The script that runs `cli` (dist/cli.js), for this system. */
export function launcherFor(cli: string, system: System): Launcher {
  const folder = folderFor(system);
  return system.platform === 'win32'
    ? { file: win32.join(folder, 'architect.cmd'), text: batch(cli, system) }
    : { file: posix.join(folder, 'architect'), text: shell(cli, system) };
}

/**
 * The extension's folder has its version in its name and goes away with an update: then the newest one beside it is taken. The
 * program is the editor's own, which runs scripts as Node does when it is told so; if it is gone, Node.
 */
function shell(cli: string, { program }: System): string {
  const { folder, pattern } = places(cli, '/');
  return `#!/bin/sh
# ${MARK}: runs the command line tool of the VS Code extension.
# "Architect: Uninstall Command Line Tool" removes it.
cli=${quoted(cli)}
program=${quoted(program)}
if [ ! -f "$cli" ]; then
  for found in ${quoted(folder)}/${pattern}/dist/cli.js; do
    [ -f "$found" ] && cli=$found
  done
fi
if [ ! -f "$cli" ]; then
  echo "architect: the extension Model Architect is gone. Install it again, then run 'Architect: Install Command Line Tool'." >&2
  exit 2
fi
[ -x "$program" ] || program=$(command -v node) || {
  echo "architect: neither the editor nor Node.js was found. Run 'Architect: Install Command Line Tool' again." >&2
  exit 2
}
ELECTRON_RUN_AS_NODE=1 exec "$program" "$cli" "$@"
`;
}

function batch(cli: string, { program }: System): string {
  const { folder, pattern } = places(cli, '\\');
  const lines = `@echo off
rem ${MARK}: runs the command line tool of the VS Code extension.
rem "Architect: Uninstall Command Line Tool" removes it.
setlocal
set "CLI=${percent(cli)}"
set "PROGRAM=${percent(program)}"
if not exist "%CLI%" for /d %%d in ("${percent(folder)}\\${pattern}") do if exist "%%d\\dist\\cli.js" set "CLI=%%d\\dist\\cli.js"
if not exist "%CLI%" (
  echo architect: the extension Model Architect is gone. Install it again, then run 'Architect: Install Command Line Tool'. 1>&2
  exit /b 2
)
if not exist "%PROGRAM%" set "PROGRAM=node"
set ELECTRON_RUN_AS_NODE=1
"%PROGRAM%" "%CLI%" %*
exit /b %ERRORLEVEL%
`;
  return lines.replaceAll('\n', '\r\n');
}

/** The folder of all extensions, and what this one's folder is called with any version. */
function places(cli: string, separator: string): { folder: string; pattern: string } {
  const parts = cli.split(/[\\/]/);
  const own = parts.at(-3) ?? '';
  return {
    folder: parts.slice(0, -3).join(separator),
    pattern: own.replace(/-\d[\w.+-]*$/, '-*'),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const percent = (text: string): string => text.replaceAll('%', '%%');

/** Whether a folder is searched for programs. */
export function isOnPath(folder: string, { platform, env }: System): boolean {
  const path = platform === 'win32' ? (env['Path'] ?? env['PATH'] ?? '') : (env['PATH'] ?? '');
  const plain = (each: string): string => {
    const trimmed = each.replace(/[\\/]+$/, '');
    return platform === 'win32' ? trimmed.toLowerCase() : trimmed;
  };
  return path.split(platform === 'win32' ? ';' : ':').some((each) => plain(each) === plain(folder));
}

/** What to type, once, so that the folder is searched for programs. */
export function pathAdvice(folder: string, { platform, env }: System): string {
  if (platform === 'win32')
    return `powershell -Command "[Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';${folder}', 'User')"`;
  const shellName = env['SHELL'] ?? '';
  if (shellName.endsWith('fish')) return `fish_add_path ${quoted(folder)}`;
  const file = shellName.endsWith('zsh') ? '~/.zshrc' : platform === 'darwin' ? '~/.bash_profile' : '~/.bashrc';
  return `echo 'export PATH="$HOME/.local/bin:$PATH"' >> ${file}`;
}
