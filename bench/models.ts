/** Texts of the benchmarks' own models. */

const BLOCK = (i: number): string => `

class Block${i}(nn.Module):
    def __init__(self, width, heads=4, ratio=${(i % 3) + 2}, dropout=0.1):
        super().__init__()
        hidden = width * ratio
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, dropout=dropout, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, width),
        )

    def forward(self, x):
        y = self.norm1(x)
        y, _ = self.attention(y, y, y, need_weights=False)
        x = x + y
        return x + self.mlp(self.norm2(x))
`;

const HEAD = `import torch
import torch.nn as nn
import torch.nn.functional as F
`;

function net(blocks: number): string {
  return `

class Net(nn.Module):
    def __init__(self, num_classes=10, width=64, depth=2):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 4, stride=4),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        kinds = [${Array.from({ length: blocks }, (_, i) => `Block${i}`).join(', ')}]
        self.blocks = nn.ModuleList([kind(width) for kind in kinds for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(dim=1))
`;
}

/** A model file of about `lines` lines: blocks, and a network made of all of them. */
export function modelOf(lines: number): string {
  const blocks = Math.round((lines - 28) / 23);
  return HEAD + Array.from({ length: blocks }, (_, i) => BLOCK(i)).join('') + net(blocks);
}

/** A model of `layers` layers, one after the other and in residual blocks of four. */
export function deepModel(layers: number): string {
  return `${HEAD}

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.act = nn.GELU()
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(self.act(self.up(self.norm(x))))


class Deep(nn.Module):
    def __init__(self, width=64, depth=${Math.floor(layers / 4)}, classes=10):
        super().__init__()
        self.blocks = nn.ModuleList([Block(width) for _ in range(depth)])
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)
`;
}

/** A loop that trains the network of a model file. */
export function trainingOf(): string {
  return `

def train(loader, epochs=3):
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    for epoch in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
`;
}
