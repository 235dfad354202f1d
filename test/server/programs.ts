/** A softmax that the loss takes once more: L01 at line 10. */
export const SOFTMAX = `import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return F.softmax(self.out(x), dim=1)

model = Net()
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
`;
