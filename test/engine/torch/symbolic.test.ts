import { strict as assert } from 'node:assert';
import { defineFunction, type ModelledModule } from '../../../src/engine/python/define.js';
import { evaluateSource, isUnknown, PyRaise, type Value } from '../../../src/engine/python/index.js';
import { symbol } from '../../../src/engine/python/symint.js';
import { showShape } from '../../../src/engine/torch/dims.js';
import { torchModules } from '../../../src/engine/torch/index.js';
import { shapeErrorDetails } from '../../../src/engine/torch/shapeError.js';
import { isTensor } from '../../../src/engine/torch/tensor.js';
import { interpreterFor } from '../../support/interpret.js';

/** `S("B")`: a size that is only known by its name. */
const sizes: ModelledModule = {
  name: 'sizes',
  members: () => ({ S: defineFunction('S(name)', ({ name }) => symbol(typeof name === 'string' ? name : '?')) }),
};

const PRELUDE = `
import torch
import torch.nn.functional as F
from torch import nn
from einops import rearrange
from sizes import S
image = torch.zeros(S("B"), 3, S("H"), S("W"))
words = torch.zeros(S("B"), S("T"), 64)
`;

function show(value: Value): string {
  if (isTensor(value)) return showShape(value.data.shape);
  if (isUnknown(value)) return `unknown: ${value.reason}`;
  if (typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list'))
    return `(${value.items.map(show).join(', ')})`;
  if (typeof value === 'object' && value !== null && value.kind === 'symint') return value.key;
  return typeof value === 'number' ? String(value) : typeof value;
}

/** What an expression gives, and what had to be taken for granted. */
async function evaluate(text: string): Promise<{ shown: string; assumed: string[] }> {
  const interpreter = await interpreterFor(PRELUDE, [...torchModules, sizes]);
  const module = interpreter.importer.moduleOfFile('/main.py');
  return interpreter.run(() => ({
    shown: show(evaluateSource(interpreter, module, text)),
    assumed: interpreter.assumptions.map((assumption) => assumption.text),
  }));
}

describe('symbolic sizes through operators', () => {
  const shapes: Readonly<Record<string, string>> = {
    'nn.Conv2d(3, 8, 3, padding=1)(image)': '[B, 8, H, W]',
    'nn.Conv2d(3, 8, 3, stride=2, padding=1)(image)': '[B, 8, (H + 1)//2, (W + 1)//2]',
    'image.flatten(2).transpose(1, 2)': '[B, H*W, 3]',
    'F.adaptive_avg_pool2d(image, 1).flatten(1)': '[B, 3]',
    'F.interpolate(F.max_pool2d(image, 2), size=image.shape[2:])': '[B, 3, H, W]',
    'words.view(words.size(0), words.size(1), 4, 16).transpose(1, 2)': '[B, 4, T, 16]',
    'words.reshape(-1, 64)': '[B*T, 64]',
    'words @ words.transpose(-2, -1)': '[B, T, T]',
    'words[:, 1:]': '[B, T - 1, 64]',
    'words[:, -1]': '[B, 64]',
    'torch.cat([torch.zeros(1, 1, 64).expand(words.shape[0], -1, -1), words], dim=1)': '[B, T + 1, 64]',
    'words.chunk(2, dim=1)': '([B, (T + 1)//2, 64], [B, T//2, 64])',
    'words.unsqueeze(1) - words.unsqueeze(2)': '[B, T, T, 64]',
    'nn.LSTM(64, 20, batch_first=True)(words)[0]': '[B, T, 20]',
    'nn.TransformerEncoderLayer(64, 8, batch_first=True)(words)': '[B, T, 64]',
    'words.numel()': '64*B*T',
  };
  for (const [text, expected] of Object.entries(shapes))
    it(`${text} is ${expected}`, async () => {
      assert.deepEqual(await evaluate(text), { shown: expected, assumed: [] });
    });

  it('takes sizes as equal where they must be, and says so', async () => {
    assert.deepEqual(await evaluate('words + torch.zeros(1, 512, 64)[:, :words.size(1)]'), {
      shown: '[B, T, 64]',
      assumed: ['T == min(512, T)'],
    });
    assert.deepEqual(await evaluate('rearrange(image, "b c (h p) (w q) -> b (h w) (p q c)", p=16, q=16)'), {
      shown: '[B, (H//16)*(W//16), 768]',
      assumed: ['H % 16 == 0', 'W % 16 == 0'],
    });
  });

  it('does not guess how often a loop over a symbolic axis runs', async () => {
    assert.match((await evaluate('words.unbind(1)')).shown, /^unknown: the number of parts \(T\)/);
  });

  it('attaches to an error what does not fit', async () => {
    const interpreter = await interpreterFor(PRELUDE, [...torchModules, sizes]);
    const module = interpreter.importer.moduleOfFile('/main.py');
    interpreter.run(() => {
      assert.throws(
        () => evaluateSource(interpreter, module, 'F.linear(words, torch.zeros(10, 32))'),
        (error) => {
          assert.ok(error instanceof PyRaise);
          assert.equal(error.message, 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (B*Tx64 and 32x10)');
          const details = shapeErrorDetails(error.value);
          assert.equal(details?.op, 'linear');
          assert.equal(details.argument, 'weight');
          assert.equal(details.expected, 32);
          assert.equal(details.got, 64);
          return true;
        },
      );
    });
  });
});
