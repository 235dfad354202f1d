import assert from 'node:assert/strict';
import { lint } from './support.js';

const NET = `
import torch.nn as nn

class Net(nn.Module):
    def __init__(self, width, classes=10, *, bias=True):
        super().__init__()
        self.fc = nn.Linear(width, classes, bias=bias)

    def forward(self, x, mask=None):
        return self.fc(x)

class Open(nn.Module):
    def __init__(self, *sizes, **options):
        super().__init__()

    def forward(self, *inputs):
        return inputs[0]
`;

/** What is found in a directive, with the text that is underlined. */
async function found(directive: string): Promise<string[]> {
  const line = `# architect: ${directive}`;
  const findings = await lint(`${line}\n${NET}`);
  return findings
    .filter(({ rule }) => rule === 'D01')
    .map(({ message, span }) => {
      assert.equal(span.start.line, 0);
      return `${line.slice(span.start.character, span.end.character)}: ${message}`;
    });
}

describe('D01', () => {
  for (const right of [
    'Net(8)(x: f32[B, 8])',
    'Net(8, 3, bias=False)(f32[B, 8], mask=None)',
    'Net(width=8)',
    'Net(*[8])(x: f32[8])',
    'Open(1, 2, three=3)(f32[1], f32[2])',
    'ignore[L01]',
  ])
    it(`is silent about ${right}`, async () => assert.deepEqual(await found(right), []));

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'Nett(8)': ["Nett: There is no class 'Nett' at the top level of this file. It has 'Net', 'Open'."],
    'Net(8, clases=3)': ["clases: Net has no parameter 'clases'. It takes 'width', 'classes', 'bias'."],
    'Net(8, 3, True)': ['True: Net takes 2 arguments.'],
    'Net(8, width=9)': ["width: 'width' is given twice."],
    'Net(classes=3)(x: f32[8])': ["Net(classes=3)(x: f32[8]): Net needs 'width' as well."],
    'Net(8)(y: f32[8])': ["y: Net.forward has no parameter 'y'. It takes 'x', 'mask'."],
    'Net(8)(mask: f32[8])': ["Net(8)(mask: f32[8]): Net.forward needs 'x' as well."],
    'Net(8)(x: f33[8])': [
      'f33: This is not an element type: f16, bf16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool, c32, c64, c128.',
    ],
    'Net(8)(x: f32[8]) and': ['and: Nothing can follow here.'],
    'Net(8)(x: f32[8]': [": ')' is missing."],
  };
  for (const [directive, expected] of Object.entries(wrong))
    it(`finds what is wrong in ${directive}`, async () => assert.deepEqual(await found(directive), expected));
});
