/** A: layers in the wrong order or with the wrong numbers. */
import { ownMembers } from '../../model/index.js';
import type { Place, Value } from '../../python/value.js';
import { isUnknown } from '../../torch/dims.js';
import { findAll, qualifiedName, spell, statementOf, valueOf } from '../../training/index.js';
import { callAt, quoted, withFix } from '../source.js';
import type { FixEdit, Rule } from '../types.js';

const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return value;
  const boxed = value as Value | undefined;
  return typeof boxed === 'object' && boxed?.kind === 'float' ? boxed.value : null;
};

const A15: Rule = {
  id: 'A15',
  title: 'Dropout before BatchNorm',
  star: false,
  severity: 'info',
  why: String.raw`Dropout multiplies the variance of its input by up to $1/(1-p)$ while training and by 1 at evaluation. Batch norm learns the variance of training and divides by it at
evaluation, where it is another one. Put dropout after the last batch norm.`,
  wrong: `
nn.Sequential(nn.Linear(64, 64), nn.Dropout(0.5), nn.BatchNorm1d(64))`,
  right: `
nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5))`,
  sources: ['Li et al., Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift, 2019'],
  *check(program) {
    for (const norm of program.ops('batch_norm')) {
      const maker = program.maker(norm.tensors['input']);
      if (!maker || !/^(?:dropout|dropout1d|dropout2d|dropout3d|alpha_dropout)$/.test(maker.name)) continue;
      const p = numberOf(maker.args['p']);
      const layer = norm.call?.module;
      const place = layer?.cls.module.startsWith('torch.') ? layer.place : program.placeOf(norm);
      if (p === null || p === 0 || !program.isHere(place)) continue;
      const dropped = program.placeOf(maker);
      yield {
        message: `Dropout of ${p} before this BatchNorm changes the variance between training and evaluation by up to ${(1 / (1 - p)).toFixed(2)}. Put the dropout after it.`,
        place,
        ...(dropped ? { related: [{ message: 'The dropout', place: dropped }] } : {}),
      };
    }
  },
};

const A16: Rule = {
  id: 'A16',
  title: 'Even kernel with half of it as padding',
  star: false,
  severity: 'info',
  why: String.raw`With padding $\lfloor k/2\rfloor$ and stride 1 the size is $n+2\lfloor k/2\rfloor-k+1$: $n$ for an odd kernel, $n+1$ for an even one. Residual sums and skip connections then don't
fit. \`padding="same"\` pads one side more.`,
  wrong: `
nn.Conv1d(16, 16, 4, padding=4 // 2)`,
  right: `
nn.Conv1d(16, 16, 4, padding="same")`,
  sources: ['PyTorch documentation: torch.nn.Conv1d, padding'],
  *check(program) {
    for (const layer of program.rehearsal.instances) {
      if (!/^Conv\dd$/.test(layer.cls.name) || !layer.cls.module.startsWith('torch.') || !program.isHere(layer.place))
        continue;
      const [kernel, stride, padding, dilation] = ['kernel_size', 'stride', 'padding', 'dilation'].map((name) =>
        layer.attrs.get(name),
      );
      const [k, s, p, d] = [kernel, stride, padding, dilation].map(allEqual);
      if (typeof k !== 'number' || k % 2 !== 0 || p !== k / 2 || s !== 1 || d !== 1) continue;
      const call = callAt(layer.place);
      const given = call ? valueOf(call, 'padding', 4) : null;
      // Only where it was computed to keep the size.
      if (!given || !findAll(given, 'Binary').some(({ op }) => op === '//')) continue;
      const { file } = layer.place;
      yield {
        message: `With an even kernel of ${k} this padding makes the size one larger. Use padding="same", or an odd kernel.`,
        place: layer.place,
        fix: {
          title: 'Use padding="same"',
          edits: [{ place: { file, start: given.start, end: given.end }, text: quoted(file, 'same') }],
        },
      };
    }
  },
};

function allEqual(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value?.kind !== 'tuple') return null;
  const [first] = value.items;
  return typeof first === 'number' && value.items.every((each) => each === first) ? first : null;
}

const A17: Rule = {
  id: 'A17',
  title: 'All weights of a layer alike',
  star: false,
  severity: 'warning',
  why: String.raw`Units with the same weights compute the same, get the same gradient, and stay alike: a layer of $n$ units is worth one. Random weights break the symmetry. (Zeros on the last layer of a
residual branch are something else: the branch begins as nothing, and the layer before it is random.)`,
  wrong: `
nn.init.constant_(self.fc.weight, 0.01)`,
  right: `
nn.init.kaiming_normal_(self.fc.weight)`,
  sources: ['Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.4'],
  *check(program) {
    for (const layer of program.rehearsal.instances) {
      if (!/^(?:Linear|Conv(?:Transpose)?\dd)$/.test(layer.cls.name) || !layer.cls.module.startsWith('torch.'))
        continue;
      const weight = ownMembers(layer).parameters.find(({ name }) => name === 'weight')?.value;
      if (!weight || weight.taint || layer.taint) continue;
      const { init, shape, requiresGrad } = weight.data;
      const value =
        init?.name === 'ones' ? 1 : init?.name === 'constant' ? numberOf(init.args['val'] ?? init.args['value']) : null;
      if (value === null || value === 0 || !requiresGrad || isUnknown(shape) || !program.isHere(init?.place ?? null))
        continue;
      const [out, into] = shape;
      if (typeof out !== 'number' || out < 2 || typeof into !== 'number' || into < 2 || !init?.place) continue;
      yield {
        message: `All ${out} units of this ${layer.cls.name} begin with the same weights, ${value}, and stay alike. Use random weights.`,
        place: init.place,
        ...withFix('Use random weights (Kaiming)', randomWeights(init.place)),
        ...(program.isHere(layer.place) ? { related: [{ message: 'The layer', place: layer.place }] } : {}),
      };
    }
  },
};

/** `nn.init.constant_(weight, 0.01)` and `weight.data.fill_(0.01)` as `nn.init.kaiming_normal_(weight)`. */
function randomWeights(place: Place): FixEdit | null {
  const call = callAt(place);
  const { file } = place;
  const parent = call && statementOf(file, call);
  if (call?.func.kind !== 'Attribute' || parent?.kind !== 'Expression' || parent.value !== call) return null;
  const init = spell(file, 'torch.nn.init.kaiming_normal_');
  const isFunction = qualifiedName(file, call.func)?.startsWith('torch.nn.init.') ?? false;
  const given = call.args.find(({ form, name }) => form === 'positional' || name === 'tensor')?.value;
  const weight = isFunction ? given && file.slice(given) : file.slice(call.func.value).replace(/\.data$/, '');
  return init === null || weight === undefined ? null : { place, text: `${init}(${weight})` };
}

export const layerRules: readonly Rule[] = [A15, A16, A17];
