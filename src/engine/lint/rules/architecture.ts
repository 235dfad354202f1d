/** A: layers that don't do what they seem to do. */
import { ownMembers } from '../../model/index.js';
import type { Project } from '../../project/index.js';
import type { Place, PyInstance } from '../../python/value.js';
import {
  hasOwnLines,
  type CallExpr,
  type ClassDef,
  type Expr,
  type FunctionDef,
  type SourceFile,
} from '../../syntax/index.js';
import { isUnknown, numelOf } from '../../torch/dims.js';
import { isParameterValue } from '../../torch/nn/objects.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import type { Shape } from '../../torch/tensor.js';
import {
  ancestorsOf,
  callsIn,
  classAround,
  definitionOf,
  findAll,
  functionAround,
  isModuleClassDef,
  nearFiles,
  qualifiedName,
  spell,
  valueOf,
} from '../../training/index.js';
import type { Program } from '../program.js';
import { callAt, dropActivation, fixOrNone, nodeAt, setArgument, withFix } from '../source.js';
import { lineBelow, statementAt } from '../statements.js';
import type { Fix, Rule } from '../types.js';
import { grouped } from '../../../texts.js';

const CONVOLUTIONS = ['conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d'];

/** The layer of torch.nn whose forward an operator is, and where the user made it. */
function layerOf(program: Program, op: ObservedOp): { readonly layer: PyInstance; readonly place: Place } | null {
  const layer = op.call?.module;
  return layer?.cls.module.startsWith('torch.') && program.isHere(layer.place) ? { layer, place: layer.place } : null;
}

const A07: Rule = {
  id: 'A07',
  title: 'Bias before BatchNorm',
  star: false,
  severity: 'info',
  why: String.raw`Batch norm subtracts the mean of each channel, and with it any bias added before: $\mathrm{BN}(Wx+b)=\mathrm{BN}(Wx)$. The bias costs memory and gets no
gradient; BatchNorm has its own.`,
  wrong: `
nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64))`,
  right: `
nn.Sequential(nn.Conv2d(3, 64, 3, bias=False), nn.BatchNorm2d(64))`,
  sources: ['Ioffe and Szegedy, Batch Normalization, 2015, section 3.2'],
  *check(program) {
    for (const norm of program.ops('batch_norm')) {
      const maker = program.maker(norm.tensors['input']);
      if (!maker || ![...CONVOLUTIONS, 'linear'].includes(maker.name)) continue;
      const bias = maker.tensors['bias'];
      const made = layerOf(program, maker);
      if (!bias || !made || program.readers(maker) !== 1) continue;
      const count = isUnknown(bias.shape) ? null : numelOf(bias.shape);
      yield {
        message: `BatchNorm takes away the mean, and this bias with it${typeof count === 'number' ? `: ${grouped(count)} parameters without effect` : ''}. Use bias=False.`,
        place: made.place,
        ...withFix('Use bias=False', setArgument(made.place, 'bias', 'False')),
      };
    }
  },
};

const A08: Rule = {
  id: 'A08',
  title: 'Linear after Linear',
  star: false,
  severity: 'info',
  why: String.raw`$W_2(W_1x+b_1)+b_2$ is one affine map of $x$: two layers without a non-linearity between them express nothing that one can't. Only a narrow middle, which limits the
rank, makes a difference.`,
  wrong: `
nn.Sequential(nn.Linear(64, 256), nn.Linear(256, 10))`,
  right: `
nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))`,
  sources: ['Goodfellow, Bengio and Courville, Deep Learning, 2016, chapter 6'],
  *check(program) {
    for (const op of program.ops('linear')) {
      const input = op.tensors['input'];
      const before = program.maker(input);
      // Directly one after the other: nothing reshaped in between.
      if (before?.name !== 'linear' || before.node === null || before.node !== input?.node) continue;
      const made = layerOf(program, op);
      const [first, second] = [before.tensors['weight']?.shape, op.tensors['weight']?.shape];
      if (!made || !first || !second || isUnknown(first) || isUnknown(second) || program.readers(before) !== 1)
        continue;
      const [wide, middle, out] = [first[1], first[0], second[0]];
      if (typeof wide !== 'number' || typeof middle !== 'number' || typeof out !== 'number') continue;
      if (middle < Math.min(wide, out)) continue;
      yield {
        message: `Two linear layers without a non-linearity between them are one: ${wide} → ${middle} → ${out} expresses no more than ${wide} → ${out}. Put an activation between them.`,
        place: made.place,
      };
    }
  },
};

/** Applied twice they give what they give once. */
const IDEMPOTENT = ['relu', 'relu6', 'hardtanh'];

const A09: Rule = {
  id: 'A09',
  title: 'Activation twice',
  star: false,
  severity: 'info',
  why: String.raw`$\mathrm{ReLU}(\mathrm{ReLU}(x))=\mathrm{ReLU}(x)$: the second one does nothing. Usually a layer was meant to stand between them.`,
  wrong: `
x = F.relu(F.relu(self.conv(x)))`,
  right: `
x = F.relu(self.conv(x))`,
  sources: ['PyTorch documentation: torch.nn.ReLU'],
  *check(program) {
    for (const op of program.ops(...IDEMPOTENT)) {
      const before = program.maker(op.tensors['input']);
      if (before?.name !== op.name || op.args['inplace'] === true) continue;
      const place = program.placeOf(op);
      if (!place) continue;
      yield {
        message: `${op.name} of ${op.name}: the second one does nothing.`,
        place,
        ...withFix(`Remove the second ${op.name}`, dropActivation(program, op)),
      };
    }
  },
};

const A12: Rule = {
  id: 'A12',
  title: 'Dropout in a one-layer RNN',
  star: true,
  severity: 'warning',
  why: String.raw`The \`dropout\` of \`nn.RNN\`, \`nn.LSTM\` and \`nn.GRU\` acts between layers: with one layer there is no place for it, and nothing is dropped.
PyTorch warns.`,
  wrong: `
nn.LSTM(64, 128, dropout=0.3)`,
  right: `
nn.LSTM(64, 128, num_layers=2, dropout=0.3)`,
  sources: ['PyTorch documentation: torch.nn.LSTM'],
  *check(program) {
    for (const [index, layer] of program.rehearsal.instances.entries()) {
      if (!['RNN', 'LSTM', 'GRU'].includes(layer.cls.name) || !layer.cls.module.startsWith('torch.')) continue;
      const dropout = layer.attrs.get('dropout');
      const p = typeof dropout === 'object' && dropout?.kind === 'float' ? dropout.value : dropout;
      if (layer.attrs.get('num_layers') !== 1 || typeof p !== 'number' || p === 0 || !program.isHere(layer.place))
        continue;
      const { file } = layer.place;
      const call = callAt(layer.place);
      // A default of the constructor, and programs may give another number.
      const layers = call && valueOf(call, 'num_layers', 2);
      const isWritten = !layers || layers.kind === 'Number';
      if (index >= program.rehearsal.made && !isWritten && isMadeSomewhere(program, layer.place)) continue;
      const at = call ? call.args.findIndex(({ name }) => name === 'dropout') : -1;
      const [before, given] = call && at > 0 ? [call.args[at - 1], call.args[at]] : [];
      yield {
        message: `This dropout of ${p} acts between layers, and there is one layer: nothing is dropped. Use nn.Dropout on the output, or more layers.`,
        place: layer.place,
        ...withFix(
          'Remove the dropout',
          before && given ? { place: { file, start: before.end, end: given.end }, text: '' } : null,
        ),
      };
    }
  },
};

/** Whether the class around a place is called in the project. */
function isMadeSomewhere({ project, file }: Program, place: Place): boolean {
  const cls = classAround(place.file, nodeAt(place) ?? place);
  if (!cls) return false;
  const call = new RegExp(`(?<!\\bclass\\s+)\\b${cls.name}\\s*\\(`);
  return nearFiles(project, file.path).some((path) => call.test(project.text(path) ?? ''));
}

/** Functions whose `training` is True unless said otherwise. */
const ALWAYS_ACTIVE = /^torch\.nn\.functional\.(dropout|dropout1d|dropout2d|dropout3d)$/;

const A14: Rule = {
  id: 'A14',
  title: 'F.dropout without training',
  star: true,
  severity: 'warning',
  why: String.raw`\`F.dropout\` doesn't know in which mode the module is: its \`training\` is \`True\` unless said otherwise, so it drops values in evaluation as well, and predictions are
random.`,
  wrong: `
x = F.dropout(x, 0.5)`,
  right: `
x = F.dropout(x, 0.5, training=self.training)`,
  sources: ['PyTorch documentation: torch.nn.functional.dropout'],
  *check(program) {
    const { file } = program;
    for (const call of callsIn(file)) {
      if (!ALWAYS_ACTIVE.test(qualifiedName(file, call.func) ?? '') || saysTraining(call)) continue;
      const func = functionAround(file, call);
      const cls = func && classAround(file, func);
      if (!func || !cls || func.params[0]?.name !== 'self' || !hasMode(program.project, file, cls)) continue;
      // What never computes a gradient is for evaluation alone: what it drops there is meant.
      if (func.decorators.some((each) => /no_grad|inference_mode/.test(file.slice(each)))) continue;
      if (asksForMode(file, func, call)) continue;
      const place = { file, start: call.start, end: call.end };
      yield {
        message: 'Without training= this dropout is active at evaluation as well. Add training=self.training.',
        place,
        ...withFix('Add training=self.training', setArgument(place, 'training', 'self.training')),
      };
    }
  },
};

const saysTraining = ({ args }: CallExpr): boolean =>
  args.length > 2 || args.some(({ form, name }) => name === 'training' || form === 'star' || form === 'doubleStar');

/** Whether a class has `training`: it is a module, or derived from what isn't at hand. */
function hasMode(project: Project, file: SourceFile, cls: ClassDef): boolean {
  if (isModuleClassDef(project, file, cls)) return true;
  return cls.bases.some(
    ({ form, value }) => form === 'positional' && file.slice(value) !== 'object' && !definitionOf(project, file, value),
  );
}

/** It only runs, or only drops anything, in a mode that was asked for: under `if self.training`, after `if not self.training: return`. */
function asksForMode(file: SourceFile, func: FunctionDef, call: CallExpr): boolean {
  const says = (node: Expr): boolean => /training/.test(file.slice(node));
  if (call.args.some(({ value }) => says(value))) return true;
  if (ancestorsOf(file, call).some((each) => (each.kind === 'If' || each.kind === 'Conditional') && says(each.test)))
    return true;
  return findAll(func.body, 'If').some(
    ({ test, body, end }) => end <= call.start && says(test) && body.some(({ kind }) => kind === 'Return'),
  );
}

const A18: Rule = {
  id: 'A18',
  title: 'Parameter never initialised',
  star: false,
  severity: 'warning',
  why: String.raw`\`torch.empty\` gives memory as it is: anything from 0 to NaN. A parameter made of it needs a function of \`nn.init\` before it is used.`,
  wrong: `
self.weight = nn.Parameter(torch.empty(64, 64))`,
  right: `
self.weight = nn.Parameter(torch.empty(64, 64))
nn.init.xavier_uniform_(self.weight)`,
  sources: ['PyTorch documentation: torch.empty, torch.nn.init'],
  *check(program) {
    for (const module of program.rehearsal.instances) {
      if (module.cls.place?.file.path !== program.file.path || module.taint) continue;
      for (const { name, value } of ownMembers(module).parameters) {
        const { init, values } = value.data;
        if (!isParameterValue(value) || value.taint || init?.name !== 'empty' || values !== null) continue;
        const assignment = program.rehearsal.assignments.findLast(
          (each) => each.module === module && each.name === name,
        );
        if (!program.isHere(assignment?.place ?? null) || !assignment?.place) continue;
        if (fillsLater(program, assignment.place, name)) continue;
        yield {
          message: `self.${name} holds whatever was in memory: torch.empty doesn’t initialise it. Use a function of nn.init.`,
          place: assignment.place,
          ...fixOrNone(filled(assignment.place, name, value.data.shape)),
        };
      }
    }
  },
};

/** Fills a parameter on the next line: matrices as Glorot says, biases with 0, scales with 1. */
function filled(place: Place, name: string, shape: Shape): Fix | null {
  const { file } = place;
  const statement = statementAt(place);
  const assigned = statement?.kind === 'Assign' ? statement.targets[0] : undefined;
  if (!statement || !assigned || !hasOwnLines(file, statement) || isUnknown(shape)) return null;
  const [fill, more] =
    shape.length > 1
      ? ['xavier_uniform_', '']
      : /bias|beta|shift/i.test(name)
        ? ['zeros_', '']
        : /weight|gamma|scale/i.test(name)
          ? ['ones_', '']
          : ['normal_', ', std=0.02'];
  const spelled = spell(file, `torch.nn.init.${fill}`);
  if (spelled === null) return null;
  const text = `${spelled}(${file.slice(assigned)}${more})`;
  return { title: `Initialise with ${fill}`, edits: [lineBelow(file, statement, text)] };
}

/** The class writes into the parameter somewhere, or loads it, or a file near fills an attribute of that name (`init_weight(m.bias)`). */
function fillsLater({ file, project }: Program, place: Place, name: string): boolean {
  const node = nodeAt(place);
  const cls = node ? classAround(file, node) : null;
  const text = cls ? file.slice(cls) : file.text;
  return (
    new RegExp(`${name}[\\s\\S]{0,40}(\\.data|copy_|fill_|uniform_|normal_|zero_)|init\\.\\w+\\([^)]*${name}`).test(
      text,
    ) || isFilledNear(project, file.path, name)
  );
}

function isFilledNear(project: Project, path: string, name: string): boolean {
  const filling = new RegExp(
    `(init\\w*|(uniform|normal|constant|zeros|ones)_)\\([^()\\n]*\\.${name}\\b|\\.${name}(\\.data)?\\.\\w+_\\(`,
  );
  return nearFiles(project, path).some((each) => filling.test(project.text(each) ?? ''));
}

/** All rules of this kind. */
export const architectureRules: readonly Rule[] = [A07, A08, A09, A12, A14, A18];
