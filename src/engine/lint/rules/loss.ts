/** L: what reaches a loss, and whether the loss expects it. */
import { decideDim, isUnknown } from '../../torch/dims.js';
import { isIntegral } from '../../torch/dtypes.js';
import type { CallExpr, SourceFile } from '../../syntax/index.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import type { Dim, TensorData } from '../../torch/tensor.js';
import { findAll, qualifiedName } from '../../training/index.js';
import type { Program } from '../program.js';
import { BCE_WITH_LOGITS, CROSS_ENTROPY, placeOfLoss, swapLoss } from '../lossFixes.js';
import { callAt, dropActivation, quoted, setArgument, withFix } from '../source.js';
import type { Finding, Fix, FixEdit, Related, Rule } from '../types.js';

/** Operators whose results take any value: logits, not probabilities. */
const UNBOUNDED = new Set([
  'linear',
  'bilinear',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'matmul',
  'mm',
  'bmm',
  'addmm',
  'batch_norm',
  'layer_norm',
  'group_norm',
]);

function axes(tensor: TensorData | undefined): readonly Dim[] | null {
  return tensor && !isUnknown(tensor.shape) ? tensor.shape : null;
}

const same = (a: Dim | undefined, b: Dim | undefined): boolean =>
  a !== undefined && b !== undefined && decideDim('==', a, b) === true;
const certainlyNot = (a: Dim | undefined, b: Dim | undefined): boolean =>
  a !== undefined && b !== undefined && decideDim('==', a, b) === false;
const show = (dims: readonly Dim[]): string =>
  `(${dims.map((dim) => (typeof dim === 'number' ? dim : isUnknown(dim) ? '?' : '…')).join(', ')})`;

function related(program: Program, op: ObservedOp, message: string): Related[] {
  const place = program.placeOf(op);
  return place ? [{ message, place }] : [];
}

/** Pairs of a loss and what its input was made by. */
function* madeBy(
  program: Program,
  losses: readonly string[],
  makers: (name: string) => boolean,
): Generator<{ readonly loss: ObservedOp; readonly maker: ObservedOp }> {
  for (const loss of program.ops(...losses)) {
    const maker = program.maker(loss.tensors['input']);
    if (maker && makers(maker.name)) yield { loss, maker };
  }
}

/** The number of classes of a classification loss. */
function classesOf(loss: ObservedOp): number | null {
  const dims = axes(loss.tensors['input']);
  const size = dims?.[dims.length === 1 ? 0 : 1];
  return typeof size === 'number' ? size : null;
}

/** A finding at an activation that has to go. */
function drop(program: Program, loss: ObservedOp, maker: ObservedOp, message: string): Finding[] {
  const place = program.placeOf(maker);
  if (!place) return [];
  const edit = dropActivation(program, maker);
  const fix: { fix: Fix } | object = edit ? { fix: { title: `Remove the ${maker.name}`, edits: [edit] } } : {};
  return [{ message, place, related: related(program, loss, 'The loss that gets its result'), ...fix }];
}

/** A finding at the loss itself. */
function atLoss(program: Program, loss: ObservedOp, message: string, more: Partial<Finding> = {}): Finding[] {
  const place = program.placeOf(loss);
  return place ? [{ message, place, ...more }] : [];
}

/** Replaces arguments of the call of a loss; `null` if they aren't written there one by one. */
function rewriteArguments(loss: ObservedOp, rewrite: (text: string, index: number) => string | null): FixEdit[] | null {
  const call = callAt(loss.place);
  if (!call || !loss.place || call.args.some(({ form }) => form !== 'positional')) return null;
  const { file } = loss.place;
  return call.args.flatMap(({ value }, index) => {
    const text = rewrite(atom(file.slice(value), value.kind), index);
    return text === null ? [] : [{ place: { file, start: value.start, end: value.end }, text }];
  });
}

const atom = (text: string, kind: string): string =>
  ['Name', 'Attribute', 'Call', 'Subscript', 'Tuple', 'List'].includes(kind) ? text : `(${text})`;

const L01: Rule = {
  id: 'L01',
  title: 'Softmax before CrossEntropyLoss',
  star: true,
  severity: 'warning',
  why: String.raw`$\mathrm{CrossEntropyLoss}$ takes logits and applies $\log\mathrm{softmax}$ itself. Fed with probabilities $p\in[0,1]^C$ it computes
$-\log\mathrm{softmax}(p)_y$, which can't fall below $\ln(e+C-1)-1$: the model may be perfect and the loss still stays there. The gradient is squeezed
by the Jacobian of the first softmax, so training is slow and the probabilities stay flat.`,
  wrong: `
probs = F.softmax(self.fc(x), dim=1)
loss = nn.CrossEntropyLoss()(probs, y)`,
  right: `
logits = self.fc(x)
loss = nn.CrossEntropyLoss()(logits, y)`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['cross_entropy'], (name) => name === 'softmax')) {
      const classes = classesOf(loss);
      const bound =
        classes === null
          ? 'the loss can’t go below ln(e + C − 1) − 1 for C classes'
          : `with ${classes} classes the loss can’t go below ${(Math.log(Math.E + classes - 1) - 1).toFixed(3)}`;
      yield* drop(
        program,
        loss,
        maker,
        `CrossEntropyLoss applies log-softmax itself. After this softmax it is applied twice, and ${bound}. Give it the logits.`,
      );
    }
  },
};

const L02: Rule = {
  id: 'L02',
  title: 'log_softmax before CrossEntropyLoss',
  star: false,
  severity: 'info',
  why: String.raw`$\log\mathrm{softmax}$ is idempotent: applied to its own result it changes nothing, since $\sum_c e^{\log p_c}=1$. The second one
only costs time; $\mathrm{NLLLoss}$ is the loss for log-probabilities.`,
  wrong: `
loss = F.cross_entropy(F.log_softmax(logits, dim=1), y)`,
  right: `
loss = F.nll_loss(F.log_softmax(logits, dim=1), y)`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['cross_entropy'], (name) => name === 'log_softmax'))
      yield* drop(
        program,
        loss,
        maker,
        'CrossEntropyLoss applies log-softmax itself: this one changes nothing. Drop it, or use NLLLoss.',
      );
  },
};

const L03: Rule = {
  id: 'L03',
  title: 'Sigmoid before BCEWithLogitsLoss',
  star: true,
  severity: 'warning',
  why: String.raw`$\mathrm{BCEWithLogitsLoss}$ applies the sigmoid itself. A second one maps $(0,1)$ to $(\sigma(0),\sigma(1))=(0.5, 0.731)$: no probability
below one half can be expressed, and a perfect negative still costs $\ln 2\approx 0.693$.`,
  wrong: `
p = torch.sigmoid(self.fc(x))
loss = F.binary_cross_entropy_with_logits(p, y)`,
  right: `
logits = self.fc(x)
loss = F.binary_cross_entropy_with_logits(logits, y)`,
  sources: ['PyTorch documentation: torch.nn.BCEWithLogitsLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['binary_cross_entropy_with_logits'], (name) => name === 'sigmoid'))
      yield* drop(
        program,
        loss,
        maker,
        'BCEWithLogitsLoss applies the sigmoid itself. After this one every probability lies between 0.5 and 0.731. Give it the logits.',
      );
  },
};

const L04: Rule = {
  id: 'L04',
  title: 'Unbounded output into BCELoss',
  star: true,
  severity: 'error',
  why: String.raw`$\mathrm{BCELoss}$ computes $-y\ln p-(1-y)\ln(1-p)$ and raises an error for $p\notin[0,1]$. A layer's plain output takes any value.
$\mathrm{BCEWithLogitsLoss}$ takes it as it is and is stable: $\max(z,0)-zy+\ln(1+e^{-|z|})$.`,
  wrong: `
loss = nn.BCELoss()(self.fc(x), y)`,
  right: `
loss = nn.BCEWithLogitsLoss()(self.fc(x), y)`,
  sources: ['PyTorch documentation: torch.nn.BCELoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['binary_cross_entropy'], (name) => UNBOUNDED.has(name)))
      yield* atLoss(
        program,
        loss,
        `BCELoss takes probabilities and raises an error outside of [0, 1]; it gets the unbounded result of ${maker.name}. Use BCEWithLogitsLoss.`,
        {
          related: related(program, maker, 'Where its input comes from'),
          ...withFix('Use BCEWithLogitsLoss', swapLoss(loss, BCE_WITH_LOGITS)),
        },
      );
  },
};

const L05: Rule = {
  id: 'L05',
  title: 'Logits into NLLLoss',
  star: true,
  severity: 'error',
  why: String.raw`$\mathrm{NLLLoss}$ is $-z_y$: it expects log-probabilities, which are at most 0 and sum to one after $\exp$. With logits the loss falls
without bound as $z_y$ grows, and nothing holds the other classes down.`,
  wrong: `
loss = F.nll_loss(self.fc(x), y)`,
  right: `
loss = F.cross_entropy(self.fc(x), y)`,
  sources: ['PyTorch documentation: torch.nn.NLLLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['nll_loss'], (name) => UNBOUNDED.has(name)))
      yield* atLoss(
        program,
        loss,
        `NLLLoss takes log-probabilities; it gets the logits of ${maker.name}, and the loss has no lower bound. Use CrossEntropyLoss.`,
        {
          related: related(program, maker, 'Where its input comes from'),
          ...withFix('Use CrossEntropyLoss', swapLoss(loss, CROSS_ENTROPY)),
        },
      );
  },
};

const L06: Rule = {
  id: 'L06',
  title: 'Probabilities into NLLLoss',
  star: true,
  severity: 'error',
  why: String.raw`$\mathrm{NLLLoss}$ is $-z_y$ and expects $z=\ln p$. With $z=p$ the loss lies in $[-1,0]$ and its gradient doesn't grow where the model
is wrong: $-1$ instead of $-1/p_y$.`,
  wrong: `
loss = F.nll_loss(F.softmax(logits, dim=1), y)`,
  right: `
loss = F.nll_loss(F.log_softmax(logits, dim=1), y)`,
  sources: ['PyTorch documentation: torch.nn.NLLLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['nll_loss'], (name) => name === 'softmax')) {
      const place = program.placeOf(maker);
      if (!place) continue;
      const edit = renameActivation(place, 'softmax', 'log_softmax', 'Softmax', 'LogSoftmax');
      yield {
        message:
          'NLLLoss takes log-probabilities; after a plain softmax the loss is −p and learns little. Use log_softmax.',
        place,
        related: related(program, loss, 'The loss that gets its result'),
        ...(edit ? { fix: { title: 'Use log_softmax', edits: [edit] } } : {}),
      };
    }
  },
};

/** `F.softmax(` to `F.log_softmax(`, `nn.Softmax(` to `nn.LogSoftmax(`. */
function renameActivation(
  place: Finding['place'],
  func: string,
  newFunc: string,
  layer: string,
  newLayer: string,
): FixEdit | null {
  const call = callAt(place);
  if (call?.func.kind !== 'Attribute') return null;
  const { attr, attrSpan } = call.func;
  const text = attr === func ? newFunc : attr === layer ? newLayer : null;
  return text === null ? null : { place: { file: place.file, start: attrSpan.start, end: attrSpan.end }, text };
}

const L07: Rule = {
  id: 'L07',
  title: 'CrossEntropyLoss with one output',
  star: true,
  severity: 'error',
  why: String.raw`With one class $\mathrm{softmax}(z)=1$ whatever $z$ is: the loss is $-\ln 1=0$ and so is its gradient. For two classes use one
output with $\mathrm{BCEWithLogitsLoss}$, or two outputs.`,
  wrong: `
loss = nn.CrossEntropyLoss()(nn.Linear(64, 1)(x), y)`,
  right: `
loss = nn.BCEWithLogitsLoss()(nn.Linear(64, 1)(x), y.float())`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const loss of program.ops('cross_entropy')) {
      const input = axes(loss.tensors['input']);
      const target = loss.tensors['target'];
      const targetAxes = axes(target);
      if (!input) continue;
      if (input.length >= 2 && input[1] === 1) {
        const dtype = target && !isUnknown(target.dtype) ? target.dtype : null;
        const what =
          dtype === null
            ? 'The loss and its gradient are 0 for every target that PyTorch accepts'
            : !isIntegral(dtype)
              ? 'The loss and its gradient are always 0'
              : targetAxes?.length === input.length
                ? `Integer targets of shape ${show(targetAxes)} raise an error`
                : 'The loss and its gradient are 0 for label 0, and any other label is an index error';
        yield* atLoss(
          program,
          loss,
          `The model has one output: softmax over one class is always 1. ${what}. Use BCEWithLogitsLoss, or two outputs.`,
          // Other targets have to be made floats of the same shape first.
          dtype !== null && !isIntegral(dtype) && targetAxes?.length === input.length
            ? withFix('Use BCEWithLogitsLoss', swapLoss(loss, BCE_WITH_LOGITS, true))
            : {},
        );
      } else if (
        input.length === 1 &&
        targetAxes?.length === 1 &&
        typeof input[0] !== 'number' &&
        same(input[0], targetAxes[0])
      )
        yield* atLoss(
          program,
          loss,
          'Input and target have one axis: CrossEntropyLoss takes them for one sample with as many classes as the batch is large. Use BCEWithLogitsLoss, or two outputs.',
        );
    }
  },
};

const L08: Rule = {
  id: 'L08',
  title: 'Classes on the wrong axis',
  star: true,
  severity: 'error',
  why: String.raw`$\mathrm{CrossEntropyLoss}$ has the classes on axis 1: logits $(B,C,T)$ with targets $(B,T)$. Given $(B,T,C)$ it takes $T$ for the
number of classes: an error where $T\ne C$, and training over the wrong axis where they happen to be equal.`,
  wrong: `
loss = F.cross_entropy(logits, tokens)                       # (B, T, C), (B, T)`,
  right: `
loss = F.cross_entropy(logits.flatten(0, 1), tokens.flatten())  # (B*T, C), (B*T,)`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const loss of program.ops('cross_entropy', 'nll_loss')) {
      const input = axes(loss.tensors['input']);
      const target = axes(loss.tensors['target']);
      if (input?.length !== 3 || target?.length !== 2) continue;
      if (!same(input[0], target[0]) || !same(input[1], target[1]) || same(input[1], input[2])) continue;
      if (same(input[2], target[1])) continue;
      const edits = rewriteArguments(loss, (text, index) =>
        index === 0 ? `${text}.flatten(0, 1)` : index === 1 ? `${text}.flatten()` : null,
      );
      yield* atLoss(
        program,
        loss,
        'The logits have shape (B, T, C) and the targets (B, T): the classes have to be on axis 1. Flatten both.',
        edits ? { fix: { title: 'Flatten logits and targets', edits } } : {},
      );
    }
  },
};

const REGRESSION = ['mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss'];

const L09: Rule = {
  id: 'L09',
  title: '(N, 1) against (N,) broadcasts to N×N',
  star: true,
  severity: 'error',
  why: String.raw`Broadcasting pairs every prediction with every target: $\frac1{N^2}\sum_{ij}(\hat y_i-y_j)^2$. Its minimum is the mean of the targets for every
input, so the model learns a constant. PyTorch warns at most.`,
  wrong: `
loss = F.mse_loss(model(x), y)              # (N, 1), (N,)`,
  right: `
loss = F.mse_loss(model(x).squeeze(-1), y)  # (N,), (N,)`,
  sources: ['PyTorch documentation: broadcasting semantics'],
  *check(program) {
    for (const op of program.ops(...REGRESSION, 'sub')) {
      const isLoss = op.name !== 'sub';
      const [a, b] = [axes(op.tensors['input']), axes(op.tensors[isLoss ? 'target' : 'other'])];
      if (!a || !b) continue;
      const column = a.length === 2 && b.length === 1 ? a : a.length === 1 && b.length === 2 ? b : null;
      const row = column === a ? b : a;
      if (!column || column[1] !== 1 || !same(column[0], row[0]) || row[0] === 1) continue;
      if (!isLoss && !reachesBackward(program, op)) continue;
      const first = column === a;
      const edits = isLoss
        ? rewriteArguments(op, (text, index) => (index === (first ? 0 : 1) ? `${text}.squeeze(-1)` : null))
        : null;
      yield* atLoss(
        program,
        op,
        `${first ? 'The prediction' : 'The target'} has shape (N, 1) and ${first ? 'the target' : 'the prediction'} (N,): they broadcast to N×N, every prediction against every target. Use squeeze(-1) on the first kind.`,
        edits?.length ? { fix: { title: 'Add .squeeze(-1)', edits } } : {},
      );
    }
  },
};

/** Whether a loss whose gradient is taken was computed from the operator's result. */
function reachesBackward(program: Program, op: ObservedOp): boolean {
  return program.ops('backward').some((backward) => {
    const tensor = backward.tensors['input'];
    return tensor !== undefined && [...program.history(tensor)].includes(op);
  });
}

const L10: Rule = {
  id: 'L10',
  title: 'One-hot targets for CrossEntropyLoss',
  star: false,
  severity: 'info',
  why: String.raw`$\mathrm{CrossEntropyLoss}$ takes class indices. Integer one-hot vectors raise an error; as floats they are legal, $-\sum_c t_c\ln p_c$, but cost
$C$ times the memory for the same number.`,
  wrong: `
loss = F.cross_entropy(logits, F.one_hot(y, 10).float())`,
  right: `
loss = F.cross_entropy(logits, y)`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const loss of program.ops('cross_entropy')) {
      const target = loss.tensors['target'];
      const maker = program.maker(target);
      if (maker?.name !== 'one_hot' || !target) continue;
      const integers = !isUnknown(target.dtype) && isIntegral(target.dtype);
      yield* atLoss(
        program,
        loss,
        integers
          ? 'Integer one-hot targets raise an error in CrossEntropyLoss. Give it the class indices.'
          : 'CrossEntropyLoss takes class indices: the one-hot encoding costs memory and changes nothing.',
        {
          related: related(program, maker, 'The one-hot encoding'),
          severity: integers ? 'error' : 'info',
          ...withFix('Give it the class indices', classIndices(loss, target)),
        },
      );
    }
  },
};

/** `F.one_hot(y, 10).float()` becomes `y`; what was encoded elsewhere is decoded. */
function classIndices(loss: ObservedOp, target: TensorData): FixEdit | null {
  const call = callAt(loss.place);
  const given = call?.args.find(({ form, name }, index) => name === 'target' || (form === 'positional' && index === 1));
  if (!given || !loss.place || call?.args.some(({ form }) => form === 'star' || form === 'doubleStar')) return null;
  const { file } = loss.place;
  const { value } = given;
  const place = { file, start: value.start, end: value.end };
  const encoded = axes(target)?.length === 2 ? findAll([value], 'Call').find(isOneHot(file)) : undefined;
  const labels = encoded?.args[0]?.value;
  if (labels) return { place, text: file.slice(labels) };
  return { place, text: `${atom(file.slice(value), value.kind)}.argmax(1)` };
}

const isOneHot =
  (file: SourceFile) =>
  ({ func }: CallExpr): boolean =>
    qualifiedName(file, func) === 'torch.nn.functional.one_hot';

const L11: Rule = {
  id: 'L11',
  title: 'KLDivLoss without log-probabilities',
  star: true,
  severity: 'error',
  why: String.raw`$\mathrm{KLDivLoss}$ computes $t(\ln t-x)$ and expects $x=\ln q$. With probabilities the result is no divergence: it is not zero at $q=t$ and
may be negative.`,
  wrong: `
loss = F.kl_div(F.softmax(student, dim=1), F.softmax(teacher, dim=1), reduction="batchmean")`,
  right: `
loss = F.kl_div(F.log_softmax(student, dim=1), F.softmax(teacher, dim=1), reduction="batchmean")`,
  sources: ['PyTorch documentation: torch.nn.KLDivLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(
      program,
      ['kl_div'],
      (name) => name === 'softmax' || name === 'sigmoid' || UNBOUNDED.has(name),
    )) {
      const place = program.placeOf(maker);
      const edit =
        place && maker.name === 'softmax'
          ? renameActivation(place, 'softmax', 'log_softmax', 'Softmax', 'LogSoftmax')
          : null;
      yield* atLoss(
        program,
        loss,
        `KLDivLoss takes log-probabilities as its input; it gets the result of ${maker.name}. Use log_softmax.`,
        {
          related: related(program, maker, 'Where its input comes from'),
          ...(edit ? { fix: { title: 'Use log_softmax', edits: [edit] } } : {}),
        },
      );
    }
  },
};

const L12: Rule = {
  id: 'L12',
  title: 'KLDivLoss with reduction "mean"',
  star: false,
  severity: 'info',
  why: String.raw`The divergence of one sample is a sum over classes. \`mean\` divides by $B\cdot C$ instead of $B$: the loss is $C$ times too small, and its weight against
other losses changes with the number of classes. \`batchmean\` divides by $B$.`,
  wrong: `
loss = nn.KLDivLoss()(log_q, p)`,
  right: `
loss = nn.KLDivLoss(reduction="batchmean")(log_q, p)`,
  sources: ['PyTorch documentation: torch.nn.KLDivLoss'],
  *check(program) {
    for (const loss of program.ops('kl_div')) {
      if (loss.args['reduction'] !== 'mean') continue;
      const classes = axes(loss.tensors['input'])?.at(-1);
      const where = placeOfLoss(loss)?.place ?? null;
      const factor = typeof classes === 'number' ? `${classes} times` : 'as many times as there are classes';
      yield* atLoss(
        program,
        loss,
        `reduction="mean" divides by all elements: the divergence is ${factor} too small. Use reduction="batchmean".`,
        withFix('Use reduction="batchmean"', where && setArgument(where, 'reduction', quoted(where.file, 'batchmean'))),
      );
    }
  },
};

const L13: Rule = {
  id: 'L13',
  title: 'ReLU before CrossEntropyLoss',
  star: false,
  severity: 'info',
  why: String.raw`After a ReLU all logits are $\ge 0$, and where several are cut to 0 the softmax can't tell them apart and no gradient flows to them.`,
  wrong: `
loss = F.cross_entropy(F.relu(self.fc(x)), y)`,
  right: `
loss = F.cross_entropy(self.fc(x), y)`,
  sources: ['PyTorch documentation: torch.nn.CrossEntropyLoss'],
  *check(program) {
    for (const { loss, maker } of madeBy(program, ['cross_entropy'], (name) => name === 'relu'))
      yield* drop(
        program,
        loss,
        maker,
        'This ReLU makes all logits 0 or more: classes cut to 0 can’t be told apart and get no gradient. Drop it.',
      );
  },
};

const L16: Rule = {
  id: 'L16',
  title: 'backward of a loss that is not a scalar',
  star: false,
  severity: 'error',
  why: String.raw`A gradient without an argument is defined for a scalar only: PyTorch raises an error. With \`reduction="none"\` there is one loss per
element; take their mean.`,
  wrong: `
loss = F.mse_loss(pred, y, reduction="none")
loss.backward()`,
  right: `
loss = F.mse_loss(pred, y, reduction="none")
loss.mean().backward()`,
  sources: ['PyTorch documentation: torch.Tensor.backward'],
  *check(program) {
    for (const backward of program.ops('backward')) {
      if (backward.args['gradient'] !== null && backward.args['gradient'] !== undefined) continue;
      const tensor = backward.tensors['input'];
      const dims = axes(tensor);
      if (!dims || dims.length === 0 || dims.every((dim) => !certainlyNot(dim, 1))) continue;
      const maker = program.maker(tensor);
      if (maker?.args['reduction'] !== 'none') continue;
      const call = callAt(backward.place);
      const receiver = call?.func.kind === 'Attribute' ? call.func.value : null;
      yield* atLoss(
        program,
        backward,
        'The loss has one value per element (reduction="none"), and backward needs a scalar. Take its mean first.',
        {
          related: related(program, maker, 'Where it is computed'),
          ...(receiver && backward.place
            ? {
                fix: {
                  title: 'Take the mean',
                  edits: [
                    { place: { file: backward.place.file, start: receiver.end, end: receiver.end }, text: '.mean()' },
                  ],
                },
              }
            : {}),
        },
      );
    }
  },
};

/** All rules of this kind. */
export const lossRules: readonly Rule[] = [L01, L02, L03, L04, L05, L06, L07, L08, L09, L10, L11, L12, L13, L16];
