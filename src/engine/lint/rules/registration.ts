/** R: modules, parameters and buffers that `nn.Module` doesn't know of. */
import { ownMembers } from '../../model/index.js';
import type { Place, PyInstance, Value } from '../../python/value.js';
import {
  parseDirective,
  type ClassDef,
  type Expr,
  type FunctionDef,
  type SourceFile,
  type Span,
  type Stmt,
} from '../../syntax/index.js';
import { isModule } from '../../torch/nn/module.js';
import { isParameterValue } from '../../torch/nn/objects.js';
import { modulePaths } from '../../torch/trace.js';
import { isTensor } from '../../torch/tensor.js';
import {
  callsIn,
  classAround,
  definitionOf,
  dotted,
  findAll,
  functionAround,
  isModuleClassDef,
  methodOf,
  namesIn,
  qualifiedName,
  spell,
  statementOf,
} from '../../training/index.js';
import type { Program } from '../program.js';
import { assignmentOf, ownModules, writtenAs, type AssignmentText } from '../attributes.js';
import { callAt, fixOrNone, nodeAt } from '../source.js';
import { lineBelow } from '../statements.js';
import type { Fix, Rule } from '../types.js';

/** Items of a list, tuple or dict, and of those inside it. */
function* itemsIn(value: Value, depth = 0): Generator<Value> {
  if (typeof value !== 'object' || value === null || depth > 3) return;
  const items =
    value.kind === 'list' || value.kind === 'tuple'
      ? value.items
      : value.kind === 'dict'
        ? [...value.entries.values()].map((entry) => entry.value)
        : [];
  for (const item of items) {
    yield item;
    yield* itemsIn(item, depth + 1);
  }
}

const hasParameters = (module: PyInstance): boolean =>
  [...modulePaths(module).keys()].some((part) => ownMembers(part).parameters.length > 0);

/** Whether a module keeps the parameters of a part in some other way: in a `ParameterList` that is filled by hand. */
function holdsParametersOf(module: PyInstance, part: PyInstance): boolean {
  const owners = [...modulePaths(module).keys()];
  if (owners.some(({ cls }) => /^Parameter(?:List|Dict)$/.test(cls.name))) return true;
  const own = new Set<Value>(owners.flatMap((each) => ownMembers(each).parameters.map(({ value }) => value)));
  return [...modulePaths(part).keys()].every((each) =>
    ownMembers(each).parameters.every(({ value }) => own.has(value)),
  );
}

function wrapIn(text: AssignmentText, qualified: string, title: string): { fix: Fix } | object {
  const name = spell(text.file, qualified);
  if (name === null) return {};
  const { start, end } = text.value;
  const inner = text.file.slice(text.value);
  return {
    fix: { title, edits: [{ place: { file: text.file, start, end }, text: `${name}(${inner})` }] },
  };
}

/** Containers in attributes of a module that hold something it doesn't register. */
function* containers(
  program: Program,
  belongs: (value: Value, module: PyInstance) => boolean,
): Generator<{ module: PyInstance; name: string; value: Value; text: AssignmentText; count: number }> {
  for (const module of ownModules(program)) {
    for (const [name, value] of module.attrs) {
      if (name.startsWith('_') && ['_modules', '_parameters', '_buffers'].includes(name)) continue;
      const count = [...itemsIn(value)].filter((item) => belongs(item, module)).length;
      if (count === 0) continue;
      const assignment = assignmentOf(program, module, name);
      const text = assignment && writtenAs(assignment);
      if (text) yield { module, name, value, text, count };
    }
  }
}

const R01: Rule = {
  id: 'R01',
  title: 'Modules in a plain list or dict',
  star: true,
  severity: 'error',
  why: String.raw`\`nn.Module\` registers what is assigned to an attribute: modules and parameters, not what lies in a Python list or dict. What isn't
registered is missing from \`parameters()\`, so no optimizer trains it; \`to(device)\` doesn't move it, \`train()\`, \`eval()\` and \`state_dict()\` don't see it.`,
  wrong: `
self.layers = [nn.Linear(8, 8) for _ in range(3)]`,
  right: `
self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])`,
  sources: ['PyTorch documentation: torch.nn.ModuleList'],
  *check(program) {
    const order = new Map(program.rehearsal.instances.map((instance, index) => [instance, index]));
    const lost = (value: Value, module: PyInstance): boolean =>
      isModule(value) &&
      // Made by this module, so nobody else holds it on purpose.
      (order.get(value) ?? -1) > (order.get(module) ?? Infinity) &&
      !modulePaths(module).has(value) &&
      hasParameters(value) &&
      !holdsParametersOf(module, value);
    for (const { name, value, text, count } of containers(program, lost)) {
      const isDict = typeof value === 'object' && value?.kind === 'dict';
      const kind = isDict ? 'ModuleDict' : 'ModuleList';
      yield {
        message: `The ${count === 1 ? 'module' : `${count} modules`} in self.${name} ${count === 1 ? 'is' : 'are'} not registered: parameters(), to(device) and state_dict() leave ${count === 1 ? 'it' : 'them'} out. Use nn.${kind}.`,
        place: { file: text.file, start: text.statement.start, end: text.statement.end },
        ...wrapIn(text, `torch.nn.${kind}`, `Use nn.${kind}`),
      };
    }
  },
};

const R02: Rule = {
  id: 'R02',
  title: 'Parameters in a plain list or dict',
  star: false,
  severity: 'warning',
  why: String.raw`Only parameters assigned to an attribute are registered. Those in a Python list are missing from \`parameters()\`: no optimizer trains them.`,
  wrong: `
self.scales = [nn.Parameter(torch.ones(8)) for _ in range(3)]`,
  right: `
self.scales = nn.ParameterList([nn.Parameter(torch.ones(8)) for _ in range(3)])`,
  sources: ['PyTorch documentation: torch.nn.ParameterList'],
  *check(program) {
    const lost = (value: Value, module: PyInstance): boolean =>
      isParameterValue(value) &&
      ![...modulePaths(module).keys()].some((part) => ownMembers(part).parameters.some((each) => each.value === value));
    for (const { name, value, text, count } of containers(program, lost)) {
      const kind = typeof value === 'object' && value?.kind === 'dict' ? 'ParameterDict' : 'ParameterList';
      yield {
        message: `The ${count === 1 ? 'parameter' : `${count} parameters`} in self.${name} ${count === 1 ? 'is' : 'are'} not registered: not trained, not moved, not saved. Use nn.${kind}.`,
        place: { file: text.file, start: text.statement.start, end: text.statement.end },
        ...wrapIn(text, `torch.nn.${kind}`, `Use nn.${kind}`),
      };
    }
  },
};

const COPYING = new Set(['mul', 'div', 'add', 'sub', 'pow', 'neg', 'cuda', 'half', 'double', 'bfloat16', 'abs', 'exp']);

const R04: Rule = {
  id: 'R04',
  title: 'Operation on a new parameter',
  star: true,
  severity: 'error',
  why: String.raw`\`nn.Parameter(w) * k\` is the result of an operation, not a parameter: it is no leaf of the graph and is not registered, so it is neither trained nor saved. The
same holds for \`.cuda()\` and \`.half()\` behind it, which return a copy. Do the operation first, then make the parameter.`,
  wrong: `
self.scale = nn.Parameter(torch.ones(8)) * 0.1`,
  right: `
self.scale = nn.Parameter(torch.ones(8) * 0.1)`,
  sources: ['PyTorch documentation: torch.nn.parameter.Parameter'],
  *check(program) {
    for (const module of ownModules(program)) {
      for (const [name, value] of module.attrs) {
        if (!isTensor(value) || value.data.role !== 'tensor') continue;
        const { node } = value.data;
        if (!node || !COPYING.has(node.op) || !node.inputs.some(({ role }) => role === 'parameter')) continue;
        const assignment = assignmentOf(program, module, name);
        const text = assignment && writtenAs(assignment);
        if (!text || !findAll([text.value], 'Call').some((call) => isParameterCall(text.file, call))) continue;
        const rewritten = operationInside(text.file, text.value);
        const { start, end } = text.value;
        yield {
          message: `self.${name} is the result of an operation on a parameter, not a parameter: it is not registered and not trained. Do the operation inside nn.Parameter(…).`,
          place: { file: text.file, start: text.statement.start, end: text.statement.end },
          ...(rewritten === null
            ? {}
            : {
                fix: {
                  title: 'Move the operation inside',
                  edits: [{ place: { file: text.file, start, end }, text: rewritten }],
                },
              }),
        };
      }
    }
  },
};

const isParameterCall = (file: SourceFile, expr: Expr): boolean =>
  expr.kind === 'Call' && /^torch\.nn\.(parameter\.)?Parameter$/.test(qualifiedName(file, expr.func) ?? '');

/** `nn.Parameter(w) * k` as `nn.Parameter(w * k)`, `nn.Parameter(w).half()` as `nn.Parameter(w.half())`; `null` for other forms. */
function operationInside(file: SourceFile, value: Expr): string | null {
  const around = (call: Expr, before: string, after: string): string | null => {
    if (call.kind !== 'Call' || !isParameterCall(file, call)) return null;
    const [first] = call.args;
    if (first?.form !== 'positional') return null;
    const simple = ['Call', 'Name', 'Attribute', 'Subscript'].includes(first.value.kind);
    const inner = simple ? file.slice(first.value) : `(${file.slice(first.value)})`;
    return (
      file.text.slice(call.start, first.value.start) +
      before +
      inner +
      after +
      file.text.slice(first.value.end, call.end)
    );
  };
  if (value.kind === 'Binary')
    return (
      around(value.left, '', file.text.slice(value.left.end, value.end)) ??
      around(value.right, file.text.slice(value.start, value.right.start), '')
    );
  if (value.kind === 'Call' && value.func.kind === 'Attribute')
    return around(value.func.value, '', file.text.slice(value.func.value.end, value.end));
  return null;
}

const R05: Rule = {
  id: 'R05',
  title: 'super().__init__() missing or too late',
  star: true,
  severity: 'error',
  why: String.raw`\`Module.__init__\` makes the dictionaries in which modules, parameters and buffers are registered. Before it, assigning one raises
\`AttributeError: cannot assign module before Module.__init__() call\`; without it, the call of the model fails.`,
  wrong: `
class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(8, 8)`,
  right: `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)`,
  sources: ['PyTorch source: torch/nn/modules/module.py'],
  *check(program) {
    const { file, project } = program;
    for (const node of findAll(file.ast.body, 'ClassDef')) {
      if (!isModuleClassDef(project, file, node)) continue;
      const init = methodOf(node, '__init__');
      const first = init?.body.find((each) => !isDocstring(each));
      if (!init || !first) continue;
      const call = initCall(init);
      const early = registers(program, init, call);
      if (call && !early) continue;
      // A call that isn't a statement of its own, or stands behind a condition, may be meant.
      if (!call && (callsInit(init) || neverMade(init) || helpersOf(node, init).some(callsInit))) continue;
      const misspelt = call ? undefined : misspeltInit(init);
      if (misspelt) {
        const place = { file, start: misspelt.start, end: misspelt.end };
        yield {
          message: `${file.slice(misspelt)} is not __init__: nothing can be registered, and the call raises an AttributeError.`,
          place,
          fix: { title: 'Write __init__', edits: [{ place, text: '__init__' }] },
        };
        continue;
      }
      const indent = ' '.repeat(file.positionAt(first.start).character);
      const newline = file.text.includes('\r\n') ? '\r\n' : '\n';
      const insertion = {
        place: { file, start: first.start, end: first.start },
        text: `super().__init__()${newline}${indent}`,
      };
      const at = early ?? init;
      yield {
        message: early
          ? 'This registers a module or parameter before super().__init__() has run: an AttributeError. Call super().__init__() first.'
          : `${node.name}.__init__ never calls super().__init__(): nothing can be registered, and calling the model fails.`,
        place: early ? { file, start: at.start, end: at.end } : { file, start: init.start, end: init.nameSpan.end },
        ...(call
          ? { fix: moveFirst(file, call, first, indent, newline) }
          : { fix: { title: 'Insert super().__init__()', edits: [insertion] } }),
      };
    }
  },
};

const isDocstring = (statement: Stmt): boolean => statement.kind === 'Expression' && statement.value.kind === 'String';

const callsInit = ({ body }: FunctionDef): boolean =>
  findAll(body, 'Call').some(({ func }) => func.kind === 'Attribute' && func.attr === '__init__');

/** The constructor only says that it must not be called: it raises, or is abstract. */
const neverMade = (init: FunctionDef): boolean =>
  init.body.some(({ kind }) => kind === 'Raise') ||
  init.decorators.some((each) => each.kind === 'Name' && each.id === 'abstractmethod') ||
  init.decorators.some((each) => each.kind === 'Attribute' && each.attr === 'abstractmethod');

/** Methods of the class that its constructor calls. */
function helpersOf(node: ClassDef, init: FunctionDef): FunctionDef[] {
  return findAll(init.body, 'Call').flatMap(({ func }) => {
    const method = /^self\.(\w+)$/.exec(dotted(func) ?? '')?.[1];
    return (method !== undefined && methodOf(node, method)) || [];
  });
}

/** The statement of a constructor that calls a base's. */
function initCall(init: FunctionDef): Stmt | undefined {
  return init.body.find(
    (each) =>
      each.kind === 'Expression' &&
      each.value.kind === 'Call' &&
      each.value.func.kind === 'Attribute' &&
      each.value.func.attr === '__init__',
  );
}

/** The name in a statement like `super()._init_()`. */
function misspeltInit({ body }: FunctionDef): Span | undefined {
  for (const each of body) {
    if (each.kind !== 'Expression' || each.value.kind !== 'Call' || each.value.func.kind !== 'Attribute') continue;
    const { attr, attrSpan, value } = each.value.func;
    const onSuper = value.kind === 'Call' && value.func.kind === 'Name' && value.func.id === 'super';
    if (onSuper && /^__?init__?$/.test(attr)) return attrSpan;
  }
  return undefined;
}

/** The first statement before `until` that assigns a module or a parameter to an attribute of self. */
function registers(program: Program, init: FunctionDef, until: Stmt | undefined): Stmt | undefined {
  const { file, project } = program;
  if (!until) return undefined;
  return init.body.find((each) => {
    if (each.start >= until.start || each.kind !== 'Assign' || each.value.kind !== 'Call') return false;
    const toSelf = each.targets.some(
      (target) =>
        target.kind === 'Attribute' && target.value.kind === 'Name' && target.value.id === init.params[0]?.name,
    );
    if (!toSelf) return false;
    const name = qualifiedName(file, each.value.func);
    if (name !== null && /^torch\.nn\.[A-Z]\w*$/.test(name)) return !/^torch\.nn\.(Buffer|Unit)$/.test(name);
    const definition = definitionOf(project, file, each.value.func);
    return definition?.node.kind === 'ClassDef' && isModuleClassDef(project, definition.file, definition.node);
  });
}

function moveFirst(file: SourceFile, call: Stmt, first: Stmt, indent: string, newline: string): Fix {
  const start = call.start - file.positionAt(call.start).character;
  const lineEnd = file.text.indexOf('\n', call.end);
  return {
    title: 'Call super().__init__() first',
    edits: [
      { place: { file, start: first.start, end: first.start }, text: `${file.slice(call)}${newline}${indent}` },
      { place: { file, start, end: lineEnd < 0 ? file.text.length : lineEnd + 1 }, text: '' },
    ],
  };
}

const R06: Rule = {
  id: 'R06',
  title: 'Layer made in forward',
  star: true,
  severity: 'error',
  why: String.raw`A layer that forward makes has new random weights at each call, and no optimizer knows them: it is never trained. Make it in \`__init__\` and
call it in forward.`,
  wrong: `
def forward(self, x):
    return nn.Linear(8, 8)(x)`,
  right: `
def __init__(self):
    super().__init__()
    self.fc = nn.Linear(8, 8)

def forward(self, x):
    return self.fc(x)`,
  sources: ['PyTorch documentation: torch.nn.Module'],
  *check(program) {
    for (const instance of program.rehearsal.instances) {
      const { place } = instance;
      if (!program.isHere(place)) continue;
      const func = functionAround(place.file, nodeAt(place) ?? place);
      if (func?.name !== 'forward' || !classAround(place.file, func)) continue;
      if (ownMembers(instance).parameters.length === 0) continue;
      // Kept in an attribute: made once, when its sizes are known.
      if (program.rehearsal.assignments.some(({ value }) => value === instance)) continue;
      yield {
        message: `${instance.cls.name} is made anew at each call of forward: its weights are random every time and never trained. Make it in __init__.`,
        place,
        ...fixOrNone(madeInInit(place, instance.cls.name)),
      };
    }
  },
};

/** Makes the layer at the end of the constructor instead; `null` where its arguments are known in forward only. */
function madeInInit(place: Place, name: string): Fix | null {
  const { file } = place;
  const call = callAt(place);
  const cls = call && classAround(file, call);
  const init = cls && methodOf(cls, '__init__');
  const last = init?.body.at(-1);
  if (!call || !cls || !init || !last || last.kind === 'Return') return null;
  const own = init.params[0]?.name;
  const locals = new Set(functionAround(file, call)?.scope.locals);
  locals.delete('self');
  if (own !== 'self' || [...namesIn(call.args)].some((each) => locals.has(each))) return null;
  // Attributes must have their value by the end of the constructor.
  const initial = file.slice(init);
  const read = findAll(call.args, 'Attribute').filter(({ value }) => value.kind === 'Name' && value.id === 'self');
  if (read.some(({ attr }) => !new RegExp(`self\\.${attr}\\s*=`).test(initial))) return null;
  const statement = statementOf(file, call);
  const [target] = statement?.kind === 'Assign' && statement.value === call ? statement.targets : [];
  const wanted = target?.kind === 'Name' ? target.id : name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const taken = (each: string): boolean => new RegExp(`\\b${each}\\b`).test(attributesIn(file, cls));
  let attribute = wanted;
  for (let n = 2; taken(attribute); n++) attribute = `${wanted}_${n}`;
  return {
    title: `Make it in __init__ as self.${attribute}`,
    edits: [lineBelow(file, last, `self.${attribute} = ${file.slice(call)}`), { place, text: `self.${attribute}` }],
  };
}

/** The names of a class's attributes and methods, one a line. */
const attributesIn = (file: SourceFile, node: ClassDef): string =>
  [
    ...[...file.slice(node).matchAll(/\bself\.(\w+)/g)].map(([, name]) => name),
    ...node.body.flatMap((each) => (each.kind === 'FunctionDef' ? [each.name] : [])),
  ].join('\n');

const R07: Rule = {
  id: 'R07',
  title: 'One module several times',
  star: true,
  severity: 'warning',
  why: String.raw`\`[block] * n\` is a list with the same object $n$ times: one set of weights, not $n$. A comprehension makes $n$ of them. Where the weights are shared on purpose,
\`# architect: share\` on the line says so.`,
  wrong: `
self.layers = nn.ModuleList([nn.Linear(8, 8)] * 4)`,
  right: `
self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])`,
  sources: ['Python documentation: common sequence operations'],
  *check(program) {
    for (const container of program.rehearsal.instances) {
      if (!container.cls.module.startsWith('torch.') || !program.isHere(container.place)) continue;
      const { children } = ownMembers(container);
      const repeated = children.filter(
        ({ value }, index) => children.findIndex((other) => other.value === value) !== index && hasParameters(value),
      );
      const [first] = repeated;
      const call = nodeAt(container.place);
      if (!first || call?.kind !== 'Call') continue;
      const product = findAll(call.args, 'Binary').find(
        ({ op, left, right }) => op === '*' && (left.kind === 'List' || right.kind === 'List'),
      );
      if (!product) continue;
      const { file } = container.place;
      if (isShared(program, file, product)) continue;
      const [list, times] =
        product.left.kind === 'List' ? [product.left, product.right] : [product.right, product.left];
      const [element] = list.kind === 'List' ? list.elements : [];
      const alone = list.kind === 'List' && list.elements.length === 1 && element?.kind === 'Call';
      const place = { file, start: product.start, end: product.end };
      yield {
        message: `This list holds one ${first.value.cls.name} ${repeated.length + 1} times: they share one set of weights. Use a comprehension.`,
        place,
        ...(alone
          ? {
              fix: {
                title: 'Make a new one for each',
                edits: [{ place, text: `[${file.slice(element)} for _ in range(${file.slice(times)})]` }],
              },
            }
          : {}),
      };
    }
  },
};

/** `# architect: share` on the line. */
function isShared({ project }: Program, file: SourceFile, { start, end }: { start: number; end: number }): boolean {
  const [from, to] = [file.positionAt(start).line, file.positionAt(end).line];
  return file.ast.comments.some((comment) => {
    const directive = parseDirective(comment, project.parser);
    const line = directive?.kind === 'share' ? file.positionAt(directive.start).line : -1;
    return line >= from && line <= to;
  });
}

const R09: Rule = {
  id: 'R09',
  title: 'requires_grad set on a module',
  star: true,
  severity: 'error',
  why: String.raw`A module has no \`requires_grad\`: the assignment makes a new attribute that nobody reads, and every parameter stays trainable.
\`requires_grad_(False)\` sets it on all parameters.`,
  wrong: `
model.backbone.requires_grad = False`,
  right: `
model.backbone.requires_grad_(False)`,
  sources: ['PyTorch documentation: torch.nn.Module.requires_grad_'],
  *check(program) {
    for (const { module, name, value, place } of program.rehearsal.assignments) {
      if (name !== 'requires_grad' || typeof value !== 'boolean' || !program.isHere(place)) continue;
      const node = nodeAt(place);
      const statement = node ? statementOf(place.file, node) : null;
      if (statement?.kind !== 'Assign' || statement.targets.length !== 1) continue;
      const [target] = statement.targets;
      if (target?.kind !== 'Attribute') continue;
      const span = { file: place.file, start: statement.start, end: statement.end };
      const receiver = place.file.slice(target.value);
      const count = [...modulePaths(module).keys()].reduce((sum, part) => sum + ownMembers(part).parameters.length, 0);
      yield {
        message: `This sets an attribute of ${module.cls.name} and ${value ? 'thaws' : 'freezes'} nothing: its ${count === 1 ? 'parameter' : `${count} parameter tensors`} stay${count === 1 ? 's' : ''} as ${count === 1 ? 'it is' : 'they are'}. Use requires_grad_.`,
        place: span,
        fix: {
          title: 'Use requires_grad_',
          edits: [{ place: span, text: `${receiver}.requires_grad_(${place.file.slice(statement.value)})` }],
        },
      };
    }
  },
};

const R10: Rule = {
  id: 'R10',
  title: 'require_grad is a typo',
  star: false,
  severity: 'warning',
  why: String.raw`The attribute is called \`requires_grad\`. Assigning to another name makes a new attribute and changes nothing.`,
  wrong: `
for p in model.parameters():
    p.require_grad = False`,
  right: `
for p in model.parameters():
    p.requires_grad = False`,
  sources: ['PyTorch documentation: torch.Tensor.requires_grad'],
  *check(program) {
    const { file } = program;
    if (!/\btorch\b/.test(file.text)) return;
    const typo = /^require[sd]?_?grads?$/;
    const targets = findAll(file.ast.body, 'Assign').flatMap((each) => each.targets);
    const names = targets.flatMap((target) =>
      target.kind === 'Attribute' && typo.test(target.attr) && target.attr !== 'requires_grad' ? [target.attrSpan] : [],
    );
    const keywords = callsIn(file).flatMap(({ args }) =>
      args.flatMap(({ form, name, start }) =>
        form === 'keyword' && name !== null && typo.test(name) && name !== 'requires_grad'
          ? [{ start, end: start + name.length }]
          : [],
      ),
    );
    for (const { start, end } of [...names, ...keywords]) {
      const place = { file, start, end };
      yield {
        message: `There is no '${file.slice(place)}': the attribute is called requires_grad, so this changes nothing.`,
        place,
        fix: { title: 'Write requires_grad', edits: [{ place, text: 'requires_grad' }] },
      };
    }
  },
};

/** All rules of this kind. */
export const registrationRules: readonly Rule[] = [R01, R02, R04, R05, R06, R07, R09, R10];
