import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { EditSet, Hunk } from '../../src/edits/index.js';
import { waitFor } from '../support/wait.js';

interface Api {
  propose(sets: readonly EditSet[]): Promise<{ hunks: number; refused: readonly { message: string }[] }>;
  hunks(uri: string): readonly Hunk[];
}

const CELLS = [
  '%matplotlib inline\n!pip list\nimport torch\nimport torch.nn as nn\nWIDTH = 8',
  'class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(WIDTH, 4)\n\n    def forward(self, x):\n        return self.fc(x)\n',
  'net = Net()\noptimizer = torch.optim.Adam(net.parameters())',
];

describe('a notebook in the extension host', () => {
  let file = '';
  let notebook: vscode.NotebookDocument;
  let api: Api;

  before(async () => {
    const extension = vscode.extensions.getExtension<Api>('model-architect.model-architect');
    assert(extension);
    api = await extension.activate();
    file = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'cells.ipynb');
    const cells = CELLS.map((source) => ({
      cell_type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    }));
    const metadata = { language_info: { name: 'python' } };
    await writeFile(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(notebook);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await rm(file, { force: true });
  });

  const cell = (index: number): vscode.TextDocument => notebook.cellAt(index).document;

  async function change(...edits: vscode.NotebookEdit[]): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, edits);
    assert(await vscode.workspace.applyEdit(edit));
  }

  async function type(document: vscode.TextDocument, find: string, by: string): Promise<void> {
    const start = document.getText().indexOf(find);
    assert(start >= 0, find);
    const edit = new vscode.WorkspaceEdit();
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + find.length));
    edit.replace(document.uri, range, by);
    assert(await vscode.workspace.applyEdit(edit));
  }

  const lenses = async (document: vscode.TextDocument): Promise<string[]> => {
    const { uri } = document;
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
    return found.map(({ range, command }) => `${range.start.line}: ${command?.title ?? ''}`);
  };
  const shows = (document: vscode.TextDocument, lens: string): Promise<string[]> =>
    waitFor(
      lens,
      () => lenses(document),
      (all) => all.some((title) => title.startsWith(lens)),
    );

  it('counts with what other cells say, not saved yet', async () => {
    await shows(cell(1), '0: 36 parameters');
    assert.deepEqual(await lenses(cell(0)), []);
    await type(cell(0), 'WIDTH = 8', 'WIDTH = 16');
    await shows(cell(1), '0: 68 parameters');
  });

  it('follows cells that are added, moved and deleted', async () => {
    const added = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'WIDTH = 32', 'python');
    await change(vscode.NotebookEdit.insertCells(1, [added]));
    await shows(cell(2), '0: 132 parameters');
    // Below the model it comes too late: a class reads the name when it is made, in the last cell.
    await change(vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2)));
    await shows(cell(1), '0: 68 parameters');
    const [first, second] = [cell(0).getText(), cell(1).getText()];
    const code = (text: string): vscode.NotebookCellData =>
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python');
    await change(vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(0, 2), [code(second), code(first)]));
    // The class stands before the import of what it derives from.
    await waitFor(
      'no count',
      () => lenses(cell(0)),
      (all) => !all.some((title) => /\d parameters/.test(title)),
    );
    await change(vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(0, 2), [code(first), code(second)]));
    await shows(cell(1), '0: 68 parameters');
  });

  it('says where in a cell something is wrong', async () => {
    await type(cell(1), 'return self.fc(x)', 'return self.fc(x');
    const found = await waitFor(
      'a problem in the cell',
      () => vscode.languages.getDiagnostics(cell(1).uri).filter(({ source }) => source === 'architect'),
      (all) => all.length > 0,
    );
    assert.equal(found[0]?.range.start.line, 6);
    assert.deepEqual(vscode.languages.getDiagnostics(cell(0).uri), []);
    await type(cell(1), 'return self.fc(x', 'return self.fc(x)');
    await waitFor(
      'no problem',
      () => vscode.languages.getDiagnostics(cell(1).uri),
      (all) => all.length === 0,
    );
  });

  it('holds pending changes in several cells', async () => {
    const edit = (document: vscode.TextDocument, find: string, newText: string): EditSet['files'][number] => {
      const start = document.getText().indexOf(find);
      assert(start >= 0, find);
      return { uri: document.uri.toString(), edits: [{ start, end: start + find.length, newText }] };
    };
    const files = [edit(cell(1), ', 4)', ', 2)'), edit(cell(2), 'Adam(', 'AdamW(')];
    const before = [1, 2].map((i) => cell(i).getText());
    const { hunks, refused } = await api.propose([{ id: 'test', title: 'Narrower', reason: 'Fewer classes', files }]);
    assert.deepEqual(refused, []);
    assert.equal(hunks, 2);
    const all = await waitFor(
      'the difference in parameters',
      () => lenses(cell(1)),
      (titles) => titles.some((title) => title.includes('parameters') && title.includes('−34')),
    );
    assert(
      all.some((title) => title.includes('Keep')),
      all.join(),
    );
    await vscode.commands.executeCommand('architect.undoAll');
    await waitFor('the cells as before', () => [1, 2].every((i) => cell(i).getText() === before[i - 1]));
    assert.equal(api.hunks(cell(1).uri.toString()).length, 0);
  });
});
