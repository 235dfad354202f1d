import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

/** Runs through what a person does: the light bulb on a loss, its change in two files, keep; then a layer by command. */
for (const colorScheme of ['dark', 'light'] as const)
  describe(`changes of losses and layers, ${colorScheme}`, function () {
    this.timeout(180_000);
    const session = useSession({ name: `actions-${colorScheme}`, settings: { 'files.autoSave': 'off' }, colorScheme });

    if (colorScheme === 'dark')
      it('takes the sigmoid out of the model in another file, as pending changes', async () => {
        const { bench, spy } = session();
        await session().spy.evaluate(
          async (api, folder, json) => {
            const files = JSON.parse(json) as Record<string, string>;
            for (const [name, text] of Object.entries(files))
              await api.workspace.fs.writeFile(api.Uri.file(`${folder}/${name}`), Buffer.from(text));
          },
          session().folder,
          JSON.stringify({
            'scorer.py':
              'import torch.nn as nn\n\n\nclass Scorer(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(8, 1)\n        self.sigmoid = nn.Sigmoid()\n\n    def forward(self, x):\n        return self.sigmoid(self.fc(x))\n',
            'fit.py':
              'import torch\nimport torch.nn as nn\n\nfrom scorer import Scorer\n\nmodel = Scorer()\ncriterion = nn.BCELoss()\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nfor step in range(10):\n    x, y = torch.randn(4, 8), torch.ones(4, 1)\n    out = model(x)\n    loss = criterion(out, y)\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n    print((out > 0.5).float().mean())\n',
          }),
        );
        const fit = session().file('fit.py');
        const before = await readFile(fit, 'utf8');
        await bench.openFile('fit.py');
        await bench.clickLine('fit.py', 'nn.BCELoss');
        const offered = await waitFor(
          'the offer',
          () => bench.codeActions(),
          (titles) => titles.some((title) => /BCEWithLogitsLoss/.test(title)),
          60_000,
        );
        assert.ok(
          offered.some((title) => /Explain this loss/.test(title)),
          offered.join(),
        );
        await session().screenshot('lightbulb');
        await bench.pickCodeAction(/BCEWithLogitsLoss/);
        await waitFor(
          'the model',
          () => spy.text(session().file('scorer.py')),
          (text) => /return self\.fc\(x\)/.test(text ?? ''),
          60_000,
        );
        await session().screenshot('pending');
        assert.match((await spy.text(fit)) ?? '', /print\(\(torch\.sigmoid\(out\) > 0\.5\)/);
        assert.equal(await readFile(fit, 'utf8'), before);
        await bench.command('Architect: Keep All Pending Changes');
        assert.match((await spy.text(fit)) ?? '', /nn\.BCEWithLogitsLoss\(\)/);
      });
    else
      it('lists what can be done with a loss, by command', async () => {
        const { bench, page, spy } = session();
        await bench.openFile('train.py');
        await bench.clickLine('train.py', 'CrossEntropyLoss(');
        await bench.command('Architect: Change Loss');
        await page
          .locator('.quick-input-list .monaco-list-row', { hasText: 'focal' })
          .first()
          .waitFor({ timeout: 60_000 });
        await session().screenshot('pick');
        await bench.pickRow('Replace by focal loss');
        await waitFor(
          'the class',
          () => spy.text(session().file('train.py')),
          (text) => /class FocalLoss\(nn\.Module\)/.test(text ?? ''),
          60_000,
        );
        await session().screenshot('focal');
      });
  });
