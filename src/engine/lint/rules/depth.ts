/** A19: a stack so deep and plain that the gradient doesn't get through. */
import { ownMembers } from '../../model/index.js';
import type { PyInstance } from '../../python/value.js';
import { classesOf, indentAt, lineEnd } from '../../syntax/index.js';
import { isUnknown } from '../../torch/dims.js';
import { troubleOf, type CallSignal } from '../../torch/signal/flow.js';
import { modulePaths, type ModuleCall } from '../../torch/trace.js';
import { methodOf, spell } from '../../training/index.js';
import { magnitudeText } from '../../../texts.js';
import type { Program } from '../program.js';
import { quoted } from '../source.js';
import { lineBelow } from '../statements.js';
import type { Fix, Rule } from '../types.js';

/** A stack of fewer layers is not deep. */
const DEEP = 8;
const WEIGHTED = /^(?:Linear|Conv\dd|ConvTranspose\dd)$/;
const NORMALISES = /Norm/;

const A19: Rule = {
  id: 'A19',
  title: 'Gradient that does not get through',
  star: false,
  severity: 'info',
  why: String.raw`Going back through a layer multiplies the gradient by about $\sqrt{n\,\mathrm{Var}(w)\,\mathbb{E}[\varphi'^2]}$. PyTorch's own initialisation has $n\,\mathrm{Var}(w)=\tfrac13$, and ReLU
halves the square: a factor of 0.41 a layer, $10^{-8}$ after twenty. With $\mathrm{Var}(w)=2/n$ (He) the factor is 1 for ReLU; normalisation and residual connections keep it near 1 whatever the weights are. The numbers
are those of the model at initialisation, with the gradient at the output having norm 1.`,
  wrong: `
layers = []
for _ in range(20):
    layers += [nn.Linear(64, 64), nn.ReLU()]
self.layers = nn.Sequential(*layers)`,
  right: `
layers = []
for _ in range(20):
    layers += [nn.Linear(64, 64), nn.LayerNorm(64), nn.ReLU()]
self.layers = nn.Sequential(*layers)`,
  sources: [
    'Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010',
    'He et al., Delving Deep into Rectifiers, 2015, section 2.2',
  ],
  *check(program) {
    for (const root of rootsOf(program)) {
      const parts = [...modulePaths(root).keys()];
      const layers = parts.filter(({ cls }) => cls.module.startsWith('torch.') && WEIGHTED.test(cls.name));
      if (layers.length < DEEP || parts.some(({ cls }) => NORMALISES.test(cls.name))) continue;
      const signal = program.signalOf(root);
      if (isUnknown(signal)) continue;
      const weighted = signal.filter(({ call }) => layers.includes(call.module));
      const lost = weighted.findLastIndex(({ gradientNorm }) => troubleOf(gradientNorm) !== null);
      const [first, at] = [weighted[0], weighted[lost]];
      const last = weighted[weighted.length - 1];
      if (!first || !at || !last || lost > weighted.length - DEEP / 2) continue;
      const trouble = troubleOf(at.gradientNorm);
      const { place } = first.call.module;
      if (!program.isHere(place)) continue;
      const fix = trouble === 'vanishing' ? initialisation(program, root, layers) : null;
      yield {
        message: `At initialisation the gradient ${trouble === 'vanishing' ? 'vanishes' : 'explodes'}: of norm ${magnitudeText(last.gradientNorm)} at ${last.call.path}, it is ${magnitudeText(first.gradientNorm)} at ${first.call.path}, ${weighted.length - 1} layers back (${magnitudeText(factor(weighted))} a layer). ${REMEDY}`,
        place,
        ...(fix ? { fix } : {}),
      };
    }
  },
};

const REMEDY = 'Initialise for the activation, normalise between the layers, or add residual connections.';

/** By how much a layer multiplies the gradient on average. */
const factor = (layers: readonly CallSignal[]): number => {
  const [first, last] = [layers[0], layers[layers.length - 1]];
  return first && last ? (first.gradientNorm / last.gradientNorm) ** (1 / (layers.length - 1)) : NaN;
};

/** Modules of the file that are part of no other: the user's classes, and chains. */
function rootsOf(program: Program): PyInstance[] {
  const { instances } = program.rehearsal;
  const inner = new Set(instances.flatMap((each) => ownMembers(each).children.map(({ value }) => value)));
  return instances.filter(
    (each) =>
      !inner.has(each) &&
      (program.isHere(each.cls.place) || (each.cls.name === 'Sequential' && program.isHere(each.place))),
  );
}

/** Initialisations by activation, as `nn.init` calls them. */
const INITIALISATIONS: Readonly<
  Record<string, readonly [name: string, arguments_: (quote: (text: string) => string) => string]>
> = {
  relu: ['kaiming_normal_', (quote) => `, nonlinearity=${quote('relu')}`],
  tanh: ['xavier_normal_', () => ', gain=5 / 3'],
};

const ACTIVATIONS = [
  'relu',
  'leaky_relu',
  'elu',
  'selu',
  'gelu',
  'silu',
  'mish',
  'softplus',
  'tanh',
  'sigmoid',
  'hardtanh',
  'prelu',
];

const rootOf = (call: ModuleCall | null): PyInstance | null => {
  let at = call;
  while (at?.parent) at = at.parent;
  return at?.module ?? null;
};

/** Fills the weights at the end of the constructor as the activation needs it; `null` where the class initialises them itself. */
function initialisation(program: Program, root: PyInstance, layers: readonly PyInstance[]): Fix | null {
  const { file } = program;
  const { place } = root.cls;
  const cls = classesOf(file).find(
    (each) => place !== null && each.name === root.cls.name && each.start <= place.start && place.start <= each.end,
  );
  // What the class names, what its layers are, and what ran: only one kind can be told to be the one.
  const said = (cls ? file.slice(cls) : '') + [...modulePaths(root).keys()].map((part) => ` ${part.cls.name}`).join('');
  const names = new Set(program.ops(...ACTIVATIONS).flatMap(({ name, call }) => (rootOf(call) === root ? [name] : [])));
  for (const name of ACTIVATIONS) if (new RegExp(`\\b${name.replace('_', '_?')}\\b`, 'i').test(said)) names.add(name);
  const [activation] = names;
  const kinds = new Set(layers.map(({ cls }) => cls.name));
  const [kind] = kinds;
  const wanted = names.size === 1 && activation !== undefined ? INITIALISATIONS[activation] : undefined;
  const init = cls && methodOf(cls, '__init__');
  const last = init?.body.at(-1);
  if (
    !wanted ||
    !cls ||
    !init ||
    !last ||
    kinds.size !== 1 ||
    /\binit\.|\.apply\(|_init/.test(file.slice(cls).replace(/__init__/g, ''))
  )
    return null;
  const layer = spell(file, `torch.nn.${kind}`);
  const fill = spell(file, `torch.nn.init.${wanted[0]}`);
  if (layer === null || fill === null) return null;
  const indent = indentAt(file, last.start);
  const step = indent.slice(indentAt(file, init.start).length);
  const lines = [
    'for module in self.modules():',
    `${step}if isinstance(module, ${layer}):`,
    `${step}${step}${fill}(module.weight${wanted[1]((text) => quoted(file, text))})`,
  ];
  const text = lines.join(`${lineEnd(file)}${indent}`);
  return { title: `Initialise with ${wanted[0]}`, edits: [lineBelow(file, last, text)] };
}

export const depthRules: readonly Rule[] = [A19];
