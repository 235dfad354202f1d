/** Where dropout belongs in a class: which values of `forward`, which elements of a sequence, which arguments. */
import type { CallExpr, Expr, Stmt } from '../../syntax/index.js';
import {
  argumentOf,
  blockAround,
  contains,
  dotted,
  findAll,
  qualifiedName,
  statementsIn,
  type Code,
  type ModuleClass,
} from '../../training/index.js';
import { holderOf } from '../editing.js';
import { Anatomy, kindOf, numberOf, type Layer } from './layers.js';
import { dropoutsOf } from './regularised.js';

export interface Sites {
  /** Values of `forward` that go through dropout. */
  readonly values: readonly { readonly expr: Expr; readonly where: string }[];
  /** Elements of `nn.Sequential` that get a dropout before them. */
  readonly elements: readonly { readonly expr: Expr; readonly where: string }[];
  /** Activations in lists of layers that become an `nn.Sequential`: a dropout follows in the list, or in a statement of its own. */
  readonly listed: readonly {
    readonly element: Expr;
    readonly append: { readonly statement: Stmt; readonly list: string } | null;
  }[];
  /** Layers that take the probability as an argument. */
  readonly arguments: readonly { readonly call: CallExpr; readonly what: string }[];
}

export function sitesOf(anatomy: Anatomy, role: { readonly isHead: boolean }): Sites {
  return {
    values: valueSites(anatomy, role.isHead),
    elements: elementSites(anatomy, role.isHead),
    listed: listedSites(anatomy),
    arguments: argumentSites(anatomy),
  };
}

// ---------------------------------------------------------------- arguments

function argumentSites(anatomy: Anatomy): Sites['arguments'] {
  return anatomy.constructed().flatMap(({ kind, call, name }) => {
    if (kind === 'attention' && !argumentOf(call, 'dropout', 2)) return [{ call, what: 'attention weights' }];
    if (kind !== 'recurrent' || argumentOf(call, 'dropout', -1)) return [];
    const layers = argumentOf(call, 'num_layers', 2);
    const values = layers ? anatomy.code.origins(anatomy.file, layers.value).map(({ expr }) => numberOf(expr)) : [];
    // With one layer there is nothing between layers: PyTorch warns and drops nothing.
    const several = values.length > 0 && values.every((value) => value !== null && value > 1);
    return several
      ? [{ call, what: `outputs between the layers of the ${name?.slice('torch.nn.'.length) ?? 'network'}` }]
      : [];
  });
}

// ------------------------------------------------------------ nn.Sequential

function elementSites(anatomy: Anatomy, isHead: boolean): Sites['elements'] {
  const found: { expr: Expr; where: string }[] = [];
  const all = anatomy.constructed().filter(({ kind }) => kind === 'sequential');
  for (const { call } of all) {
    if (call.args.some(({ form }) => form !== 'positional') || isIndexed(anatomy, call)) continue;
    const elements = call.args.map(({ value }) => value);
    const kinds = elements.map((element) =>
      element.kind === 'Call' ? kindOf(anatomy.code, anatomy.file, element).kind : 'other',
    );
    const isOutput = isHead && isLastOf(anatomy, call);
    elements.forEach((element, index) => {
      if (kinds[index] !== 'linear' || index === 0 || kinds.slice(index).includes('batchNorm')) return;
      const before = kinds
        .slice(0, index)
        .filter((kind) => kind !== 'shape' && kind !== 'norm')
        .at(-1);
      const last = kinds.lastIndexOf('linear') === index;
      const fits =
        before === 'activation' ||
        (isOutput && last && (before === 'convolution' || before === 'project' || kinds[index - 1] === 'shape'));
      if (fits && !squashed(kinds, elements, index, anatomy))
        found.push({
          expr: element,
          where: last && isOutput ? 'before the output layer' : 'between the activation and the next layer',
        });
    });
  }
  return found;
}

/** `layers.append(nn.ReLU())`, `layers += [nn.Linear(…), nn.ReLU()]` for a list that goes into `nn.Sequential(*layers)`. */
function listedSites(anatomy: Anatomy): Sites['listed'] {
  const { init, code, file } = anatomy;
  const made = anatomy.constructed();
  const sequence = made.find(
    ({ kind, call }) => kind === 'sequential' && call.args.length === 1 && call.args[0]?.form === 'star',
  );
  const list = sequence?.call.args[0]?.value;
  const odd = made.some(({ kind }) => kind === 'batchNorm' || kind === 'convolution' || kind === 'other');
  if (!init || !sequence || list?.kind !== 'Name' || odd || isIndexed(anatomy, sequence.call)) return [];
  const isActivation = (expr: Expr): boolean => expr.kind === 'Call' && kindOf(code, file, expr).kind === 'activation';
  const isLinear = (expr: Expr): boolean =>
    findAll(expr, 'Call').some((call) => kindOf(code, file, call).kind === 'linear');
  const found: Sites['listed'][number][] = [];
  for (const statement of statementsIn(init.body)) {
    if (statement.end > sequence.call.start) continue;
    if (statement.kind === 'Expression' && statement.value.kind === 'Call') {
      const { func, args } = statement.value;
      const [element] = args;
      if (dotted(func) === `${list.id}.append` && element && isActivation(element.value))
        found.push({ element: element.value, append: { statement, list: list.id } });
    } else if (
      (statement.kind === 'AugAssign' && statement.target.kind === 'Name' && statement.target.id === list.id) ||
      (statement.kind === 'Assign' &&
        statement.targets.some((target) => target.kind === 'Name' && target.id === list.id))
    ) {
      const { value } = statement;
      if (value.kind !== 'List' || !value.elements.some(isLinear)) continue;
      for (const element of value.elements) if (isActivation(element)) found.push({ element, append: null });
    }
  }
  return found;
}

/** Squeeze-and-excitation: what ends in a sigmoid is a gate, not a feature. */
function squashed(kinds: readonly string[], elements: readonly Expr[], index: number, anatomy: Anatomy): boolean {
  const next = elements[index + 1];
  return (
    next?.kind === 'Call' &&
    kinds[index + 1] === 'other' &&
    /\.(?:Sigmoid|Hardsigmoid)$/.test(qualifiedName(anatomy.file, next.func) ?? '')
  );
}

/** Some code takes single elements out of it: a new element would shift them. */
function isIndexed(anatomy: Anatomy, call: CallExpr): boolean {
  const attr = [...anatomy.layers.values()].find((layer) => layer.call === call)?.attr;
  if (attr === undefined) return false;
  return anatomy.code.files.some((file) =>
    findAll(file.ast.body, 'Subscript').some(({ value }) => value.kind === 'Attribute' && value.attr === attr),
  );
}

/** What `forward` returns is this sequence's output. */
function isLastOf(anatomy: Anatomy, call: CallExpr): boolean {
  return outputCalls(anatomy).some((each) => anatomy.called(each)?.call === call);
}

// ------------------------------------------------------------------ forward

function valueSites(anatomy: Anatomy, isHead: boolean): Sites['values'] {
  const found: { expr: Expr; where: string }[] = [];
  const add = (expr: Expr, where: string): void => {
    const clash = found.some(
      (site) =>
        site.expr === expr ||
        site.expr.start === expr.start ||
        site.expr.end === expr.end ||
        site.expr.end === expr.start ||
        site.expr.start === expr.end,
    );
    if (!clash && !anatomy.batchNormAfter(expr) && !anatomy.isDropout(expr)) found.push({ expr, where });
  };
  for (const expr of embeddingSites(anatomy)) add(expr, 'after the embedding');
  for (const expr of residualSites(anatomy)) add(expr, 'on the residual branch');
  for (const call of anatomy.calls) {
    const [first] = call.args;
    if (anatomy.called(call)?.kind !== 'linear' || !first || !anatomy.inForward(call) || isGate(anatomy, call))
      continue;
    if (anatomy.isActivated(first.value)) add(first.value, `before \`${dotted(call.func)}\``);
  }
  if (isHead) {
    for (const call of outputCalls(anatomy)) {
      const [first] = call.args;
      if (anatomy.called(call)?.kind === 'linear' && first && anatomy.layers.size > 1 && !isTied(anatomy, call))
        add(first.value, `before the output layer \`${dotted(call.func)}\``);
    }
  }
  return found;
}

function isGate(anatomy: Anatomy, call: CallExpr): boolean {
  const holder = holderOf(anatomy.file, call);
  if (holder?.kind === 'Attribute') return holder.attr === 'sigmoid';
  if (holder?.kind !== 'Call') return false;
  const layer = anatomy.called(holder);
  return /\.sigmoid$|\.Sigmoid$/.test(layer?.name ?? qualifiedName(anatomy.file, holder.func) ?? '');
}

/** The calls whose result `forward` returns. */
export function outputCalls(anatomy: Anatomy): CallExpr[] {
  const { forward } = anatomy;
  if (!forward) return [];
  const returned = findAll(forward.body, 'Return').flatMap(({ value }) => (value ? [value] : []));
  const follow = (expr: Expr, depth: number): CallExpr[] => {
    if (expr.kind === 'Tuple') return expr.elements[0] ? follow(expr.elements[0], depth) : [];
    if (expr.kind === 'Name') {
      const last = depth < 6 ? anatomy.lastValue(expr.id, expr.start) : null;
      return last?.statement.kind === 'Assign' ? follow(last.value, depth + 1) : [];
    }
    if (expr.kind !== 'Call') return [];
    if (anatomy.called(expr)) return [expr];
    // `self.fc(x).squeeze(-1)` and the like.
    return expr.func.kind === 'Attribute' && expr.func.value.kind === 'Call' ? follow(expr.func.value, depth + 1) : [];
  };
  return returned.flatMap((value) => follow(value, 0));
}

/** The layer that gives scores over the vocabulary shares its size with an embedding: no classifier's head. */
function isTied(anatomy: Anatomy, call: CallExpr): boolean {
  const layer = anatomy.called(call);
  const size = layer && argumentOf(layer.call, 'out_features', 1);
  if (!size) return false;
  const text = anatomy.file.slice(size.value);
  return anatomy
    .constructed()
    .some(
      (each) => each.kind === 'embedding' && each.call.args[0] && anatomy.file.slice(each.call.args[0].value) === text,
    );
}

/** `x + f(x)`: the branch, where it is a layer's output. */
function residualSites(anatomy: Anatomy): Expr[] {
  const { forward } = anatomy;
  if (!forward || anatomy.has('batchNorm', 'convolution')) return [];
  const found: Expr[] = [];
  const consider = (stream: Expr, branch: Expr): void => {
    if (
      stream.kind !== 'Name' ||
      /loss/i.test(stream.id) ||
      isEmbedded(anatomy, stream) ||
      !isBranch(anatomy, branch, stream.id)
    )
      return;
    found.push(branch);
  };
  for (const { op, left, right } of findAll(forward.body, 'Binary')) {
    if (op !== '+') continue;
    if (left.kind === 'Name' && isBranch(anatomy, right, left.id)) consider(left, right);
    else consider(right, left);
  }
  for (const { op, target, value } of findAll(forward.body, 'AugAssign')) if (op === '+') consider(target, value);
  return found;
}

function isBranch(anatomy: Anatomy, expr: Expr, stream: string): boolean {
  if (expr.kind === 'Name') {
    const last = expr.id === stream ? null : anatomy.lastValue(expr.id, expr.start);
    return last?.statement.kind === 'Assign' && last.value.kind !== 'Name' && isBranch(anatomy, last.value, stream);
  }
  if (expr.kind === 'Subscript') return isBranch(anatomy, expr.value, stream);
  if (expr.kind !== 'Call') return false;
  const layer = anatomy.called(expr);
  if (!layer) return false;
  if (layer.kind === 'project')
    return layer.cls !== null && !endsWithDropout(anatomy.code, layer.cls) && !isPositional(anatomy, layer);
  return (
    ['attention', 'linear', 'sequential'].includes(layer.kind) &&
    !(
      layer.kind === 'sequential' &&
      findAll(layer.call.args, 'Call').some((call) => kindOf(anatomy.code, anatomy.file, call).kind === 'dropout')
    )
  );
}

/** A class that only adds positions is no branch of features. */
function isPositional(anatomy: Anatomy, layer: Layer): boolean {
  return (
    layer.cls !== null &&
    new Anatomy(anatomy.code, layer.cls).constructed().every(({ kind }) => kind === 'embedding' || kind === 'dropout')
  );
}

function endsWithDropout(code: Code, cls: ModuleClass): boolean {
  return dropoutsOf(code, cls).some(({ state }) => state !== 'off');
}

function isEmbedded(anatomy: Anatomy, name: Extract<Expr, { kind: 'Name' }>): boolean {
  const last = anatomy.lastValue(name.id, name.start);
  return last !== null && findAll(last.value, 'Call').some((call) => anatomy.called(call)?.kind === 'embedding');
}

/** The sum of token and position vectors with the normalisation right after it, once for each embedding that stands alone. */
function embeddingSites(anatomy: Anatomy): Expr[] {
  const found: Expr[] = [];
  for (const call of anatomy.calls) {
    if (anatomy.called(call)?.kind !== 'embedding' || found.some((site) => contains(site, call))) continue;
    const site = climb(anatomy, call);
    if (site && !found.includes(site)) found.push(site);
  }
  return found;
}

function climb(anatomy: Anatomy, start: Expr): Expr | null {
  const { file } = anatomy;
  let site = start;
  for (let round = 0; round < 20; round++) {
    const holder = holderOf(file, site);
    if (!holder) return site;
    if (holder.kind === 'Binary' && ['+', '-', '*', '/'].includes(holder.op)) site = holder;
    else if (holder.kind === 'Call') {
      const layer = anatomy.called(holder);
      if (layer?.kind === 'norm' && holder.args.length === 1) site = holder;
      else return hasOwnDropout(anatomy, holder) ? null : site;
    } else if (
      holder.kind === 'Assign' &&
      holder.value === site &&
      holder.targets.length === 1 &&
      holder.targets[0]?.kind === 'Name'
    ) {
      const next = following(anatomy, holder, holder.targets[0].id);
      if (next === 'dropout') return null;
      if (next === null) return site;
      site = next;
    } else return site;
  }
  return site;
}

/** What the next statement does with a variable, if it adds to it or normalises it. */
function following(anatomy: Anatomy, statement: Stmt, name: string): Expr | 'dropout' | null {
  const block = blockAround(anatomy.file, statement);
  const next = block[block.indexOf(statement) + 1];
  const value = next && (next.kind === 'Assign' || next.kind === 'Return') ? next.value : null;
  if (!value) return null;
  const isIt = (expr: Expr | undefined): boolean => expr?.kind === 'Name' && expr.id === name;
  if (value.kind === 'Binary' && value.op === '+' && (isIt(value.left) || isIt(value.right))) return value;
  if (value.kind !== 'Call' || !isIt(value.args[0]?.value)) return null;
  if (anatomy.isDropout(value) || hasOwnDropout(anatomy, value)) return 'dropout';
  return anatomy.called(value)?.kind === 'norm' ? value : null;
}

/** The value goes straight into dropout, or into a module that begins or ends with it. */
function hasOwnDropout(anatomy: Anatomy, call: CallExpr): boolean {
  if (anatomy.isDropout(call)) return true;
  const layer = anatomy.called(call);
  return layer?.cls ? endsWithDropout(anatomy.code, layer.cls) && isPositional(anatomy, layer) : false;
}

/** The classes whose output is the model's: the model, and what it returns the result of. */
export function headClasses(code: Code, root: ModuleClass): ModuleClass[] {
  const found: ModuleClass[] = [];
  const visit = (cls: ModuleClass): void => {
    if (found.some(({ node }) => node === cls.node)) return;
    found.push(cls);
    const anatomy = new Anatomy(code, cls);
    for (const call of outputCalls(anatomy)) {
      const layer = anatomy.called(call);
      if (layer?.cls) visit(layer.cls);
    }
  };
  visit(root);
  return found;
}
