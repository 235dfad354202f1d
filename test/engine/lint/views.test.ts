import { checkMarked, net } from './support.js';

const IMAGE = 'self.conv = nn.Conv2d(3, 64, 3, padding=1)';
const TOKENS = 'self.embed = nn.Embedding(100, 64)';

const programs: Readonly<Record<string, readonly string[]>> = {
  A03: [
    net(IMAGE, 'x = self.conv(x)\nx = x.view(32, -1)  #! A03\nreturn x'),
    net(IMAGE, 'x = self.conv(x)\nreturn x.reshape(16, -1).sum(dim=1)  #! A03'),
    net(TOKENS, 'y = self.embed(x)\nreturn y.view((8, -1))  #! A03'),
    net(IMAGE, 'x = self.conv(x)\nreturn x.view(x.size(0), -1)'),
    net(IMAGE, 'x = self.conv(x)\nreturn x.view(-1, 64)'),
    net(IMAGE, 'w = torch.arange(6.0).view(2, -1)\nreturn self.conv(x) + w.sum()'),
  ],
  A04: [
    net(TOKENS, 'y = self.embed(x).transpose(1, 2)\nreturn y.view(y.size(0), -1)  #! A04'),
    net(
      IMAGE,
      'y = self.conv(x)\nb, c, h, w = y.shape\ny = y.permute(0, 2, 3, 1)\nreturn y.view(b, h * w * c)  #! A04',
    ),
    `
def heads_together(y):
    b, h, t, d = y.shape
    return y.transpose(1, 2).view(b, t, h * d)  #! A04

heads_together(torch.rand(2, 4, 10, 16))
`,
    net(IMAGE, 'y = self.conv(x)\nb, c, h, w = y.shape\nreturn y.permute(0, 2, 3, 1).view(b, h * w, c)'),
    net(TOKENS, 'y = self.embed(x).transpose(1, 2)\nreturn y.reshape(y.size(0), -1)'),
    net(TOKENS, 'y = self.embed(x).transpose(1, 2).contiguous()\nreturn y.view(y.size(0), -1)'),
    net(TOKENS, 'y = self.embed(x).transpose(1, 2)\nb, e, t = y.shape\nreturn y.view(b, 4, e // 4, t)'),
  ],
  A05: [
    net(IMAGE, 'x = self.conv(x)\nb, c, h, w = x.shape\nreturn x.view(b, h, w, c)  #! A05'),
    net(IMAGE, 'x = self.conv(x)\nb, c, h, w = x.shape\ntokens = x.reshape(b, h * w, c)  #! A05\nreturn tokens'),
    net(
      TOKENS,
      'x = self.embed(x)\nb, t, e = x.shape\nq = x.view(b, 4, t, e // 4)  #! A05\nreturn q @ q.transpose(-2, -1)',
    ),
    `${net(IMAGE, 'return as_tokens(self.conv(x))')}
def as_tokens(x):
    b, c, h, w = x.shape
    return x.view(b, h * w, c)  #! A05
`,
    net(IMAGE, 'x = self.conv(x)\nb, c, h, w = x.shape\nreturn x.view(b, c, h * w).transpose(1, 2)'),
    net(
      IMAGE,
      'x = self.conv(x)\nb, c, h, w = x.shape\nreturn x.view(b, 4, c // 4, h, w).transpose(1, 2).reshape(b, c, h, w)',
    ),
    net(TOKENS, 'x = self.embed(x)\nb, t, e = x.shape\nreturn x.view(b, t, 4, e // 4).transpose(1, 2)'),
    net(IMAGE, 'x = self.conv(x).mean((2, 3), keepdim=True)\nb, c, h, w = x.shape\nreturn x.view(b, 1, 1, c)'),
    // Rows that were made longer for another reason.
    net(
      TOKENS,
      'x = self.embed(x)\nx = torch.cat([x, x], -1)\nb, t, e = x.shape\nq = x.view(b, 4, t, e // 4)  #! A05\nreturn q @ q.transpose(-2, -1)',
    ),
    net(IMAGE, 'x = F.pad(self.conv(x), (1, 1, 1, 1))\nb, c, h, w = x.shape\nreturn x.view(b, h * w, c)  #! A05'),
    net(IMAGE, 'x = F.pad(self.conv(x), (0, 1))\nb, c, h, w = x.shape\nreturn x.view(b, h, w, c)  #! A05'),
    net(IMAGE, 'x = nn.ZeroPad2d(1)(self.conv(x))\nb, c, h, w = x.shape\nreturn x.view(b, c, w, h)  #! A05'),
    // The relative shift of Transformer-XL (Dai et al. 2019): rows one longer, read as columns.
    net(
      IMAGE,
      'x = self.conv(x)\nb, c, h, w = x.shape\nx = torch.cat([x.new_zeros(b, c, h, 1), x], 3)\nreturn x.view(b, c, w + 1, h)[:, :, 1:].view(b, c, h, w)',
    ),
    net(
      IMAGE,
      'x = self.conv(x)\nb, c, h, w = x.shape\nreturn F.pad(x, (1, 0)).view(b, c, w + 1, h).narrow(2, 1, w).view_as(x)',
    ),
  ],
  A06: [
    net('self.conv = nn.Conv2d(1, 64, 3, padding=1)', 'return x + self.conv(x)  #! A06'),
    net(
      'self.body = nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), nn.ReLU())',
      'skip = x\ny = self.body(x)\nreturn y + skip  #! A06',
    ),
    `${net('self.conv = nn.Conv2d(1, 16, 1)', 'return residual(x, self.conv(x))')}
def residual(x, y):
    return torch.add(x, y)  #! A06
`,
    net(IMAGE, 'x = self.conv(x)\nreturn x + x.mean(dim=1, keepdim=True)'),
    net('self.conv = nn.Conv2d(8, 8, 3, padding=1)', 'return x + self.conv(x)'),
  ],
  A13: [
    net(
      'self.rnn = nn.LSTM(8, 16)\nself.fc = nn.Linear(16, 2)',
      'out, _ = self.rnn(x)\nreturn self.fc(out[:, -1])  #! A13',
    ),
    net('self.rnn = nn.GRU(8, 16)', 'out, h = self.rnn(x)\nlast = out[:, -1, :]  #! A13\nreturn last'),
    net(
      'self.rnn = nn.RNN(input_size=8, hidden_size=16, batch_first=False)',
      'out, (h) = self.rnn(x)\nreturn F.relu(out[:, -1, :])  #! A13',
    ),
    net('self.rnn = nn.LSTM(8, 16, batch_first=True)', 'out, _ = self.rnn(x)\nreturn out[:, -1]'),
    net('self.rnn = nn.LSTM(8, 16)', 'out, _ = self.rnn(x)\nreturn out[-1]'),
    net('self.rnn = nn.LSTM(8, 16)', 'out, _ = self.rnn(x)\nout = out.transpose(0, 1)\nreturn out[:, -1]'),
  ],
};

describe('rules on axes', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
