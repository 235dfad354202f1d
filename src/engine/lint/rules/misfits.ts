/** A: sizes that don't fit. They are found where forward is run for the report, which knows more; here are their names. */
import type { PyInstance, Value } from '../../python/value.js';
import type { Finding, Rule } from '../types.js';

/** Which rule an exception of forward belongs to; `null` if none. `layer`: the one whose size doesn't fit. */
export function ruleOfMisfit(message: string, layer: PyInstance | null, op: string | null): string | null {
  if (layer)
    return /^(?:Lazy)?Conv|^(?:Batch|SyncBatch|Instance|Group)Norm|^PReLU$/.test(layer.cls.name) ? 'A02' : 'A01';
  if (/Output size is too small|Kernel size can't be greater/.test(message)) return 'A11';
  if (/^The size of tensor a .* must match/.test(message) && op !== null && /^(?:add|sub)_?$/.test(op)) return 'A06';
  return null;
}

/** Rules whose findings come with the report of a class. */
const withReport = (): Finding[] => [];

const A01: Rule = {
  id: 'A01',
  title: 'Layer of another width than what arrives',
  star: true,
  severity: 'error',
  why: String.raw`\`nn.Linear(in_features, out_features)\` multiplies the last axis of its input by a matrix of \`in_features\` columns: any other size raises an error. After a
flatten the size is channels × height × width of what the layers before give. Recurrent layers, attention and layer norm compare the last axis in the same way.`,
  wrong: `
self.conv = nn.Conv2d(3, 16, 3, padding=1)   # (B, 16, 32, 32)
self.fc = nn.Linear(16 * 16 * 16, 10)`,
  right: `
self.conv = nn.Conv2d(3, 16, 3, padding=1)   # (B, 16, 32, 32)
self.fc = nn.Linear(16 * 32 * 32, 10)`,
  sources: ['PyTorch documentation: torch.nn.Linear'],
  check: withReport,
};

const A02: Rule = {
  id: 'A02',
  title: 'Channels that do not fit',
  star: true,
  severity: 'error',
  why: String.raw`A convolution and a normalisation know how many channels arrive: \`in_channels\`, \`num_features\`, \`num_channels\`. Another number raises an error. A
three-dimensional input of \`Conv2d\` counts as one unbatched image, so that a forgotten axis may look like a wrong number of channels.`,
  wrong: `
nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(32))`,
  right: `
nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16))`,
  sources: ['PyTorch documentation: torch.nn.Conv2d, torch.nn.BatchNorm2d'],
  check: withReport,
};

const A11: Rule = {
  id: 'A11',
  title: 'Nothing left of the image',
  star: false,
  severity: 'error',
  why: String.raw`Each convolution and pooling without padding makes the image smaller: $\lfloor(n+2p-k)/s\rfloor+1$. When less than one element is left PyTorch raises an error. Use padding,
fewer strides, or larger inputs.`,
  wrong: `
nn.Sequential(nn.Conv2d(3, 8, 5), nn.MaxPool2d(4), nn.Conv2d(8, 16, 5))(torch.rand(1, 3, 16, 16))`,
  right: `
nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5))(torch.rand(1, 3, 16, 16))`,
  sources: ['PyTorch documentation: torch.nn.Conv2d'],
  check: withReport,
};

const A10: Rule = {
  id: 'A10',
  title: 'Groups or heads that do not divide',
  star: false,
  severity: 'error',
  why: String.raw`Grouped convolution and group norm split the channels into \`groups\` equal parts, attention splits \`embed_dim\` into \`num_heads\`: the number must divide evenly, or the constructor
raises an error.`,
  wrong: `
nn.GroupNorm(32, 48)`,
  right: `
nn.GroupNorm(16, 48)`,
  sources: ['PyTorch documentation: torch.nn.GroupNorm, torch.nn.Conv2d, torch.nn.MultiheadAttention'],
  *check(program) {
    for (const { message, place } of program.rehearsal.failures)
      if (program.isHere(place)) yield { message: `${message}: this raises an error.`, place };
    for (const layer of program.rehearsal.instances) {
      if (layer.cls.name !== 'MultiheadAttention' || !layer.cls.module.startsWith('torch.')) continue;
      const [width, heads] = ['embed_dim', 'num_heads'].map((name): Value | undefined => layer.attrs.get(name));
      if (typeof width !== 'number' || typeof heads !== 'number' || heads <= 0 || width % heads === 0) continue;
      if (!program.isHere(layer.place)) continue;
      yield {
        message: `embed_dim (${width}) must be divisible by num_heads (${heads}): this raises an error.`,
        place: layer.place,
      };
    }
  },
};

export const misfitRules: readonly Rule[] = [A01, A02, A10, A11];
