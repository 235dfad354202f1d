import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { waitFor } from '../support/wait.js';

/** What nobody may have to wait longer for; this machine may be busy with other things, so tests give it some more. */
const LONGEST = 2_000 * 4;

const NET = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x)
`;

describe('input that nobody hopes for', () => {
  let folder = '';
  let logStart = 0;

  before(async () => {
    folder = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'odd');
    await mkdir(folder, { recursive: true });
    await vscode.extensions.getExtension('model-architect.model-architect')?.activate();
    const before = await log();
    assert.match(before, /Starting the analysis/);
    logStart = before.length;
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  /** The extension's log of this session. */
  async function log(): Promise<string> {
    const root = dirname(process.env['HOME'] ?? '');
    const files = execFileSync('find', [root, '-name', 'Model Architect.log'], { encoding: 'utf8' }).split('\n');
    return files[0] ? readFile(files[0], 'utf8') : '';
  }

  async function open(name: string, text: string | Uint8Array): Promise<vscode.TextDocument> {
    const file = join(folder, name);
    await writeFile(file, text);
    return (await vscode.window.showTextDocument(vscode.Uri.file(file))).document;
  }

  async function lenses({ uri }: vscode.TextDocument): Promise<string[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 200);
    return found.map(({ command }) => command?.title ?? '');
  }

  /** Waits for a count. @returns milliseconds */
  async function counts(document: vscode.TextDocument, parameters: string): Promise<number> {
    const start = Date.now();
    await waitFor(
      `${parameters} parameters over ${document.uri.path}`,
      () => lenses(document),
      (all) => all.some((title) => title.startsWith(`${parameters} parameters`)),
      LONGEST,
    );
    return Date.now() - start;
  }

  const problems = (document: vscode.TextDocument): Promise<vscode.Diagnostic[]> =>
    waitFor(
      'a problem',
      () => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'architect'),
      (all) => all.length > 0,
      LONGEST,
    );

  it('an empty file, and one without modules', async () => {
    assert.deepEqual(await lenses(await open('empty.py', '')), []);
    assert.deepEqual(await lenses(await open('plain.py', 'class A:\n    pass\n')), []);
  });

  it('a syntax error inside the class', async () => {
    const document = await open('broken.py', NET.replace('return self.fc(x)', 'return self.fc(x'));
    await counts(document, '36');
    const [problem] = await problems(document);
    assert.equal(problem?.range.start.line, 9);
    assert.match(problem?.message ?? '', /'\(' is not closed/);
  });

  it('20,000 lines', async () => {
    const filler = Array.from({ length: 9_995 }, (_, i) => `def f${i}(x):\n    return x + ${i}\n`).join('');
    const document = await open('long.py', filler + NET);
    assert(document.lineCount > 20_000);
    await counts(document, '36');
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('8, 4'));
    edit.replace(document.uri, new vscode.Range(at, at.translate(0, 4)), '8, 2');
    await vscode.workspace.applyEdit(edit);
    await counts(document, '18');
  });

  it('a cyclic import', async () => {
    await writeFile(join(folder, 'ring_b.py'), `import ring_a\nWIDTH = 8\n`);
    const text = NET.replace('import torch.nn as nn', 'import torch.nn as nn\nfrom ring_b import WIDTH').replace(
      '8, 4',
      'WIDTH, 4',
    );
    await counts(await open('ring_a.py', text), '36');
  });

  it('bytes that are no text, named .py', async () => {
    const bytes = Uint8Array.from({ length: 4_096 }, (_, i) => (i * 37) % 256);
    await writeFile(join(folder, 'bytes.py'), bytes);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(join(folder, 'bytes.py')));
    const text = NET.replace('import torch.nn as nn', 'import torch.nn as nn\nimport bytes');
    await counts(await open('uses_bytes.py', text), '36');
  });

  it('deep nesting', async () => {
    const parentheses = `x = ${'('.repeat(3_000)}1${')'.repeat(3_000)}\n`;
    const blocks = Array.from({ length: 90 }, (_, i) => `${' '.repeat(i)}if x:\n`).join('') + `${' '.repeat(90)}pass\n`;
    await counts(await open('deep.py', `${parentheses}${blocks}${NET}`), '36');
  });

  it('a model of 10,000 layers', async () => {
    const text = NET.replace('nn.Linear(8, 4)', 'nn.Sequential(*[nn.Linear(8, 8) for _ in range(10_000)])');
    await counts(await open('layers.py', text), '720,000');
  });

  it('Windows line ends, tabs, and latin-1', async () => {
    await counts(await open('windows.py', NET.replaceAll('\n', '\r\n')), '36');
    await counts(await open('tabs.py', NET.replaceAll('    ', '\t')), '36');
    const latin = Buffer.from(`# -*- coding: latin-1 -*-\n# größe\n${NET}`, 'latin1');
    await counts(await open('latin.py', latin), '36');
    await counts(await open('uses_latin.py', 'from latin import Net\n\nclass More(Net):\n    pass\n'), '36');
  });

  it('a document that was never saved', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: NET });
    await vscode.window.showTextDocument(document);
    await counts(document, '36');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('a file that is read-only', async () => {
    const document = await open('fixed.py', NET);
    await chmod(document.uri.fsPath, 0o444);
    await counts(document, '36');
  });

  it('a file that is deleted while it is analysed', async () => {
    const text = NET.replace('nn.Linear(8, 4)', 'nn.Sequential(*[nn.Linear(8, 8) for _ in range(9_999)])');
    const document = await open('gone.py', text);
    const asked = lenses(document);
    await rm(document.uri.fsPath);
    await asked;
    await counts(await open('after.py', NET), '36');
  });

  it('leaves no exception in the log', async () => {
    const text = (await log()).slice(logStart);
    const bad = text.split('\n').filter((line) => /\[error\]|\bat .*:\d+:\d+|Error:/.test(line));
    assert.deepEqual(bad, []);
  });
});
