/** *Install Command Line Tool* and its opposite. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { isOnPath, launcherFor, MARK, pathAdvice, type Launcher, type System } from './launcher.js';

export function registerCommandLineTool({ context, log }: Services): vscode.Disposable {
  const system: System = {
    platform: process.platform,
    home: homedir(),
    env: process.env,
    program: process.execPath,
  };
  const launcher = launcherFor(context.asAbsolutePath('dist/cli.js'), system);
  const command = (name: string, action: () => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(name, async () => {
      try {
        await action();
      } catch (error) {
        log.error(`${name} failed.`, error);
        const reason = error instanceof Error ? error.message : String(error);
        void vscode.window.showErrorMessage(`${launcher.file} could not be changed: ${reason}`);
      }
    });
  return vscode.Disposable.from(
    command('architect.installCommandLineTool', () => install(launcher, system)),
    command('architect.uninstallCommandLineTool', () => uninstall(launcher)),
  );
}

async function install(launcher: Launcher, system: System): Promise<void> {
  const { file, text } = launcher;
  const present = await read(file);
  if (present !== undefined && !present.includes(MARK)) {
    void vscode.window.showErrorMessage(
      `${file} is another program of that name. It was left as it is; rename or remove it, then try again.`,
    );
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  if (isOnPath(dirname(file), system)) {
    await say(`The command architect is installed as ${file}. Try: architect analyze model.py`, 'architect --help');
    return;
  }
  const advice = pathAdvice(dirname(file), system);
  await say(
    `The command is installed as ${file}, but terminals don't look in that folder yet. Run this once, then open a new terminal: ${advice}`,
    advice,
  );
}

async function uninstall({ file }: Launcher): Promise<void> {
  const present = await read(file);
  if (present === undefined || !present.includes(MARK)) {
    void vscode.window.showInformationMessage(`There is no command line tool of Model Architect in ${dirname(file)}.`);
    return;
  }
  await rm(file);
  void vscode.window.showInformationMessage(`${file} was removed.`);
}

/** Tells what was done; the user may take the next line to type along. */
async function say(message: string, line: string): Promise<void> {
  const copy = 'Copy Command';
  if ((await vscode.window.showInformationMessage(message, copy)) === copy) await vscode.env.clipboard.writeText(line);
}

/** A file's text; `undefined` if there is none. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
