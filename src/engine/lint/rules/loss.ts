/** L: what reaches a loss, and whether the loss expects it. */
import type { ObservedOp } from '../../torch/rehearsal.js';
import { axesOf, type Program } from '../program.js';
import type { Finding, Related, Rule } from '../types.js';

/** Where a tensor came from, as a related place. */
function related(program: Program, op: ObservedOp, message: string): Related[] {
  const place = program.placeOf(op);
  return place ? [{ message, place }] : [];
}

/** The last axis or the one given, in number, if known: the number of classes. */
function classesOf(op: ObservedOp): number | null {
  const axes = axesOf(op.tensors['input']);
  const size = axes && (axes.length === 1 ? axes[0] : axes[1]);
  return typeof size === 'number' ? size : null;
}

const CROSS_ENTROPY = ['cross_entropy'] as const;

/** Pairs of a loss and what its input was made by. */
function* inputsMadeBy(
  program: Program,
  losses: readonly string[],
  makers: readonly string[],
): Generator<{ readonly loss: ObservedOp; readonly maker: ObservedOp }> {
  for (const loss of program.ops(...losses)) {
    const maker = program.maker(loss.tensors['input']);
    if (maker && makers.includes(maker.name)) yield { loss, maker };
  }
}

const L01: Rule = {
  id: 'L01',
  title: 'softmax before CrossEntropyLoss',
  star: true,
  severity: 'warning',
  why: String.raw`$\mathrm{CrossEntropyLoss}$ takes logits and applies $\log\mathrm{softmax}$ itself. Fed with probabilities $p\in[0,1]^C$ it computes
$-\log\mathrm{softmax}(p)_y$, which can't fall below $\ln(e+C-1)-1$: the model can be perfect and the loss still stays there. The gradient is squeezed by
the Jacobian of the first softmax, so training is slow and the probabilities stay flat.`,
  wrong: `
probs = F.softmax(self.fc(x), dim=1)
loss = nn.CrossEntropyLoss()(probs, y)`,
  right: `
logits = self.fc(x)
loss = nn.CrossEntropyLoss()(logits, y)`,
  sources: ['PyTorch documentation of torch.nn.CrossEntropyLoss'],
  *check(program): Generator<Finding> {
    for (const { loss, maker } of inputsMadeBy(program, CROSS_ENTROPY, ['softmax'])) {
      const place = program.placeOf(maker);
      if (!place) continue;
      const classes = classesOf(loss);
      const floor = classes === null ? null : Math.log(Math.E + classes - 1) - 1;
      const bound =
        classes === null || floor === null
          ? 'the loss can’t go below ln(e + C − 1) − 1 for C classes'
          : `with ${classes} classes the loss can’t go below ${floor.toFixed(3)}`;
      yield {
        message: `CrossEntropyLoss applies log-softmax itself; after this softmax it is applied twice, and ${bound}. Give it the logits.`,
        place,
        related: related(program, loss, 'The loss that takes its result.'),
      };
    }
  },
};

const L03: Rule = {
  id: 'L03',
  title: 'sigmoid before BCEWithLogitsLoss',
  star: true,
  severity: 'warning',
  why: String.raw`$\mathrm{BCEWithLogitsLoss}$ applies the sigmoid itself. A second one maps $(0,1)$ to $(\sigma(0),\sigma(1))=(0.5, 0.731)$: no probability below one
half can be expressed, and the loss of a perfect negative stays at $\ln 2\approx 0.693$.`,
  wrong: `
p = torch.sigmoid(self.fc(x))
loss = F.binary_cross_entropy_with_logits(p, y)`,
  right: `
logits = self.fc(x)
loss = F.binary_cross_entropy_with_logits(logits, y)`,
  sources: ['PyTorch documentation of torch.nn.BCEWithLogitsLoss'],
  *check(program): Generator<Finding> {
    for (const { loss, maker } of inputsMadeBy(program, ['binary_cross_entropy_with_logits'], ['sigmoid'])) {
      const place = program.placeOf(maker);
      if (!place) continue;
      yield {
        message:
          'BCEWithLogitsLoss applies the sigmoid itself; after this one all probabilities lie between 0.5 and 0.731. Give it the logits.',
        place,
        related: related(program, loss, 'The loss that takes its result.'),
      };
    }
  },
};

/** All rules of this kind. */
export const lossRules: readonly Rule[] = [L01, L03];
