/** Class statements and `type(name, bases, namespace)`: bases, C3 order, metaclasses, hooks. */
import type { ClassDef } from '../syntax/index.js';
import { lookup } from './attributes.js';
import { call } from './calls.js';
import { evaluate } from './expressions.js';
import type { Frame } from './frame.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { execBlock } from './statements.js';
import type { Env, Place, PyClass, PyFunction, Unknown, Value } from './value.js';

/** Evaluates a class statement (decorators not included). */
export function defineClassFromNode(interpreter: Interpreter, frame: Frame, node: ClassDef): Value {
  const bases: Value[] = [];
  const kwargs = new Map<string, Value>();
  for (const argument of node.bases) {
    const value = evaluate(interpreter, frame, argument.value);
    if (argument.form === 'keyword' && argument.name !== null) kwargs.set(argument.name, value);
    else if (argument.form === 'star') {
      const items = interpreter.items(value);
      if (Array.isArray(items)) bases.push(...items);
      else bases.push(items);
    } else if (argument.form === 'positional') bases.push(value);
  }
  const resolved = resolveBases(interpreter, bases);
  const metaclass = pickMetaclass(interpreter, kwargs.get('metaclass'), resolved);
  kwargs.delete('metaclass');

  const vars = new Map<string, Value>();
  const prefix = frame.kind === 'module' ? '' : frame.kind === 'class' ? `${frame.name}.` : `${frame.name}.<locals>.`;
  const qualname = prefix + node.name;
  const env: Env = { vars, parent: null, saved: interpreter.heap.epoch, taint: null };
  const prepare = metaclass ? lookup(interpreter, metaclass, '__prepare__') : undefined;
  if (metaclass && prepare !== undefined) {
    const prepared = call(
      interpreter,
      interpreter.requireAttribute(metaclass, '__prepare__'),
      [node.name, interpreter.tuple(resolved)],
      kwargs,
    );
    if (typeof prepared === 'object' && prepared?.kind === 'dict')
      for (const entry of prepared.entries.values())
        if (typeof entry.key === 'string') vars.set(entry.key, entry.value);
  }
  vars.set('__module__', frame.module.name);
  vars.set('__qualname__', qualname);
  if (node.docstring !== null) vars.set('__doc__', node.docstring);
  const methods: PyFunction[] = [];
  const body: Frame = {
    kind: 'class',
    name: qualname,
    file: frame.file,
    module: frame.module,
    scope: node.scope,
    locals: vars,
    owner: env,
    closure: frame.kind === 'function' ? frame.env : frame.closure,
    env: null,
    ownerClass: frame.ownerClass,
    self: undefined,
    node,
    pending: [],
    forks: 0,
    methods,
    handling: frame.handling,
    isGenerator: false,
    yielded: null,
    importGuards: 0,
  };
  const annotations = interpreter.dict();
  for (const statement of node.body)
    if (statement.kind === 'AnnAssign' && statement.target.kind === 'Name') {
      const key = interpreter.hashKey(statement.target.id);
      if (key !== undefined)
        annotations.entries.set(key, { key: statement.target.id, value: annotationText(body, statement.annotation) });
    }
  vars.set('__annotations__', annotations);
  interpreter.frames.push(body);
  const depth = interpreter.frames.length;
  try {
    execBlock(interpreter, body, node.body);
  } finally {
    interpreter.frames.length = depth - 1;
  }
  if (annotations.entries.size === 0) vars.delete('__annotations__');
  const place: Place = { file: frame.file, start: node.nameSpan.start, end: node.nameSpan.end };
  return build(interpreter, metaclass, node.name, qualname, resolved, vars, kwargs, place, methods, frame.module.name);
}

/** Annotations are kept as their source text: nobody needs more than to see which fields a class declares and how. */
function annotationText(frame: Frame, node: { readonly start: number; readonly end: number }): string {
  return frame.file.text.slice(node.start, node.end);
}

function resolveBases(interpreter: Interpreter, bases: readonly Value[]): (PyClass | Unknown)[] {
  const resolved: (PyClass | Unknown)[] = [];
  for (const base of bases) {
    if (typeof base === 'object' && base !== null && (base.kind === 'class' || base.kind === 'unknown')) {
      resolved.push(base);
      continue;
    }
    const entries = interpreter.getAttribute(base, '__mro_entries__');
    const list = entries === undefined ? undefined : call(interpreter, entries, [interpreter.tuple(bases)], new Map());
    if (typeof list === 'object' && list?.kind === 'tuple') {
      for (const item of list.items)
        if (typeof item === 'object' && (item?.kind === 'class' || item?.kind === 'unknown')) resolved.push(item);
    } else
      resolved.push(
        isUnknown(list ?? null) ? (list as Unknown) : interpreter.unknown('this base is not a class that can be known'),
      );
  }
  return resolved;
}

function pickMetaclass(
  interpreter: Interpreter,
  explicit: Value | undefined,
  bases: readonly (PyClass | Unknown)[],
): PyClass | null {
  const type = interpreter.builtinClass('type');
  let winner: PyClass | null =
    typeof explicit === 'object' && explicit?.kind === 'class' && explicit !== type ? explicit : null;
  for (const base of bases) {
    if (base.kind !== 'class' || !base.metaclass) continue;
    if (!winner || base.metaclass.mro.includes(winner)) winner = base.metaclass;
  }
  return winner;
}

/** `type(name, bases, namespace, **kwargs)`, or the same through a metaclass's `__new__`. */
export function createClassFrom(
  interpreter: Interpreter,
  metaclass: PyClass,
  name: Value,
  bases: Value,
  namespace: Value,
  kwargs: ReadonlyMap<string, Value>,
): Value {
  if (
    typeof name !== 'string' ||
    typeof bases !== 'object' ||
    bases?.kind !== 'tuple' ||
    typeof namespace !== 'object' ||
    namespace?.kind !== 'dict'
  )
    return interpreter.unknown('the arguments of type() are not known');
  const vars = new Map<string, Value>();
  for (const entry of namespace.entries.values()) if (typeof entry.key === 'string') vars.set(entry.key, entry.value);
  const resolved = resolveBases(interpreter, bases.items);
  const meta =
    metaclass === interpreter.builtinClass('type') ? pickMetaclass(interpreter, undefined, resolved) : metaclass;
  const module = vars.get('__module__');
  return build(
    interpreter,
    meta,
    name,
    name,
    resolved,
    vars,
    kwargs,
    interpreter.place,
    [],
    typeof module === 'string' ? module : (interpreter.module?.name ?? '__main__'),
    true,
  );
}

function build(
  interpreter: Interpreter,
  metaclass: PyClass | null,
  name: string,
  qualname: string,
  bases: readonly (PyClass | Unknown)[],
  vars: Map<string, Value>,
  kwargs: ReadonlyMap<string, Value>,
  place: Place | null,
  methods: readonly PyFunction[],
  module: string,
  direct = false,
): Value {
  const create = metaclass && !direct ? lookup(interpreter, metaclass, '__new__') : undefined;
  let cls: Value;
  if (metaclass && create !== undefined) {
    const raw = typeof create === 'object' && create?.kind === 'descriptor' ? create.get : create;
    cls = call(interpreter, raw, [metaclass, name, interpreter.tuple(bases), interpreter.dict(vars)], kwargs);
  } else {
    const made = makeClass(interpreter, metaclass, name, qualname, bases, vars, place, module);
    for (const [key, value] of made.namespace)
      if (typeof value === 'object' && value?.kind === 'instance') {
        const hook = lookup(interpreter, value.cls, '__set_name__');
        if (hook !== undefined) call(interpreter, hook, [value, made, key], new Map());
      }
    for (const parent of made.mro.slice(1)) {
      const hook = parent.namespace.get('__init_subclass__');
      if (hook === undefined) continue;
      const raw = typeof hook === 'object' && hook?.kind === 'descriptor' ? hook.get : hook;
      call(interpreter, raw, [made], kwargs);
      break;
    }
    cls = made;
  }
  if (typeof cls === 'object' && cls?.kind === 'class') {
    for (const method of methods)
      if (!method.ownerClass) {
        interpreter.heap.touch(method);
        method.ownerClass = cls;
      }
    if (metaclass && !direct) {
      const init = lookup(interpreter, metaclass, '__init__');
      if (init !== undefined && typeof init === 'object' && (init?.kind === 'function' || init?.kind === 'builtin'))
        call(interpreter, init, [cls, name, interpreter.tuple(bases), interpreter.dict(vars)], kwargs);
    }
  }
  return cls;
}

function makeClass(
  interpreter: Interpreter,
  metaclass: PyClass | null,
  name: string,
  qualname: string,
  bases: readonly (PyClass | Unknown)[],
  vars: Map<string, Value>,
  place: Place | null,
  module: string,
): PyClass {
  const object = interpreter.builtinClass('object');
  const known = bases.filter((base): base is PyClass => base.kind === 'class');
  const unknownBase =
    bases.find((base): base is Unknown => base.kind === 'unknown') ??
    known.find((base) => base.unknownBase)?.unknownBase ??
    null;
  const parents = known.length > 0 ? known : [object];
  const layout = parents.map((parent) => parent.layout).find((kind) => kind !== 'object') ?? 'object';
  const cls: PyClass = {
    kind: 'class',
    name,
    qualname,
    module,
    bases: bases.length > 0 ? bases : [object],
    mro: [],
    unknownBase,
    namespace: vars,
    metaclass,
    place,
    layout,
    saved: interpreter.heap.epoch,
    taint: null,
  };
  const order = linearize(parents);
  if (!order)
    interpreter.raise(
      'TypeError',
      `Cannot create a consistent method resolution order (MRO) for bases ${parents.map((parent) => parent.name).join(', ')}`,
    );
  cls.mro = [cls, ...order];
  return cls;
}

/** C3 merge of the parents' orders and the list of parents. */
function linearize(parents: readonly PyClass[]): PyClass[] | undefined {
  const sequences = [...parents.map((parent) => parent.mro.slice()), parents.slice()];
  const result: PyClass[] = [];
  for (;;) {
    const open = sequences.filter((sequence) => sequence.length > 0);
    if (open.length === 0) return result;
    const next = open
      .map((sequence) => sequence[0] as PyClass)
      .find((head) => !open.some((sequence) => sequence.indexOf(head) > 0));
    if (!next) return undefined;
    result.push(next);
    for (const sequence of sequences) if (sequence[0] === next) sequence.shift();
  }
}
