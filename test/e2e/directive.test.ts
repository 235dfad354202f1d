import assert from 'node:assert/strict';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

const NET = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self, width: int, classes: int, bias=True):
        super().__init__()
        self.fc = nn.Linear(width, classes, bias=bias)

    def forward(self, x):
        return self.fc(x)
`;

describe('directives', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'directive', settings: { 'files.autoSave': 'off' } });

  it('are offered where arguments are unknown, in an unsaved file', async () => {
    const { bench, page, spy } = session();
    await spy.evaluate(async (api, content) => {
      await api.window.showTextDocument(await api.workspace.openTextDocument({ language: 'python', content }));
    }, NET);
    const lens = page.locator('.codelens-decoration a', { hasText: 'Say them' });
    await lens.waitFor();
    await session().screenshot('lens');
    await lens.click();
    const line = page.locator('.view-line', { hasText: '# architect:' });
    await line.waitFor();
    await session().screenshot('snippet');
    // The first place is selected: what is typed takes its place, Tab goes to the next.
    await page.keyboard.type('8');
    await page.keyboard.press('Tab');
    await page.keyboard.type('3');
    await page.keyboard.press('Tab');
    await page.keyboard.type('4');
    await page.locator('.codelens-decoration', { hasText: '27 parameters' }).waitFor();
    const text = await spy.evaluate((api) => api.window.activeTextEditor?.document.lineAt(3).text ?? '');
    assert.equal(text, '# architect: Net(width=8, classes=3)(x: f32[4, 8])');
    await session().screenshot('filled');
    await page.locator('.codelens-decoration a', { hasText: 'Say them' }).waitFor({ state: 'detached' });
    assert(bench);
  });

  it('are underlined where they make no sense', async () => {
    const { page, spy } = session();
    await spy.evaluate(async (api) => {
      const document = api.window.activeTextEditor?.document;
      if (!document) return;
      const edit = new api.WorkspaceEdit();
      edit.replace(document.uri, document.lineAt(3).range, '# architect: Net(width=8, clases=3)(x: f32[4, 8])');
      await api.workspace.applyEdit(edit);
    });
    const problem = await waitFor('a problem', () =>
      spy.evaluate((api) => {
        const uri = api.window.activeTextEditor?.document.uri;
        const [first] = uri ? api.languages.getDiagnostics(uri) : [];
        return first ? `${first.range.start.character}-${first.range.end.character} ${first.message}` : '';
      }),
    );
    assert.match(problem, /^26-32 Net has no parameter 'clases'/);
    await page.locator('.squiggly-error').first().waitFor();
    await session().screenshot('problem');
  });

  it('are completed as one types', async () => {
    const { page, spy } = session();
    await spy.evaluate(async (api) => {
      const editor = api.window.activeTextEditor;
      if (!editor) return;
      await editor.edit((edit) => edit.delete(new api.Range(3, 0, 4, 0)));
      await editor.edit((edit) => edit.insert(new api.Position(3, 0), '\n'));
      // From another line, so that the status bar tells when the cursor has arrived.
      editor.selection = new api.Selection(0, 0, 0, 0);
    });
    await page.locator('.statusbar-item', { hasText: 'Ln 1, Col 1' }).waitFor();
    await spy.evaluate((api) => {
      const editor = api.window.activeTextEditor;
      if (editor) editor.selection = new api.Selection(3, 0, 3, 0);
      return Promise.resolve();
    });
    await page.locator('.statusbar-item', { hasText: 'Ln 4, Col 1' }).waitFor();
    const row = (text: string) => page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text }).first();
    await page.keyboard.type('# architect:', { delay: 40 });
    await page.keyboard.type(' ', { delay: 40 });
    await row('Net').waitFor();
    await session().screenshot('classes');
    await page.keyboard.type('Net(', { delay: 60 });
    await row('width=').waitFor();
    await session().screenshot('arguments');
    await page.keyboard.press('Escape');
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+Home');
    await page.keyboard.type('# architect: Net(8, 3)(x: ', { delay: 30 });
    await row('f32').waitFor();
    await session().screenshot('types');
  });
});
