/** T: how often what is done in the loop around the model, and on how many devices. */
import { ownMembers } from '../../model/index.js';
import type { Place, PyInstance } from '../../python/value.js';
import type { CallExpr, Expr, ForStmt, IfStmt, SourceFile, Stmt } from '../../syntax/index.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import { isModule } from '../../torch/nn/module.js';
import { modulePaths, type ModuleCall } from '../../torch/trace.js';
import {
  ancestorsOf,
  callsIn,
  dotted,
  findAll,
  functionAround,
  qualifiedName,
  spell,
  statementOf,
  valueOf,
} from '../../training/index.js';
import { fixOrNone, nodeAt, quoted } from '../source.js';
import { lineAbove, moveStatement } from '../statements.js';
import type { Rule } from '../types.js';

function root(call: ModuleCall | null): ModuleCall | null {
  let at = call;
  while (at?.parent) at = at.parent;
  return at;
}

const isTrained = (module: PyInstance): boolean =>
  [...modulePaths(module).keys()].some((part) =>
    ownMembers(part).parameters.some(({ value }) => value.data.requiresGrad),
  );

const T04: Rule = {
  id: 'T04',
  title: 'Validation that records gradients',
  star: false,
  severity: 'info',
  why: String.raw`With gradients enabled every operator keeps its inputs for a backward pass that never comes: evaluation takes two to three times the memory, and more time.
\`torch.no_grad()\` or \`torch.inference_mode()\` turns that off; \`eval()\` doesn't.`,
  wrong: `
model.eval()
for x, y in val_loader:
    total += criterion(model(x), y).item()`,
  right: `
model.eval()
with torch.no_grad():
    for x, y in val_loader:
        total += criterion(model(x), y).item()`,
  sources: ['PyTorch documentation: torch.no_grad, torch.inference_mode'],
  *check(program) {
    const { rehearsal } = program;
    if (rehearsal.backwards === 0) return;
    const used = new Set<ObservedOp>();
    for (const backward of program.ops('backward')) {
      const tensor = backward.tensors['input'];
      if (tensor) for (const op of program.history(tensor)) used.add(op);
    }
    const calls = new Set([...used].map(({ call }) => root(call)));
    const evaluated = new Set<unknown>();
    const seen = new Set<ModuleCall>();
    for (const event of rehearsal.events) {
      if (event.kind === 'step') {
        if (event.name === 'eval') evaluated.add(event.self);
        else if (event.name === 'train') evaluated.delete(event.self);
        continue;
      }
      const call = root(event.call);
      if (!call || seen.has(call) || !event.gradEnabled || !evaluated.has(call.module)) continue;
      seen.add(call);
      if (calls.has(call) || !program.isHere(call.place) || !isModule(call.module) || !isTrained(call.module)) continue;
      // Gradients with respect to the input are wanted: an attack, a penalty, a picture of what the model sees.
      const { file } = call.place;
      const around = functionAround(file, nodeAt(call.place) ?? call.place);
      const text = around ? file.slice(around) : file.text;
      if (/autograd|requires_grad/.test(text)) continue;
      const decorates = around !== null && !/\.backward\s*\(/.test(text);
      const torch = spell(file, 'torch.no_grad');
      yield {
        message:
          'The model is evaluated with gradients enabled: every batch keeps its activations. Use torch.no_grad().',
        place: call.place,
        ...(decorates && torch !== null && around.decorators.length === 0
          ? { fix: lineAbove(file, around, `@${torch}()`, `Decorate ${around.name} with @${torch}()`) }
          : {}),
      };
    }
  },
};

/** The `k` of `if (i + 1) % k == 0`. */
function everyK(file: SourceFile, test: Expr): string | null {
  const found = findAll([test], 'Binary').find(({ op }) => op === '%');
  return found ? file.slice(found.right) : null;
}

const callsMethod = (body: readonly Stmt[], attr: string): CallExpr | undefined =>
  findAll(body, 'Call').find(({ func }) => func.kind === 'Attribute' && func.attr === attr);

const T11: Rule = {
  id: 'T11',
  title: 'Accumulated gradients not divided',
  star: false,
  severity: 'info',
  why: String.raw`\`backward()\` adds up. After $k$ batches the gradient is $\sum_i g_i$, $k$ times the mean of a batch $k$ times as large: the step is $k$ times too long (Adam hides
that, clipping and weight decay don't). Divide each loss by $k$.`,
  wrong: `
loss = criterion(model(x), y)
loss.backward()
if (i + 1) % 4 == 0:
    optimizer.step()
    optimizer.zero_grad()`,
  right: `
loss = criterion(model(x), y) / 4
loss.backward()
if (i + 1) % 4 == 0:
    optimizer.step()
    optimizer.zero_grad()`,
  sources: ['PyTorch documentation: automatic mixed precision examples, gradient accumulation'],
  *check(program) {
    const { file } = program;
    for (const branch of findAll(file.ast.body, 'If')) {
      const steps = everyK(file, branch.test);
      if (steps === null || !callsMethod(branch.body, 'step') || !callsMethod(branch.body, 'zero_grad')) continue;
      const loop = ancestorsOf(file, branch).find((each) => each.kind === 'For' || each.kind === 'While');
      if (loop?.kind !== 'For' && loop?.kind !== 'While') continue;
      const found = backwardBeside(file, loop.body, branch);
      if (!found || stepsBeside(file, loop.body, branch)) continue;
      // Divided somewhere, or averaged in another way.
      if (
        findAll(loop.body, 'Binary').some(
          ({ op, right, start }) => op === '/' && start < branch.start && sameNumber(file, right, steps),
        )
      )
        continue;
      if (findAll(loop.body, 'AugAssign').some(({ op }) => op === '/')) continue;
      const { call, statement } = found;
      const loss = call.func.kind === 'Attribute' ? call.func.value : null;
      const name = loss?.kind === 'Name' ? loss.id : null;
      yield {
        message: `The gradients of ${steps} batches are added up and not averaged: the step is ${steps} times as long. Divide the loss by ${steps}.`,
        place: { file, start: call.start, end: call.end },
        ...(name === null
          ? {}
          : { fix: lineAbove(file, statement, `${name} = ${name} / ${steps}`, `Divide by ${steps}`) }),
      };
    }
  },
};

const sameNumber = (file: SourceFile, expr: Expr, text: string): boolean =>
  file.slice(expr).replaceAll(/[\s()]/g, '') === text.replaceAll(/[\s()]/g, '') || /accum/i.test(file.slice(expr));

/** The loop makes a step at every turn as well: the branch is that of another optimizer, which waits. */
const stepsBeside = (file: SourceFile, body: readonly Stmt[], branch: IfStmt): boolean =>
  findAll(body, 'Call').some(
    ({ func, start }) =>
      func.kind === 'Attribute' &&
      func.attr === 'step' &&
      (start < branch.start || start >= branch.end) &&
      /opt/i.test(file.slice(func.value)),
  );

/** `loss.backward()` of a loop, outside of the branch that makes the step. */
function backwardBeside(
  file: SourceFile,
  body: readonly Stmt[],
  branch: IfStmt,
): { readonly call: CallExpr; readonly statement: Stmt } | null {
  const call = callsMethod(body, 'backward');
  if (!call || (call.start >= branch.start && call.end <= branch.end)) return null;
  const statement = statementOf(file, call);
  return statement && body.includes(statement) && statement.start < branch.start ? { call, statement } : null;
}

const T12: Rule = {
  id: 'T12',
  title: 'OneCycleLR stepped once an epoch',
  star: false,
  severity: 'warning',
  why: String.raw`\`OneCycleLR\` with \`steps_per_epoch\` (or \`total_steps\` counted in batches) expects a step after every batch. Stepped once an epoch it never leaves the beginning of the
cycle, where the rate is a twenty-fifth of \`max_lr\`.`,
  wrong: `
scheduler = OneCycleLR(optimizer, 0.1, epochs=10, steps_per_epoch=len(loader))
for epoch in range(10):
    for x, y in loader:
        train_step(x, y)
    scheduler.step()`,
  right: `
scheduler = OneCycleLR(optimizer, 0.1, epochs=10, steps_per_epoch=len(loader))
for epoch in range(10):
    for x, y in loader:
        train_step(x, y)
        scheduler.step()`,
  sources: ['PyTorch documentation: torch.optim.lr_scheduler.OneCycleLR'],
  *check(program) {
    const { file } = program;
    for (const made of findAll(file.ast.body, 'Assign')) {
      const [target] = made.targets;
      if (made.value.kind !== 'Call' || !target) continue;
      if (qualifiedName(file, made.value.func) !== 'torch.optim.lr_scheduler.OneCycleLR') continue;
      const total = valueOf(made.value, 'total_steps', 2);
      const perBatch =
        valueOf(made.value, 'steps_per_epoch', 4) !== null ||
        (total !== null && findAll([total], 'Call').some(({ func }) => func.kind === 'Name' && func.id === 'len'));
      const name = dotted(target);
      if (!perBatch || name === null) continue;
      const steps = callsIn(file).filter(({ func }) => dotted(func) === `${name}.step`);
      const [step] = steps;
      if (!step || steps.length !== 1 || functionAround(file, step) !== functionAround(file, made)) continue;
      const [loop] = ancestorsOf(file, step).filter((each) => each.kind === 'For');
      // The loop around it has the loop over batches inside.
      const batches = loop?.kind === 'For' ? batchLoopsIn(file, loop.body, step) : [];
      const [last] = batches.slice(0, 1).flatMap(({ body }) => body.slice(-1));
      const statement = statementOf(file, step);
      if (!last || !statement) continue;
      yield {
        message: `${name} counts batches and is stepped once an epoch: the learning rate stays near the beginning of its cycle. Step it after every batch.`,
        place: { file, start: step.start, end: step.end },
        related: [{ message: 'The scheduler', place: { file, start: made.start, end: made.end } }],
        // A second loop over batches, such as of another model, leaves open which one is meant.
        ...fixOrNone(
          batches.length === 1 && statement.kind === 'Expression' && statement.value === step && step.args.length === 0
            ? moveStatement(file, statement, 'below', last, 'Step it after every batch')
            : null,
        ),
      };
    }
  },
};

/** Loops over something that aren't around `step`, and train. */
function batchLoopsIn(file: SourceFile, body: readonly Stmt[], step: CallExpr): ForStmt[] {
  const around = new Set<object>(ancestorsOf(file, step));
  return findAll(body, 'For').filter(
    (loop) =>
      !around.has(loop) &&
      findAll(loop.body, 'Call').some(({ func }) => func.kind === 'Attribute' && func.attr === 'backward'),
  );
}

const NORMALISATION = /^(?:BatchNorm\dd|SyncBatchNorm|LayerNorm|GroupNorm|InstanceNorm\dd|RMSNorm)$/;

const T15: Rule = {
  id: 'T15',
  title: 'Weight decay on norms and biases',
  star: false,
  severity: 'hint',
  why: String.raw`Decay keeps weights small so that the function stays smooth. The scale of a normalisation and a bias don't make it less smooth: decaying them to 0 only takes away
signal. Give them a parameter group with \`weight_decay=0\`.`,
  wrong: `
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)`,
  right: `
decay = [p for p in model.parameters() if p.ndim > 1]
rest = [p for p in model.parameters() if p.ndim <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decay}, {"params": rest, "weight_decay": 0.0}], lr=1e-3, weight_decay=0.05
)`,
  sources: ['He et al., Bag of Tricks for Image Classification with Convolutional Neural Networks, 2019, section 3.1'],
  *check(program) {
    const { file, rehearsal } = program;
    const hasNorm = rehearsal.instances.some(
      ({ cls }) => cls.module.startsWith('torch.') && NORMALISATION.test(cls.name),
    );
    if (!hasNorm) return;
    for (const call of callsIn(file)) {
      if (!/^torch\.optim\.(?:\w+\.)?(?:AdamW|SGD|Adam|NAdam|RAdam)$/.test(qualifiedName(file, call.func) ?? ''))
        continue;
      const [first] = call.args;
      const all = first?.form === 'positional' && first.value.kind === 'Call' ? first.value : null;
      if (all?.func.kind !== 'Attribute' || all.func.attr !== 'parameters' || all.args.length > 0) continue;
      const decay = call.args.find(({ name }) => name === 'weight_decay')?.value;
      if (decay?.kind !== 'Number' || Number(decay.value) === 0) continue;
      yield {
        message: `This decay of ${file.slice(decay)} goes to normalisations and biases as well. Give them a group without it.`,
        place: { file, start: call.start, end: call.end },
        fix: {
          title: 'Decay weights only',
          edits: [{ place: { file, start: all.start, end: all.end }, text: decayGroups(file, file.slice(all)) }],
        },
      };
    }
  },
};

/** Two groups of parameters: what has more than one axis, and the rest without decay. */
const decayGroups = (file: SourceFile, all: string): string => {
  const [params, decay] = [quoted(file, 'params'), quoted(file, 'weight_decay')];
  return `[{${params}: [p for p in ${all} if p.ndim > 1]}, {${params}: [p for p in ${all} if p.ndim <= 1], ${decay}: 0.0}]`;
};

/** Batches smaller than this give poor statistics. */
const SMALL_BATCH = 16;

const T18: Rule = {
  id: 'T18',
  title: 'BatchNorm over a small share of the batch',
  star: false,
  severity: 'info',
  why: String.raw`Under \`DistributedDataParallel\` each process normalises with the statistics of its own share. The variance of a mean over $n$ samples is $\sigma^2/n$: with few samples a device the
statistics are noise. \`SyncBatchNorm\` takes those of all devices together.`,
  wrong: `
loader = DataLoader(dataset, batch_size=4, sampler=sampler)
model = DistributedDataParallel(model)`,
  right: `
loader = DataLoader(dataset, batch_size=4, sampler=sampler)
model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
model = DistributedDataParallel(model)`,
  sources: ['PyTorch documentation: torch.nn.SyncBatchNorm'],
  *check(program) {
    const { file, rehearsal } = program;
    if (/SyncBatchNorm|sync_batchnorm/.test(file.text)) return;
    const isNormalised = rehearsal.instances.some(
      ({ cls }) => cls.module.startsWith('torch.') && /^BatchNorm\dd$/.test(cls.name),
    );
    if (!isNormalised) return;
    const batch = program.training?.trainLoader?.batchSize;
    const size = batch?.kind === 'Number' && typeof batch.value === 'number' ? batch.value : null;
    if (size === null || size >= SMALL_BATCH) return;
    for (const call of callsIn(file)) {
      if (
        !/^torch\.nn\.parallel\.(?:distributed\.)?DistributedDataParallel$/.test(qualifiedName(file, call.func) ?? '')
      )
        continue;
      const [model] = call.args;
      const statement = statementOf(file, call);
      const name = model && dotted(model.value);
      const layer = spell(file, 'torch.nn.SyncBatchNorm');
      const place: Place = { file, start: call.start, end: call.end };
      yield {
        message: `Each process normalises with the statistics of its own ${size} samples. Use SyncBatchNorm.`,
        place,
        ...(name && statement && layer !== null
          ? {
              fix: lineAbove(
                file,
                statement,
                `${name} = ${layer}.convert_sync_batchnorm(${name})`,
                'Convert to SyncBatchNorm',
              ),
            }
          : {}),
      };
    }
  },
};

export const loopRules: readonly Rule[] = [T04, T11, T12, T15, T18];
