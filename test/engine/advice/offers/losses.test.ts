import assert from 'node:assert/strict';
import { after, idsOf, made, offersAt, trainAfter } from './support.js';

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n';

describe('offers: losses', function () {
  this.timeout(60_000);

  it('inserts focal loss once, after the imports, in the user’s quotes and indentation', async () => {
    const text = `from torch import nn\n\n\ndef build():\n  weight = None\n  kind = 'x'\n  return nn.CrossEntropy‸Loss(weight=weight, ignore_index=-1)\n`;
    const changed = await trainAfter(text, 'loss.focal');
    assert.match(changed, /^from torch import nn\nimport torch\n\n\nclass FocalLoss\(nn\.Module\):\n {2}"""/);
    assert.match(changed, /reduction='mean'\):/);
    assert.match(changed, /return FocalLoss\(gamma=2\.0, weight=weight, ignore_index=-1\)/);
    assert.equal((changed.match(/class FocalLoss/g) ?? []).length, 1);
  });

  it('uses the focal loss that the workspace has', async () => {
    const texts = await after(
      {
        '/losses.py': `${HEAD}class FocalLoss(nn.Module):\n    def __init__(self, gamma):\n        super().__init__()\n`,
        '/train.py': `${HEAD}criterion = nn.CrossEntropy‸Loss()\n`,
      },
      'loss.focal',
    );
    assert.match(texts['/train.py'] ?? '', /from losses import FocalLoss/);
    assert.match(texts['/train.py'] ?? '', /criterion = FocalLoss\(gamma=2\.0\)/);
    assert.doesNotMatch(texts['/train.py'] ?? '', /class FocalLoss/);
  });

  it('refuses where an argument would be lost', async () => {
    assert.equal((await made(`${HEAD}c = nn.CrossEntropy‸Loss(label_smoothing=0.1)\n`, 'loss.focal')).kind, 'refused');
    assert.equal((await made(`${HEAD}c = nn.MSE‸Loss(*args)\n`, 'loss.huber')).kind, 'refused');
  });

  it('weights classes by counts in sight', async () => {
    const text = `${HEAD}CLASS_COUNTS = {'cat': 900, 'dog': 100}\ndevice = 'cpu'\ncriterion = nn.CrossEntropy‸Loss()\n`;
    const changed = await trainAfter(text, 'loss.classWeights');
    assert.match(changed, /class_weights = torch\.tensor\(\[0\.5556, 5\.0\], device=device\)/);
  });

  it('finds counts that are computed, or that a sampler is weighted by', async () => {
    const shown = {
      'a Counter of labels': 'labels = [0] * 900 + [1] * 100\ntally = Counter(labels)\n',
      'a bincount': 'labels = torch.tensor([0] * 90 + [1] * 10)\ndef make():\n    return torch.bincount(labels)\n',
      'a sum for each class':
        'labels = [0] * 90 + [1] * 10\nper_class = [sum(y == c for y in labels) for c in range(2)]\n',
      'weights of a sampler, by class':
        'sizes = [900, 100]\ndef loader(labels):\n    weights = [1.0 / sizes[y] for y in labels]\n    return WeightedRandomSampler(weights, 1000)\n',
      'weights of classes': 'sizes = torch.tensor([90, 10])\nweights = 1.0 / sizes.float()\n',
      'weights in a comprehension': 'class_weight = [1 / n for n in (900, 100)]\n',
    };
    const head = `from collections import Counter\nfrom torch.utils.data import WeightedRandomSampler\n${HEAD}`;
    for (const [what, text] of Object.entries(shown))
      assert.match(
        await trainAfter(`${head}${text}criterion = nn.CrossEntropy‸Loss()\n`, 'loss.classWeights'),
        /class_weights = torch\.tensor\(\[0\.5556, 5\.0\]\)/,
        what,
      );
  });

  it('asks for counts where none are in sight, or what is in sight says different things', async () => {
    for (const text of [
      '',
      'counts = load_counts()\n',
      "from collections import Counter\ntally = Counter(['cat', 'cat', 'dog'])\n",
      'counts = [5, 5]\n',
      'train_counts = [900, 100]\nval_counts = [90, 20]\n',
    ])
      assert.equal(
        (await made(`${HEAD}${text}criterion = nn.CrossEntropy‸Loss()\n`, 'loss.classWeights')).kind,
        'question',
        text,
      );
  });

  it('weights positives', async () => {
    const changed = await trainAfter(`${HEAD}criterion = nn.BCEWithLogits‸Loss()\n`, 'loss.posWeight', [900, 100]);
    assert.match(changed, /pos_weight = torch\.tensor\(\[9\.0\]\)/);
  });

  it('smooths labels', async () => {
    assert.match(
      await trainAfter(`${HEAD}criterion = nn.CrossEntropy‸Loss()\n`, 'loss.labelSmoothing'),
      /label_smoothing=0\.1/,
    );
  });

  it('exchanges regression losses, in both forms', async () => {
    assert.match(await trainAfter(`${HEAD}c = nn.MSE‸Loss()\n`, 'loss.huber'), /c = nn\.HuberLoss\(\)/);
    assert.match(await trainAfter(`${HEAD}l = F.mse‸_loss(a, b)\n`, 'loss.smoothL1'), /l = F\.smooth_l1_loss\(a, b\)/);
    assert.match(
      await trainAfter(`${HEAD}l = F.mse‸_loss(a, b)\n`, 'loss.quantile'),
      /l = QuantileLoss\(quantile=0\.5\)\(a, b\)/,
    );
  });

  it('offers overlap losses only for dense predictions', async () => {
    const net = (layer: string): string =>
      `${HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.head = ${layer}\n\n    def forward(self, x):\n        return self.head(x)\n\n\nmodel = Net()\ncriterion = nn.CrossEntropy‸Loss()\nloss = criterion(model(x), y)\nloss.backward()\n`;
    assert.ok(idsOf(await offersAt(net('nn.Conv2d(8, 3, 1)'))).includes('loss.diceCrossEntropy'));
    assert.ok(!idsOf(await offersAt(net('nn.Linear(8, 3)'))).includes('loss.dice'));
  });

  it('averages the divergence over the batch', async () => {
    assert.match(
      await trainAfter(`${HEAD}l = F.kl‸_div(a, b)\n`, 'loss.batchmean'),
      /F\.kl_div\(a, b, reduction="batchmean"\)/,
    );
  });

  it('takes negatives from the batch instead of triplets', async () => {
    const text = `${HEAD}criterion = nn.TripletMargin‸Loss()\nloss = criterion(a, p, n)\nloss.backward()\n`;
    const changed = await trainAfter(text, 'loss.infoNCE');
    assert.match(changed, /criterion = InfoNCELoss\(temperature=0\.1\)\nloss = criterion\(a, p\)/);
  });

  for (const given of ['margin=0.2', '0.2'])
    it(`keeps the margin of TripletMarginLoss(${given}) for the nearest negative of the batch`, async () => {
      const text = `${HEAD}criterion = nn.TripletMargin‸Loss(${given})\nloss = criterion(a, p, n)\nloss.backward()\n`;
      const changed = await trainAfter(text, 'loss.batchHardTriplet');
      assert.match(changed, /^class BatchHardTripletLoss\(nn\.Module\):$/m);
      assert.match(changed, /criterion = BatchHardTripletLoss\(margin=0\.2\)\nloss = criterion\(a, p\)/);
      assert.match(await trainAfter(text, 'loss.infoNCE'), /criterion = InfoNCELoss\(temperature=0\.1\)/);
    });

  for (const [from, to] of [
    ['torch.log(F.soft‸max(x, dim=1))', 'F.log_softmax(x, dim=1)'],
    ['torch.sig‸moid(x).log()', 'F.logsigmoid(x)'],
    ['torch.log(torch.exp(‸x).sum(dim=-1))', 'torch.logsumexp(x, dim=-1)'],
    ['torch.log(1 + torch.exp(‸x))', 'F.softplus(x)'],
    ['torch.log(1 - torch.sigmoid(‸x))', 'F.logsigmoid(-x)'],
  ] as const)
    it(`makes ${from.replace('‸', '')} stable`, async () => {
      const changed = await trainAfter(`${HEAD}y = ${from}\n`, 'loss.stable');
      assert.ok(changed.endsWith(`y = ${to}\n`), changed);
    });

  it('explains a loss with the user’s number of classes', async () => {
    const text = `${HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.head = nn.Linear(8, 7)\n\n    def forward(self, x):\n        return self.head(x)\n\n\nmodel = Net()\ncriterion = nn.CrossEntropy‸Loss()\n`;
    const result = await made(text, 'loss.explain');
    assert.ok(result.kind === 'text' && result.markdown.includes('\\ln 7 = 1.9459'), JSON.stringify(result));
  });

  it('is silent where there is no loss', async () => {
    assert.deepEqual(idsOf(await offersAt(`${HEAD}x = torch.ze‸ros(3)\n`)), []);
  });
});
