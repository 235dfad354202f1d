/** T: the loop around the model. */
import { ownMembers } from '../../model/index.js';
import type { Place, PyInstance, Value } from '../../python/value.js';
import type { CallExpr, Expr, SourceFile, Stmt } from '../../syntax/index.js';
import { isModule } from '../../torch/nn/module.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import { modulePaths, type ModuleCall } from '../../torch/trace.js';
import {
  ancestorsOf,
  blockAround,
  callsIn,
  dotted,
  findAll,
  functionAround,
  namesIn,
  qualifiedName,
  sameText,
  statementOf,
  valueOf,
  type Loader,
  type TrainingLoop,
} from '../../training/index.js';
import { pinnedTorch, type TorchVersion } from '../pinned.js';
import type { Program } from '../program.js';
import { callAt, callInstead, fixOrNone, nodeAt, setArgument, withFix } from '../source.js';
import { inOneBlock, lineAbove, lineBelow, moveStatement, statementAt } from '../statements.js';
import type { Fix, Rule } from '../types.js';

/** The call of the user's model in which something ran. */
function outermost(call: ModuleCall | null): ModuleCall | null {
  let at = call;
  while (at?.parent) at = at.parent;
  return at;
}

const T03: Rule = {
  id: 'T03',
  title: 'Validation in training mode',
  star: false,
  severity: 'warning',
  why: String.raw`In training mode dropout drops at random and batch norm uses the statistics of the batch, and updates its running ones from validation data. The
measured loss is not the model's.`,
  wrong: `
with torch.no_grad():
    loss = criterion(model(x), y)`,
  right: `
model.eval()
with torch.no_grad():
    loss = criterion(model(x), y)`,
  sources: ['PyTorch documentation: torch.nn.Module.eval'],
  *check(program) {
    const trained = program.rehearsal.backwards > 0;
    if (!trained) return;
    for (const op of program.ops('batch_norm', 'dropout')) {
      if (op.args['training'] !== true || op.gradEnabled) continue;
      const root = outermost(op.call);
      const place = root?.place ?? null;
      if (!root || !program.isHere(place) || isModeMeant(program, root.module)) continue;
      const statement = statementAt(place);
      const model = callAt(place)?.func;
      const block = statement && noGradBlock(place.file, statement);
      yield {
        message: `The model is evaluated in training mode: ${op.name === 'dropout' ? 'dropout is active' : 'batch norm uses and updates the statistics of this batch'}. Call eval() first.`,
        place,
        ...(block && model && dotted(model) !== null
          ? {
              fix: lineAbove(
                place.file,
                block,
                `${place.file.slice(model)}.eval()`,
                `Insert ${place.file.slice(model)}.eval()`,
              ),
            }
          : {}),
      };
    }
  },
};

/** The `with torch.no_grad():` around a statement. */
function noGradBlock(file: SourceFile, statement: Stmt): Stmt | null {
  const found = ancestorsOf(file, statement).find((each) => each.kind === 'With');
  return found?.kind === 'With' ? found : null;
}

/** Somebody put it into training mode again after `eval()`: Monte Carlo dropout, perhaps. */
function isModeMeant(program: Program, module: PyInstance): boolean {
  const modes = program.steps().filter(({ name, self }) => self === module && (name === 'train' || name === 'eval'));
  return modes.some(({ name }, index) => name === 'train' && modes[index - 1]?.name === 'eval');
}

const NO_OP_METHODS = new Set([
  'eval',
  'train',
  'step',
  'zero_grad',
  'backward',
  'cuda',
  'cpu',
  'half',
  'synchronize',
  'empty_cache',
]);

const T05: Rule = {
  id: 'T05',
  title: 'Method named, not called',
  star: false,
  severity: 'error',
  why: String.raw`Without parentheses the line names the method and does nothing.`,
  wrong: `
model.eval
optimizer.step`,
  right: `
model.eval()
optimizer.step()`,
  sources: ['Python documentation: calls'],
  *check(program) {
    const { file } = program;
    if (!/\btorch\b/.test(file.text)) return;
    for (const { value } of findAll(file.ast.body, 'Expression')) {
      if (value.kind !== 'Attribute' || !NO_OP_METHODS.has(value.attr)) continue;
      const place = { file, start: value.start, end: value.end };
      yield {
        message: `This names ${file.slice(value)} and doesn’t call it. Add ().`,
        place,
        fix: { title: 'Call it', edits: [{ place: { file, start: value.end, end: value.end }, text: '()' }] },
      };
    }
  },
};

const T06: Rule = {
  id: 'T06',
  title: 'Sum of losses that keeps every graph',
  star: false,
  severity: 'warning',
  why: String.raw`The sum requires a gradient, so it keeps the graphs of all batches, with their activations: memory grows with each step until it is full.
\`item()\` takes the number out.`,
  wrong: `
total += loss`,
  right: `
total += loss.item()`,
  sources: [
    'PyTorch documentation: frequently asked questions, my model reports “cuda runtime error(2): out of memory”',
  ],
  *check(program) {
    const reached = new Set<ObservedOp>();
    for (const backward of program.ops('backward')) {
      const tensor = backward.tensors['input'];
      if (tensor) for (const op of program.history(tensor)) reached.add(op);
    }
    for (const op of program.ops('add')) {
      const added = op.tensors['other'];
      if (!added?.requiresGrad || !op.gradEnabled || reached.has(op) || !program.isHere(op.place)) continue;
      const statement = statementAt(op.place);
      if (statement?.kind !== 'AugAssign' || statement.op !== '+') continue;
      // Only a running total: what was added is a loss whose gradient was taken.
      const source = program.maker(added);
      if (!source || !reached.has(source)) continue;
      const { value } = statement;
      if (!['Name', 'Attribute', 'Call'].includes(value.kind) || !inLoop(op.place.file, statement)) continue;
      const { file } = op.place;
      yield {
        message: 'This keeps the graph of every batch in memory. Add the number: .item().',
        place: { file, start: statement.start, end: statement.end },
        fix: { title: 'Add .item()', edits: [{ place: { file, start: value.end, end: value.end }, text: '.item()' }] },
      };
    }
  },
};

const inLoop = (file: SourceFile, statement: Stmt): boolean =>
  ancestorsOf(file, statement).some(({ kind }) => kind === 'For' || kind === 'While');

const T07: Rule = {
  id: 'T07',
  title: 'Scheduler before optimizer',
  star: false,
  severity: 'warning',
  why: String.raw`The scheduler's step sets the rate for the next update. Called first, the initial rate is never used; PyTorch warns.`,
  wrong: `
scheduler.step()
optimizer.step()`,
  right: `
optimizer.step()
scheduler.step()`,
  sources: ['PyTorch documentation: torch.optim, how to adjust learning rate'],
  *check(program) {
    const steps = program.steps().filter(({ name }) => name === 'step' || name === 'schedule');
    const [first] = steps;
    if (first?.name !== 'schedule' || !steps.some(({ name }) => name === 'step') || !program.isHere(first.place))
      return;
    const update = steps.find(({ name, place }) => name === 'step' && inOneBlock(first.place, place));
    const both = inOneBlock(first.place, update?.place ?? null);
    yield {
      message:
        'The scheduler steps before the optimizer does: the first learning rate is never used. Step it afterwards.',
      place: first.place,
      ...fixOrNone(both && moveStatement(both.file, both.first, 'below', both.second, 'Step it after the optimizer')),
    };
  },
};

/** Calls of a name in the same block as another call, in order. */
function* blocksWith(
  program: Program,
  attr: string,
): Generator<{ call: CallExpr; statement: Stmt; block: readonly Stmt[] }> {
  const { file } = program;
  for (const call of callsIn(file)) {
    if (call.func.kind !== 'Attribute' || call.func.attr !== attr) continue;
    const statement = statementOf(file, call);
    if (statement) yield { call, statement, block: blockAround(file, statement) };
  }
}

const matching = (statement: Stmt, test: (call: CallExpr) => boolean): CallExpr[] =>
  findAll([statement], 'Call').filter(test);
const calls =
  (attr: string | RegExp) =>
  (call: CallExpr): boolean => {
    const name = call.func.kind === 'Attribute' ? call.func.attr : call.func.kind === 'Name' ? call.func.id : '';
    return typeof attr === 'string' ? name === attr : attr.test(name);
  };
const CLIP = /^clip_grad_(norm|value)_$/;

/** What a block of a training loop does with gradients, by the calls in a statement. */
const EVENTS = {
  backward: calls('backward'),
  step: (call: CallExpr): boolean =>
    calls('step')(call) && !(call.func.kind === 'Attribute' && /sched/i.test(dotted(call.func.value) ?? '')),
  clip: calls(CLIP),
};

const T08: Rule = {
  id: 'T08',
  title: 'Clipping at the wrong place',
  star: false,
  severity: 'warning',
  why: String.raw`Clipping changes the gradients that \`backward()\` computed and \`step()\` will use. Before the one it clips old gradients, after the other it does nothing.`,
  wrong: `
loss.backward()
optimizer.step()
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)`,
  right: `
loss.backward()
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
optimizer.step()`,
  sources: ['Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013'],
  *check(program) {
    const { file } = program;
    const blocks = new Map([...blocksWith(program, 'backward')].map(({ statement, block }) => [block, statement]));
    for (const [block, backward] of blocks) {
      // A loop may train several networks, one after the other.
      const events = block.flatMap((each) => {
        const kinds = (['backward', 'step', 'clip'] as const).filter((kind) => matching(each, EVENTS[kind]).length > 0);
        return kinds.length === 1 ? kinds.map((kind) => ({ kind, each })) : [];
      });
      const turns = events.filter(({ kind }) => kind !== 'clip');
      if (!turns.some(({ kind }, i) => kind === 'step' && turns[i - 1]?.kind === 'backward')) continue;
      for (const [i, { kind, each }] of events.entries()) {
        const [clip] = kind === 'clip' ? matching(each, EVENTS.clip) : [];
        if (!clip) continue;
        const before = events.slice(0, i).findLast((event) => event.kind !== 'clip')?.kind;
        if (before === 'backward') continue;
        yield {
          message:
            before === undefined
              ? 'Clipping before backward() clips the gradients of the step before. Put it between backward() and step().'
              : 'Clipping after step() comes too late: the gradients have been used. Put it between backward() and step().',
          place: { file, start: clip.start, end: clip.end },
          ...fixOrNone(
            each.kind === 'Expression' && each.value === clip && turns.length === 2
              ? moveStatement(file, each, 'below', backward, 'Clip after backward()')
              : null,
          ),
        };
      }
    }
  },
};

const T09: Rule = {
  id: 'T09',
  title: 'Clipping scaled gradients',
  star: false,
  severity: 'warning',
  why: String.raw`Under a gradient scaler the gradients are multiplied by a scale of up to 65,536 and more: a threshold of 1 cuts them to nearly nothing.
\`unscale_\` divides them first.`,
  wrong: `
scaler.scale(loss).backward()
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
scaler.step(optimizer)`,
  right: `
scaler.scale(loss).backward()
scaler.unscale_(optimizer)
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
scaler.step(optimizer)`,
  sources: ['PyTorch documentation: automatic mixed precision examples, gradient clipping'],
  *check(program) {
    const { file } = program;
    for (const { call, statement, block } of blocksWith(program, 'backward')) {
      const scaled = call.func.kind === 'Attribute' ? call.func.value : null;
      if (scaled?.kind !== 'Call' || scaled.func.kind !== 'Attribute' || scaled.func.attr !== 'scale') continue;
      const scaler = file.slice(scaled.func.value);
      const backward = block.indexOf(statement);
      const clipping = block.findIndex((each, index) => index > backward && matching(each, calls(CLIP)).length > 0);
      const clipStatement = block[clipping];
      const step = block.flatMap((each) => matching(each, calls('step'))).find((each) => each.args.length > 0);
      if (!clipStatement || !step) continue;
      if (block.slice(backward, clipping + 1).some((each) => matching(each, calls('unscale_')).length > 0)) continue;
      const [clip] = matching(clipStatement, calls(CLIP));
      const optimizer = step.args[0] && file.slice(step.args[0]);
      if (!clip || optimizer === undefined) continue;
      yield {
        message: `The gradients are still scaled here: clip them after ${scaler}.unscale_(${optimizer}).`,
        place: { file, start: clip.start, end: clip.end },
        fix: lineAbove(
          file,
          clipStatement,
          `${scaler}.unscale_(${optimizer})`,
          `Insert ${scaler}.unscale_(${optimizer})`,
        ),
      };
    }
  },
};

const T10: Rule = {
  id: 'T10',
  title: 'Scaler never updated',
  star: false,
  severity: 'error',
  why: String.raw`\`update()\` closes the step of a gradient scaler. Without it the second \`step()\` raises \`step() has already been called since the last update()\`.`,
  wrong: `
scaler.step(optimizer)`,
  right: `
scaler.step(optimizer)
scaler.update()`,
  sources: ['PyTorch documentation: torch.amp.GradScaler'],
  *check(program) {
    const { file } = program;
    for (const made of findAll(file.ast.body, 'Assign')) {
      const [target] = made.targets;
      if (made.value.kind !== 'Call' || !target) continue;
      if (!/(^|\.)GradScaler$/.test(qualifiedName(file, made.value.func) ?? '')) continue;
      const uses = callsIn(file).filter(({ func }) => func.kind === 'Attribute' && sameText(file, func.value, target));
      const named = (attr: string): CallExpr | undefined =>
        uses.find(({ func }) => func.kind === 'Attribute' && func.attr === attr);
      const step = named('step');
      // Handed on, it may be updated elsewhere.
      const name = dotted(target);
      const handed = callsIn(file).some(({ args }) => args.some(({ value }) => dotted(value) === name));
      const statement = step && statementOf(file, step);
      if (!step || !statement || named('update') || handed || name === null) continue;
      yield {
        message: `${name}.update() is never called: the second ${name}.step() raises an error.`,
        place: { file, start: step.start, end: step.end },
        fix: {
          title: `Insert ${name}.update()`,
          edits: [lineBelow(file, statement, `${name}.update()`)],
        },
      };
    }
  },
};

const isStored = (module: PyInstance, value: Value): boolean => isModule(value) && modulePaths(module).has(value);

const T13: Rule = {
  id: 'T13',
  title: 'Optimizer of replaced parameters',
  star: false,
  severity: 'error',
  why: String.raw`An optimizer keeps the parameters that it was given. A layer that replaces another afterwards has new ones, which it doesn't know: it goes on updating those that are no
longer used.`,
  wrong: `
optimizer = torch.optim.Adam(model.parameters())
model.fc = nn.Linear(512, 10)`,
  right: `
model.fc = nn.Linear(512, 10)
optimizer = torch.optim.Adam(model.parameters())`,
  sources: ['PyTorch documentation: torch.optim, constructing it'],
  *check(program) {
    for (const step of program.steps()) {
      if (step.name !== 'step' || typeof step.self !== 'object' || step.self?.kind !== 'instance') continue;
      const known = parametersOf(step.self);
      if (!known) continue;
      for (const { module, value, place } of program.rehearsal.assignments) {
        if (!program.isHere(place) || !isModule(value) || !isStored(module, value)) continue;
        if (functionAround(place.file, nodeAt(place) ?? place)?.name === '__init__') continue;
        const fresh = [...modulePaths(value).keys()].flatMap((part) =>
          ownMembers(part).parameters.map((each) => each.value),
        );
        const others = [...modulePaths(module).keys()].flatMap((part) =>
          ownMembers(part).parameters.map((each) => each.value),
        );
        if (fresh.length === 0 || fresh.some((each) => known.has(each) || !each.data.requiresGrad)) continue;
        if (!others.some((each) => known.has(each))) continue;
        yield {
          message:
            'The optimizer was made before this layer: it doesn’t know its parameters and never trains them. Make the optimizer afterwards.',
          place,
          ...fixOrNone(madeAfter(step.self.place, place)),
        };
      }
    }
  },
};

/** Moves the construction of an optimizer below another statement; `null` where something in between uses it. */
function madeAfter(optimizer: Place | null, place: Place): Fix | null {
  const both = inOneBlock(optimizer, place);
  if (both?.first.kind !== 'Assign' || both.first.start > both.second.start) return null;
  const { file, first, second } = both;
  const names = first.targets.flatMap((target) => [...namesIn(target)]);
  const block = blockAround(file, first);
  const between = block.slice(block.indexOf(first) + 1, block.indexOf(second) + 1);
  if (between.some((each) => names.some((name) => namesIn(each).has(name)))) return null;
  return moveStatement(file, first, 'below', second, 'Make the optimizer afterwards');
}

/** The parameters in an optimizer's groups; `null` where they can't be told. */
function parametersOf(optimizer: PyInstance): Set<Value> | null {
  const groups = optimizer.attrs.get('param_groups');
  if (typeof groups !== 'object' || groups?.kind !== 'list' || groups.taint) return null;
  const found = new Set<Value>();
  for (const group of groups.items) {
    const params = typeof group === 'object' && group?.kind === 'dict' ? group.entries.get('params')?.value : undefined;
    if (typeof params !== 'object' || params?.kind !== 'list' || params.taint) return null;
    for (const item of params.items) found.add(item);
  }
  return found;
}

function numberIn(expr: Expr | null): number | null {
  return expr?.kind === 'Number' && typeof expr.value === 'number' ? expr.value : null;
}

const T14: Rule = {
  id: 'T14',
  title: 'Adam with weight decay',
  star: false,
  severity: 'info',
  why: String.raw`Adam's \`weight_decay\` adds $\lambda w$ to the gradient, and Adam divides it by $\sqrt{\hat v}$: weights with large gradients decay less. AdamW subtracts
$\eta\lambda w$ from the weight itself, as decay is meant.`,
  wrong: `
optimizer = torch.optim.Adam(model.parameters(), weight_decay=1e-2)`,
  right: `
optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)`,
  sources: ['Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019'],
  *check(program) {
    const { file } = program;
    for (const call of callsIn(file)) {
      if (!/^torch\.optim\.(adam\.)?Adam$/.test(qualifiedName(file, call.func) ?? '')) continue;
      const decay = numberIn(valueOf(call, 'weight_decay', 4));
      if (decay === null || decay === 0) continue;
      const place = { file, start: call.func.start, end: call.func.end };
      yield {
        message: `Adam divides this weight decay of ${decay} by the size of the gradient. AdamW decays all weights alike.`,
        place,
        ...withFix('Use AdamW', callInstead(file, call, 'torch.optim.AdamW')),
      };
    }
  },
};

const T16: Rule = {
  id: 'T16',
  title: 'Training data not shuffled',
  star: false,
  severity: 'info',
  why: String.raw`Stochastic gradients are unbiased only if the batches are drawn at random. In the order of the file, batches of one class follow each other, and the same
ones come in every epoch.`,
  wrong: `
loader = DataLoader(train_set, batch_size=64)`,
  right: `
loader = DataLoader(train_set, batch_size=64, shuffle=True)`,
  sources: ['PyTorch documentation: torch.utils.data.DataLoader'],
  *check(program) {
    const loader = program.training?.trainLoader;
    if (loader?.file.path !== program.file.path || !isUnshuffled(loader)) return;
    const { file, call, shuffle } = loader;
    const place = { file, start: call.start, end: call.end };
    const edit = shuffle
      ? { place: { file, start: shuffle.start, end: shuffle.end }, text: 'True' }
      : { place: { file, start: call.end - 1, end: call.end - 1 }, text: ', shuffle=True' };
    yield {
      message: 'The training loader gives the data in the same order in every epoch. Add shuffle=True.',
      place,
      ...(/,\s*\)$/.test(file.slice(call)) && !shuffle ? {} : { fix: { title: 'Add shuffle=True', edits: [edit] } }),
    };
  },
};

function isUnshuffled({ call, shuffle, file }: Loader): boolean {
  if (call.args.some(({ form, name }) => form === 'star' || form === 'doubleStar' || /sampler$/.test(name ?? '')))
    return false;
  if (/Iterable/.test(file.text)) return false;
  return shuffle === null || (shuffle.kind === 'Constant' && shuffle.value === false);
}

const T17: Rule = {
  id: 'T17',
  title: 'DistributedSampler without set_epoch',
  star: false,
  severity: 'warning',
  why: String.raw`A \`DistributedSampler\` shuffles with a seed made of its own and the epoch. Without \`set_epoch\` the epoch stays 0, and every epoch has the same order.`,
  wrong: `
sampler = DistributedSampler(dataset)
for epoch in range(epochs):
    train(loader)`,
  right: `
sampler = DistributedSampler(dataset)
for epoch in range(epochs):
    sampler.set_epoch(epoch)
    train(loader)`,
  sources: ['PyTorch documentation: torch.utils.data.distributed.DistributedSampler'],
  *check(program) {
    const { file, training } = program;
    if (!training?.loop || training.code.files.some(({ text }) => /\.set_epoch\(/.test(text))) return;
    for (const call of callsIn(file)) {
      if (!/(^|\.)DistributedSampler$/.test(qualifiedName(file, call.func) ?? '')) continue;
      const shuffle = valueOf(call, 'shuffle', 3);
      if (shuffle?.kind === 'Constant' && shuffle.value === false) continue;
      // The order of what is only measured doesn't matter.
      const made = statementOf(file, call);
      if (made?.kind === 'Assign' && made.targets.some((target) => /val|test|eval/i.test(file.slice(target)))) continue;
      yield {
        message: 'set_epoch is never called: the sampler gives the same order in every epoch.',
        place: { file, start: call.start, end: call.end },
        ...fixOrNone(setEpoch(file, call, training.loop)),
      };
    }
  },
};

/** Inserts `sampler.set_epoch(epoch)` at the begin of the loop over epochs, where the sampler has one name for certain. */
function setEpoch(file: SourceFile, sampler: CallExpr, { epochLoop }: TrainingLoop): Fix | null {
  const made = statementOf(file, sampler);
  const name = made?.kind === 'Assign' && made.value === sampler && made.targets[0] ? dotted(made.targets[0]) : null;
  if (!made || name === null || epochLoop?.file !== file || epochLoop.loop.kind !== 'For') return null;
  const { target, body } = epochLoop.loop;
  const isConditional = ancestorsOf(file, made).some(({ kind }) => kind === 'If' || kind === 'Try');
  if (target.kind !== 'Name' || !body[0] || isConditional) return null;
  if (functionAround(file, made) !== functionAround(file, epochLoop.loop)) return null;
  const text = `${name}.set_epoch(${target.id})`;
  return lineAbove(file, body[0], text, `Insert ${text}`);
}

const T19: Rule = {
  id: 'T19',
  title: 'State dict of a wrapped model',
  star: false,
  severity: 'info',
  why: String.raw`The parameters of a wrapped model are called \`module.…\`: a model that isn't wrapped can't load them.`,
  wrong: `
model = DistributedDataParallel(model)
torch.save(model.state_dict(), "model.pt")`,
  right: `
model = DistributedDataParallel(model)
torch.save(model.module.state_dict(), "model.pt")`,
  sources: ['PyTorch documentation: torch.nn.parallel.DistributedDataParallel'],
  *check(program) {
    const { file } = program;
    const wrapped = findAll(file.ast.body, 'Assign').filter(
      ({ value }) =>
        value.kind === 'Call' &&
        /^torch\.nn\.(parallel\.)?(DistributedDataParallel|DataParallel|distributed\.DistributedDataParallel)$/.test(
          qualifiedName(file, value.func) ?? '',
        ),
    );
    for (const save of callsIn(file)) {
      if (qualifiedName(file, save.func) !== 'torch.save') continue;
      for (const call of findAll(save.args, 'Call')) {
        if (call.func.kind !== 'Attribute' || call.func.attr !== 'state_dict') continue;
        const model = call.func.value;
        const made = wrapped.find(
          ({ targets, start }) =>
            start < save.start &&
            targets.some((target) => sameText(file, target, model)) &&
            functionAround(file, model) === functionAround(file, targets[0] as Expr),
        );
        // A wrap behind a condition is none at other times.
        if (!made || ancestorsOf(file, made).some(({ kind }) => kind === 'If')) continue;
        yield {
          message: `${file.slice(model)} is wrapped, so all names in its state dict begin with “module.”. Save ${file.slice(model)}.module.`,
          place: { file, start: call.start, end: call.end },
          fix: {
            title: 'Save .module',
            edits: [{ place: { file, start: model.end, end: model.end }, text: '.module' }],
          },
        };
      }
    }
  },
};

const T20: Rule = {
  id: 'T20',
  title: 'torch.load that runs code',
  star: false,
  severity: 'warning',
  why: String.raw`A pickle can run any code when it is loaded. With \`weights_only=True\` (the default since PyTorch 2.6) only tensors and plain containers are read. Where the
project asks for an older torch, it has to be said.`,
  wrong: `
state = torch.load("model.pt", weights_only=False)`,
  right: `
state = torch.load("model.pt", weights_only=True)`,
  sources: ['PyTorch documentation: torch.load'],
  *check(program) {
    const { file, project } = program;
    let pinned: TorchVersion | null | undefined;
    for (const call of callsIn(file)) {
      if (qualifiedName(file, call.func) !== 'torch.load') continue;
      const flag = call.args.find(({ name }) => name === 'weights_only')?.value;
      if (!flag) {
        // Since 2.6 the default is the safe one.
        if (pinned === undefined) pinned = pinnedTorch(project, file.path);
        if (!pinned || pinned.major > 2 || (pinned.major === 2 && pinned.minor >= 6)) continue;
        const place = { file, start: call.start, end: call.end };
        yield {
          message: `With ${pinned.text} (${pinned.file}) the file can run any code while it is loaded: weights_only is False there unless it is said.`,
          place,
          // The argument came with 1.13.
          ...(pinned.minor === Infinity || (pinned.major === 1 && pinned.minor < 13)
            ? {}
            : withFix('Add weights_only=True', setArgument(place, 'weights_only', 'True'))),
        };
        continue;
      }
      if (flag.kind !== 'Constant' || flag.value !== false) continue;
      yield {
        message:
          'With weights_only=False the file can run any code while it is loaded. Use it only for files that you trust.',
        place: { file, start: call.start, end: call.end },
        fix: {
          title: 'Use weights_only=True',
          edits: [{ place: { file, start: flag.start, end: flag.end }, text: 'True' }],
        },
      };
    }
  },
};

const T21: Rule = {
  id: 'T21',
  title: 'No seed',
  star: false,
  severity: 'hint',
  why: String.raw`Weights, shuffling and dropout are random. Without a seed two runs of the same code differ, and it can't be told whether a change helped.`,
  wrong: `
model = Net()
train(model)`,
  right: `
torch.manual_seed(0)
model = Net()
train(model)`,
  sources: ['PyTorch documentation: reproducibility'],
  *check(program) {
    const { file, training } = program;
    const loop = training?.loop;
    if (loop?.backward.file.path !== file.path || !training) return;
    // Gradients alone are no training.
    if (training.optimizers.length === 0 || (!loop.batchLoop && !loop.epochLoop)) return;
    if (training.code.files.some(({ text }) => /seed/i.test(text))) return;
    const { call } = loop.backward;
    yield {
      message:
        'Nothing sets a seed: two runs of this training differ. torch.manual_seed(0) at the start makes them comparable.',
      place: { file, start: call.start, end: call.end },
    };
  },
};

/** All rules of this kind. */
export const trainingRules: readonly Rule[] = [T03, T05, T06, T07, T08, T09, T10, T13, T14, T16, T17, T19, T20, T21];
