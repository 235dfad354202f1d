import assert from 'node:assert/strict';
import { after, idsOf, made, offersAt, trainAfter } from './support.js';

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n';

describe('offers: classes beside a loss, weights and gradient tests', function () {
  this.timeout(60_000);

  const game = `${HEAD}net = nn.Linear(2, 1)\ncriterion = nn.BCEWithLogits‸Loss()\nreal = torch.ones(4, 1)\nfake = torch.zeros(4, 1)\nloss = criterion(net(x), real) + criterion(net(z), fake)\nloss.backward()\n`;

  it('knows a game of two networks by its targets', async () => {
    const found = idsOf(await offersAt(game));
    assert.ok(found.includes('loss.hingeGan') && found.includes('loss.wassersteinGp'), found.join());
    assert.ok(!found.includes('loss.posWeight'), found.join());
    assert.match(await trainAfter(game, 'loss.hingeGan'), /class HingeGANLoss\(nn\.Module\)/);
  });

  it('balances several losses', async () => {
    const text = `${HEAD}loss = F.mse‸_loss(a, b) + F.l1_loss(c, d)\nloss.backward()\n`;
    assert.match(await trainAfter(text, 'loss.uncertainty'), /class UncertaintyWeighting/);
    assert.ok(
      idsOf(await offersAt(`${HEAD}loss = F.mse‸_loss(a, b)\nloss.backward()\n`)).every(
        (id) => id !== 'loss.uncertainty',
      ),
    );
  });

  it('adds a distillation loss where a teacher is in sight', async () => {
    const text = (name: string): string =>
      `${HEAD}${name} = make()\nloss = F.cross_‸entropy(student(x), y)\nloss.backward()\n`;
    assert.ok(idsOf(await offersAt(text('teacher'))).includes('loss.distillation'));
    assert.ok(!idsOf(await offersAt(text('other'))).includes('loss.distillation'));
  });

  it('gives a weight a name: a parameter, or a constant', async () => {
    const inside = `${HEAD}def total(loss, aux_loss):\n    return loss + 0.‸3 * aux_loss\n`;
    assert.match(
      await trainAfter(inside, 'loss.weight'),
      /def total\(loss, aux_loss, aux_weight=0\.3\):\n {4}return loss \+ aux_weight \* aux_loss/,
    );
    const outside = `${HEAD}main_loss = f()\naux_loss = g()\nloss = main_loss + 0.‸3 * aux_loss\n`;
    assert.match(
      await trainAfter(outside, 'loss.weight'),
      /AUX_WEIGHT = 0\.3\nloss = main_loss \+ AUX_WEIGHT \* aux_loss/,
    );
  });

  it('writes a gradient test of one’s own loss', async () => {
    const texts = await after(
      {
        '/losses.py': `${HEAD}def my_loss(logits, target):\n    return F.cross_entropy(logits, target) + logits.pow(2).mean()\n`,
        '/train.py': 'from losses import my_loss\n\nloss = my_‸loss(model(x), y)\nloss.backward()\n',
      },
      'loss.gradcheck',
    );
    const test = texts['/test_my_loss_gradient.py'] ?? '';
    assert.match(test, /from losses import my_loss/);
    assert.match(test, /target = torch\.randint\(0, 3, \(4,\)\)/);
    assert.match(test, /assert gradcheck\(lambda x: loss\(x, target\), \(logits,\)\)/);
  });

  it('has no gradient test for PyTorch’s own', async () => {
    const { offers } = await offersAt(`${HEAD}loss = F.mse‸_loss(a, b)\n`);
    assert.ok(offers.every(({ id }) => id !== 'loss.gradcheck'));
    assert.equal((await made(`${HEAD}loss = F.mse‸_loss(a, b)\n`, 'loss.explain')).kind, 'text');
  });
});
