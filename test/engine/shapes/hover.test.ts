import assert from 'node:assert/strict';
import { hover } from './support.js';

const net = (forward: string, init = 'self.conv = nn.Conv2d(3, 64, 7, stride=2, padding=3)'): string => `
# architect: Net()(x: f32[8, 3, 224, 224])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init}

    def forward(self, x):
        ${forward.replaceAll('\n', '\n        ')}
`;

describe('hovers', () => {
  it('give a layer its signature, parameters, products and formula with numbers', async () => {
    const text = await hover(net('return self.co‸nv(x)'));
    assert.equal(
      text,
      `\`\`\`python
Conv2d: [8, 3, 224, 224] → [8, 64, 112, 112]
\`\`\`

- Parameters: 64·3·7·7 + 64 = 9,472
- MACs: 944,111,616 = 6,422,528 outputs × 147
- y = W ∗ x + b
- Hₒ = ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112
- Wₒ = ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112
- Receptive field: 7×7, stride 2×2
- Kept for backward: 4.6 MiB`,
    );
  });

  it('say the same where the layer is made', async () => {
    const text = await hover(net('return self.conv(x)', 'self.conv = nn.Con‸v2d(3, 64, 7, stride=2, padding=3)'));
    assert.match(text ?? '', /Conv2d: \[8, 3, 224, 224\] → \[8, 64, 112, 112\]/);
    assert.match(text ?? '', /64·3·7·7 \+ 64 = 9,472/);
  });

  it('give a variable its shape at this very place', async () => {
    assert.equal(await hover(net('x = self.conv(x)\nx = x.mean((2, 3))\nreturn ‸x')), '```python\nx: [8, 64]\n```');
    assert.equal(
      await hover(net('x = self.conv(‸x)\nx = x.mean((2, 3))\nreturn x')),
      '```python\nx: [8, 3, 224, 224]\n```',
    );
  });

  it('give a size its number', async () => {
    assert.equal(await hover(net('b, c, h, ‸w = x.shape\nreturn x')), '```python\nw: 224\n```');
  });

  it('give an operator its operands, products and formula', async () => {
    assert.equal(
      await hover(net('y = x.flatten(2)\nreturn F.soft‸max(y @ y.transpose(1, 2), dim=-1)')),
      '```python\nsoftmax([8, 3, 3]) → [8, 3, 3]\n```\n\n- yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)\n- Kept for backward: nothing',
    );
    assert.equal(
      await hover(net('y = x.flatten(2)\nreturn y ‸@ y.transpose(1, 2)')),
      '```python\nmatmul([8, 3, 50176], [8, 50176, 3]) → [8, 3, 3]\n```\n\n- MACs: 3,612,672\n- Kept for backward: nothing',
    );
  });

  it('tell what backward keeps, and what is kept for somebody before', async () => {
    const forward = 'x = F.relu(self.conv(x))\nreturn self.end(x)';
    const init = 'self.conv, self.end = nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.Conv2d(64, 8, 3, bias=False)';
    const relu = await hover(net(forward.replace('relu', 're‸lu'), init));
    assert.match(relu ?? '', /^- Kept for backward: 24\.5 MiB$/m);
    const end = await hover(net(forward.replace('self.end', 'self.en‸d'), init));
    assert.match(end ?? '', /^- Receptive field: 11×11, stride 2×2$/m);
    assert.match(end ?? '', /^- Kept for backward: 24\.5 MiB, which is kept before it already$/m);
    const made = await hover(net(forward, init.replace('nn.Conv2d(64', 'nn.Con‸v2d(64')));
    assert.match(made ?? '', /^- Receptive field: 11×11, stride 2×2$/m);
    const blocks = 'self.conv = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.BatchNorm2d(4))';
    const block = await hover(net('return self.con‸v(x)', blocks));
    assert.match(block ?? '', /^- Kept for backward: 10\.6 MiB$/m);
    assert.doesNotMatch(block ?? '', /Receptive/);
  });

  it('tell why it is not known what backward keeps', async () => {
    const text = await hover(net('h = self.con‸v(x)\nreturn h.renorm(2, 0, 1.0)'));
    assert.match(text ?? '', /^- Kept for backward: not known \(what backward of renorm keeps is not known\)$/m);
  });

  it('tell why something is not known', async () => {
    const text = await hover(`from elsewhere import mystery\n${net('y = mystery(x)\nreturn ‸y + 1')}`);
    assert.match(text ?? '', /^Not known: .*elsewhere/);
  });

  it('say that sizes were inferred', async () => {
    const text = await hover(net('return ‸x').replace(/# architect.*\n/, ''));
    assert.equal(
      text,
      '```python\nx: [B, 3, H, W]\n```\n\n*Input sizes are inferred: nothing in the project says them.*',
    );
  });
});
