import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOnPath, launcherFor, pathAdvice, type System } from '../../src/extension/commandLineTool/launcher.js';

describe('the launcher of the command line tool', () => {
  let home = '';
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "architect's launcher-"))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const linux = (): System => ({ platform: 'linux', home, env: { PATH: '/usr/bin:/bin' }, program: process.execPath });

  /** An extension whose tool prints its own version and its arguments. */
  function extension(version: string): string {
    const cli = join(home, 'extensions', `model-architect.model-architect-${version}`, 'dist', 'cli.js');
    mkdirSync(dirname(cli), { recursive: true });
    writeFileSync(
      cli,
      `console.log(${JSON.stringify(version)}, process.argv.slice(2).join('|')); process.exitCode = 3;`,
    );
    return cli;
  }

  function run(file: string, ...args: string[]): { out: string; code: number | null } {
    const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8' });
    return { out: (stdout + stderr).trim(), code: status };
  }

  function install(cli: string, system = linux()): string {
    const { file, text } = launcherFor(cli, system);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  }

  it('hands arguments and the exit code through', function () {
    if (process.platform === 'win32') return this.skip();
    const file = install(extension('0.1.0'));
    assert.equal(file, join(home, '.local/bin/architect'));
    assert.deepEqual(run(file, 'analyze', 'a b.py', '--call', 'Net("x")'), {
      out: '0.1.0 analyze|a b.py|--call|Net("x")',
      code: 3,
    });
  });

  it('finds the extension after an update, and says when it is gone', function () {
    if (process.platform === 'win32') return this.skip();
    const old = extension('0.1.0');
    const file = install(old);
    const folder = dirname(dirname(old));
    rmSync(folder, { recursive: true });
    assert.match(run(file).out, /is gone. Install it again/);
    assert.equal(run(file).code, 2);
    extension('0.2.0');
    assert.equal(run(file, 'x').out, '0.2.0 x');
    renameSync(join(home, 'extensions'), join(home, 'elsewhere'));
    assert.equal(run(file).code, 2);
  });

  it('falls back on Node when the editor is gone', function () {
    if (process.platform === 'win32') return this.skip();
    const file = install(extension('0.1.0'), { ...linux(), program: join(home, 'no-such-editor') });
    assert.equal(run(file).out, '0.1.0');
  });

  it('is a batch file on Windows', () => {
    const env = {
      LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local',
      Path: 'C:\\Windows;c:\\users\\me\\appdata\\local\\programs\\architect\\',
    };
    const system: System = { platform: 'win32', home: 'C:\\Users\\me', env, program: 'C:\\VS Code\\Code.exe' };
    const { file, text } = launcherFor('C:\\ext\\model-architect.model-architect-0.1.0\\dist\\cli.js', system);
    assert.equal(file, 'C:\\Users\\me\\AppData\\Local\\Programs\\architect\\architect.cmd');
    assert.match(text, /set "PROGRAM=C:\\VS Code\\Code.exe"\r\n/);
    assert.match(text, /in \("C:\\ext\\model-architect.model-architect-\*"\)/);
    assert.equal(isOnPath('C:\\Users\\me\\AppData\\Local\\Programs\\architect', system), true);
  });

  it('says what to type when the folder is not on the path', () => {
    const system = linux();
    assert.equal(isOnPath(join(home, '.local/bin'), system), false);
    assert.equal(isOnPath('/usr/bin/', system), true);
    const advice = (shell: string): string => pathAdvice('/home/me/.local/bin', { ...system, env: { SHELL: shell } });
    assert.match(advice('/bin/bash'), />> ~\/\.bashrc$/);
    assert.match(advice('/bin/zsh'), />> ~\/\.zshrc$/);
    assert.equal(advice('/usr/bin/fish'), "fish_add_path '/home/me/.local/bin'");
  });
});
