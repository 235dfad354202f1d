/** L: whether a gradient reaches the model, and whether the loss is the task's. */
import { decideDim, isUnknown } from '../../torch/dims.js';
import { isIntegral } from '../../torch/dtypes.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import { isTensor, type TensorData } from '../../torch/tensor.js';
import type { Program } from '../program.js';
import { BCE_WITH_LOGITS, swapLoss } from '../lossFixes.js';
import { withFix } from '../source.js';
import type { Rule } from '../types.js';

/** Results that have no gradient: PyTorch raises an error in backward. */
const CUTTING = new Set(['argmax', 'argmin', 'gt', 'lt', 'ge', 'le', 'eq', 'ne', 'bincount', 'one_hot']);
/** Results whose gradient is 0 everywhere. */
const FLAT = new Set(['round', 'floor', 'ceil', 'sign', 'trunc', 'heaviside', 'sgn']);

/** The operators behind a tensor that stop the gradient, each with one that needed it; and whether another way is open. */
function cuts(program: Program, tensor: TensorData): { readonly stops: ObservedOp[]; readonly isOpen: boolean } {
  const stops: ObservedOp[] = [];
  const seen = new Set<TensorData>();
  const queue = [tensor];
  let isOpen = false;
  const makesLeaves = /requires_grad(?:_\(|\s*=\s*True)|\bParameter\(/.test(program.file.text);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const { node } = at;
    if (!node) {
      isOpen ||= at.requiresGrad;
      continue;
    }
    // `detach` gives the same numbers, so that its result remembers what made them.
    const detach = at.requiresGrad ? undefined : detachOf(program, at);
    if (detach) {
      if (detach.tensors['input']?.requiresGrad) stops.push(detach);
      continue;
    }
    const op = program.madeBy(node);
    if (CUTTING.has(node.op) || FLAT.has(node.op)) {
      if (node.inputs.some((input) => input.requiresGrad) && op) stops.push(op);
      continue;
    }
    // What isn't known may be a tensor that the program made to be trained: it brings a gradient along.
    if (makesLeaves && op && Object.values(op.args).some((value) => isUnknown(value))) isOpen = true;
    if (node.inputs.length === 0) isOpen ||= at.requiresGrad;
    queue.push(...node.inputs);
  }
  return { stops, isOpen };
}

const detachOf = (program: Program, made: TensorData): ObservedOp | undefined =>
  program.ops('detach').find(({ answer }) => isTensor(answer) && answer.data === made);

const L14: Rule = {
  id: 'L14',
  title: 'Nothing to differentiate between output and loss',
  star: false,
  severity: 'error',
  why: String.raw`Gradients flow backwards through every operator from the loss to the weights. \`argmax\`, comparisons and \`detach\` give results without a gradient: \`backward()\` raises
\`element 0 of tensors does not require grad\`. \`round\`, \`floor\` and \`sign\` are steps with slope 0: nothing is raised, and nothing is learned.`,
  wrong: `
pred = model(x).argmax(dim=1).float()
F.mse_loss(pred, y).backward()`,
  right: `
F.cross_entropy(model(x), y).backward()`,
  sources: ['PyTorch documentation: autograd mechanics'],
  *check(program) {
    for (const backward of program.ops('backward')) {
      const tensor = backward.tensors['input'];
      if (!tensor || !backward.gradEnabled) continue;
      const { stops, isOpen } = cuts(program, tensor);
      if (isOpen) continue;
      for (const op of stops) {
        const place = program.placeOf(op);
        if (!place || !op.gradEnabled) continue;
        const raises = !FLAT.has(op.name);
        const loss = program.placeOf(backward);
        yield {
          message: raises
            ? `The loss is computed from the result of ${op.name}, which has no gradient: backward() raises an error. Compute it from the values before.`
            : `The only way from the model to the loss goes through ${op.name}, whose slope is 0: all gradients are exactly 0.`,
          place,
          ...(loss ? { related: [{ message: 'The gradient that is asked for', place: loss }] } : {}),
        };
      }
    }
  },
};

const L15: Rule = {
  id: 'L15',
  title: 'Several labels and CrossEntropyLoss',
  star: false,
  severity: 'warning',
  why: String.raw`Softmax makes classes compete: probabilities sum to 1, and raising one lowers the others. With targets of several ones per sample the loss can't get below
$k\ln k$ for $k$ labels. Labels that are independent need one sigmoid each: \`BCEWithLogitsLoss\`.`,
  wrong: `
loss = F.cross_entropy(logits, (scores > 0.5).float())   # (N, C), several ones in a row`,
  right: `
loss = F.binary_cross_entropy_with_logits(logits, (scores > 0.5).float())`,
  sources: ['PyTorch documentation: torch.nn.BCEWithLogitsLoss'],
  *check(program) {
    for (const loss of program.ops('cross_entropy')) {
      const [input, target] = [loss.tensors['input'], loss.tensors['target']];
      if (!input || !target || isUnknown(input.shape) || isUnknown(target.shape)) continue;
      const [wide, given] = [input.shape, target.shape];
      if (wide.length < 2 || wide.length !== given.length) continue;
      if (!wide.every((dim, axis) => decideDim('==', dim, given[axis] ?? 0) === true) || wide[1] === 1) continue;
      const place = program.placeOf(loss);
      if (!place || isUnknown(target.dtype) || isIntegral(target.dtype)) continue;
      const squashed = program.maker(input)?.name === 'sigmoid';
      if (!squashed && !isMultiHot(program, target)) continue;
      yield {
        message: squashed
          ? 'The model gives one probability for each label, and CrossEntropyLoss makes the labels compete. Use BCELoss, or BCEWithLogitsLoss without the sigmoid.'
          : 'These targets hold several labels for one sample, and CrossEntropyLoss makes classes compete. Use BCEWithLogitsLoss.',
        place,
        ...(squashed ? {} : withFix('Use BCEWithLogitsLoss', swapLoss(loss, BCE_WITH_LOGITS, true))),
      };
    }
  },
};

/** Each element is 0 or 1 on its own: a comparison, or drawn. */
function isMultiHot(program: Program, target: TensorData): boolean {
  const maker = program.maker(target);
  if (!maker) return false;
  if (['gt', 'lt', 'ge', 'le', 'bernoulli'].includes(maker.name)) return true;
  return maker.name === 'randint' && maker.args['high'] === 2;
}

export const objectiveRules: readonly Rule[] = [L14, L15];
