/**
 * How a module class is constructed: by a directive, by a call found in its file or in another one of the project, as a part
 * of a module that is constructed so, by its defaults, else with named sizes for what is missing.
 */
import {
  evaluateSource,
  isUnknown,
  PyRaise,
  type Assumption,
  type Interpreter,
  type PyClass,
  type PyInstance,
  type PyModule,
  type Value,
} from '../python/index.js';
import { signatureOf } from '../model/index.js';
import { symbol } from '../python/symint.js';
import type { CallExpr, ClassDef, Expr, SourceFile } from '../syntax/index.js';
import { callsIn } from '../training/tree.js';
import { modulePaths } from '../torch/trace.js';
import type { InputSpec } from './inputs.js';
import type { ModelDirective } from './directives.js';

function calleeName(node: Expr): string | null {
  return node.kind === 'Name' ? node.id : node.kind === 'Attribute' ? node.attr : null;
}

const namedCalls = new WeakMap<SourceFile, ReadonlyMap<string, readonly CallExpr[]>>();

/** Calls of a file by what they call, outermost first. */
function callsByName(file: SourceFile): ReadonlyMap<string, readonly CallExpr[]> {
  const known = namedCalls.get(file);
  if (known) return known;
  const found = new Map<string, CallExpr[]>();
  for (const call of callsIn(file)) {
    const name = calleeName(call.func);
    if (name === null) continue;
    const others = found.get(name);
    if (others) others.push(call);
    else found.set(name, [call]);
  }
  namedCalls.set(file, found);
  return found;
}

/** The classes whose statements call something, by its name. */
export function classesByCall(file: SourceFile, nodes: readonly ClassDef[]): Map<string, Set<ClassDef>> {
  const found = new Map<string, Set<ClassDef>>();
  for (const [name, calls] of callsByName(file))
    for (const { start, end } of calls) {
      const node = nodes.find((each) => each.start < start && end <= each.end);
      if (!node) continue;
      const known = found.get(name);
      if (known) known.add(node);
      else found.set(name, new Set([node]));
    }
  return found;
}

/** One way to get an instance. */
export interface Construction {
  /** For the report's `call`; `null` while nothing worked. */
  readonly shown: string;
  /** `undefined`: it makes something else. */
  readonly make: () => Value | undefined;
  readonly inputs: readonly InputSpec[] | null;
}

export interface Constructed {
  readonly value: Value;
  readonly shown: string | null;
  readonly inputs: readonly InputSpec[] | null;
  /** The module that it was taken out of. */
  readonly part?: { readonly owner: ClassDef; readonly path: string };
  /** Arguments that nobody gave. */
  readonly missing?: readonly string[];
}

/** What is asked of the engine around one class. */
export interface ClassContext {
  readonly interpreter: Interpreter;
  readonly module: PyModule;
  readonly file: SourceFile;
  readonly node: ClassDef;
  readonly cls: PyClass;
  readonly directives: readonly ModelDirective[];
  /** Other files of the project that mention the class. */
  readonly others: () => readonly SourceFile[];
}

/** Calls written down by the user: directives first, then what stands in the code. */
function* writtenCalls({
  interpreter,
  module,
  file,
  node,
  cls,
  directives,
  others,
}: ClassContext): Generator<Construction> {
  for (const directive of directives)
    if (directive.className === node.name)
      yield {
        shown: directive.call,
        make: () => evaluateSource(interpreter, module, directive.call),
        inputs: directive.inputs,
      };
  for (const source of [file, ...others()]) {
    for (const call of callsByName(source).get(node.name) ?? []) {
      if (source === file && call.start > node.start && call.start < node.end) continue;
      const text = source.slice(call);
      yield {
        shown: text.replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/,? \)/g, ')'),
        inputs: null,
        make: () => {
          if (source === file) return evaluateSource(interpreter, module, text);
          const home = interpreter.importer.moduleOfFile(source.path);
          // Another project's class of the same name is somebody else's, and so is what goes wrong with it.
          const callee = evaluateSource(interpreter, home, source.slice(call.func));
          if (typeof callee === 'object' && callee?.kind === 'class' && callee !== cls) return undefined;
          const value = evaluateSource(interpreter, home, text);
          const right = typeof value !== 'object' || value?.kind !== 'instance' || value.cls === cls;
          return right ? value : undefined;
        },
      };
    }
  }
}

/** The first construction that gives an object, or `null` with the best reason why none does. */
function firstThatWorks(
  interpreter: Interpreter,
  constructions: Iterable<Construction>,
): { readonly made: Constructed | null; readonly reason: Value | null } {
  let reason: Value | null = null;
  for (const { make, shown, inputs } of constructions) {
    const frames = interpreter.frames.length;
    const forks = interpreter.heap.depth;
    const journal = interpreter.heap.fork();
    try {
      const value = make();
      if (value !== undefined && !isUnknown(value)) {
        interpreter.heap.commit(journal);
        return { made: { value, shown, inputs }, reason: null };
      }
      reason ??= value ?? null;
    } catch (error) {
      // A call that reads local variables can't stand at module level: not a fault of the class.
      const local = error instanceof PyRaise && error.cls?.name === 'NameError';
      const failure = interpreter.failure(error);
      if (!local) reason ??= failure;
    }
    interpreter.frames.length = frames;
    interpreter.heap.unwind(forks);
  }
  return { made: null, reason };
}

/**
 * Constructs a class in the present run. `owners`: other module classes of the file, any of which may hold one.
 * @param asWhole whether other runs may take parts out of what is made here: nothing may change it but in forks that are rolled back
 */
export function construct(
  context: ClassContext,
  owners: readonly ClassContext[],
  wholes: Wholes,
  asWhole = false,
): Constructed {
  const { interpreter, cls, node } = context;
  const known = interpreter.assumptions.length;
  /** What was made just as {@link wholeOf} makes it needn't be made again. */
  const whole = (made: Constructed): Constructed => {
    if (asWhole && !wholes.has(node)) wholes.set(node, wholeFrom(context, made, interpreter.assumptions.slice(known)));
    return made;
  };
  const written = firstThatWorks(interpreter, writtenCalls(context));
  if (written.made) return whole(written.made);
  const parameters = signatureOf(interpreter, cls, '__init__');
  const missing = parameters?.filter((parameter) => parameter.required) ?? [];
  if (missing.length === 0) {
    const plain = firstThatWorks(interpreter, [
      { shown: `${node.name}()`, inputs: null, make: () => interpreter.call(cls) },
    ]);
    if (plain.made) return whole(plain.made);
    return {
      value: written.reason ?? plain.reason ?? interpreter.unknown('no way to construct it was found'),
      shown: null,
      inputs: null,
    };
  }
  for (const owner of owners) {
    const part = partOf(context, owner, wholes);
    if (part) return part;
  }
  const shown = `${node.name}(${missing.map(({ name }) => `${name}=${name}`).join(', ')})`;
  const symbolic = firstThatWorks(interpreter, [
    {
      shown,
      inputs: null,
      make: () =>
        interpreter.call(
          cls,
          [],
          new Map(missing.map(({ name, annotation }) => [name, madeUp(interpreter, name, annotation)])),
        ),
    },
  ]);
  const names = missing.map(({ name }) => name);
  if (symbolic.made) return { ...symbolic.made, missing: names };
  return {
    value: symbolic.reason ?? written.reason ?? interpreter.unknown('no way to construct it was found'),
    shown: null,
    inputs: null,
    missing: names,
  };
}

/** A constructed module of the file and the first instance of each class in it. */
interface Whole {
  readonly shown: string;
  readonly parts: ReadonlyMap<PyClass, { readonly instance: PyInstance; readonly path: string }>;
  /** What was taken for granted to construct it. */
  readonly assumptions: readonly Assumption[];
}

/** Wholes of one file, constructed once however many of its classes are looked for in them. */
export type Wholes = Map<ClassDef, Whole | null>;

/** Constructs a class on a fork: the objects live on, what it did to the rest of the program doesn't. */
function wholeOf(owner: ClassContext): Whole | null {
  const { interpreter } = owner;
  const known = interpreter.assumptions;
  interpreter.assumptions = [];
  const depth = interpreter.heap.depth;
  const journal = interpreter.heap.fork();
  const required = signatureOf(interpreter, owner.cls, '__init__')?.some((parameter) => parameter.required) ?? false;
  const defaults: Construction[] = required
    ? []
    : [{ shown: `${owner.node.name}()`, inputs: null, make: () => interpreter.call(owner.cls) }];
  const { made } = firstThatWorks(interpreter, [...writtenCalls(owner), ...defaults]);
  const { assumptions } = interpreter;
  const whole = made && wholeFrom(owner, made, assumptions);
  interpreter.heap.unwind(depth + 1);
  interpreter.heap.discard(journal);
  interpreter.assumptions = known;
  return whole;
}

function wholeFrom(owner: ClassContext, { value, shown }: Constructed, assumptions: readonly Assumption[]): Whole {
  const parts = new Map<PyClass, { instance: PyInstance; path: string }>();
  if (typeof value === 'object' && value?.kind === 'instance')
    for (const [instance, path] of modulePaths(value))
      if (path !== '' && !parts.has(instance.cls)) parts.set(instance.cls, { instance, path });
  return { shown: shown ?? owner.node.name, parts, assumptions };
}

/** An instance of the class inside a module whose construction is known. */
function partOf({ interpreter, cls }: ClassContext, owner: ClassContext, wholes: Wholes): Constructed | null {
  if (owner.cls === cls) return null;
  let whole = wholes.get(owner.node);
  if (whole === undefined) wholes.set(owner.node, (whole = wholeOf(owner)));
  const part = whole?.parts.get(cls);
  if (!whole || !part) return null;
  interpreter.assumptions.push(...whole.assumptions);
  const { instance, path } = part;
  return {
    value: instance,
    shown: `${whole.shown}.get_submodule("${path}")`,
    inputs: null,
    part: { owner: owner.node, path },
  };
}

/** A named size for a whole number; for anything else only the user can say. */
function madeUp(interpreter: Interpreter, name: string, annotation: string | null): Value {
  if (annotation === null || /^(int|Optional\[int\]|int \| None)$/.test(annotation)) return symbol(name);
  return interpreter.unknown(
    `the argument '${name}' is not known: say it in a comment like "# architect: Name(${name}=...)"`,
  );
}
