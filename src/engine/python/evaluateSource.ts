/**
 * Evaluates Python text: given by a user (`--call`, a directive) in a module's own namespace, or by the code itself (`eval`, `exec`).
 */
import type { PythonParser, SourceFile } from '../syntax/index.js';
import { evaluate } from './expressions.js';
import type { Frame } from './frame.js';
import type { Interpreter } from './interpreter.js';
import { execBlock } from './statements.js';
import type { Env, PyDict, PyModule, Value } from './value.js';

const parsed = new WeakMap<PythonParser, Map<string, SourceFile>>();
/** Longer texts are hardly evaluated twice. */
const LONGEST_KEPT = 500;
const MOST_KEPT = 1000;

/** The tree of a text that is evaluated: the same calls are tried for one class after another, and after each key. */
function parsedText(parser: PythonParser, name: string, text: string): SourceFile {
  if (text.length > LONGEST_KEPT) return parser.parse(name, text);
  let known = parsed.get(parser);
  if (!known || known.size >= MOST_KEPT) parsed.set(parser, (known = new Map<string, SourceFile>()));
  const key = `${name}\0${text}`;
  let file = known.get(key);
  if (!file) known.set(key, (file = parser.parse(name, text)));
  return file;
}

/**
 * The value of `text`: an expression, or statements whose last is an expression (or an assignment, whose value it is).
 * Runs in the current run's overlay; throws what the code throws.
 */
export function evaluateSource(interpreter: Interpreter, module: PyModule, text: string, name = '<call>'): Value {
  const file = parsedText(interpreter.project.parser, name, text);
  const problem = file.ast.problems[0];
  if (problem) interpreter.raise('SyntaxError', `${problem.message} in '${text.trim()}'`);
  const frame: Frame = {
    kind: 'module',
    name,
    file,
    module,
    scope: file.ast.scope,
    locals: module.namespace,
    owner: module,
    closure: null,
    env: null,
    ownerClass: null,
    self: undefined,
    node: null,
    pending: [],
    forks: 0,
    methods: null,
    handling: null,
    isGenerator: false,
    yielded: null,
    importGuards: 0,
  };
  const depth = interpreter.frames.length;
  interpreter.frames.push(frame);
  try {
    const { body } = file.ast;
    const last = body[body.length - 1];
    execBlock(interpreter, frame, body.slice(0, -1));
    if (!last) return null;
    if (last.kind === 'Expression') return evaluate(interpreter, frame, last.value);
    execBlock(interpreter, frame, [last]);
    return last.kind === 'Assign' && last.targets[0] ? evaluate(interpreter, frame, last.targets[0]) : null;
  } finally {
    interpreter.frames.length = depth;
  }
}

/**
 * `eval` and `exec` of a known text where the running code stands, or with the names of `globals` and `locals`; what statements
 * bind goes into the dict that was given. @throws what the code throws
 */
export function evaluateText(
  interpreter: Interpreter,
  text: string,
  mode: 'eval' | 'exec',
  globals: PyDict | null,
  locals: PyDict | null,
): Value {
  const running = interpreter.frame;
  if (!running) return interpreter.unknown('code is made at run time where nothing runs');
  const file = interpreter.project.parser.parse('<string>', mode === 'eval' ? text.trim() : text);
  if (file.ast.problems[0]) interpreter.raise('SyntaxError', file.ast.problems[0].message);
  const given = locals ?? globals;
  const frame = given ? frameOver(interpreter, running, given, globals) : { ...running, file, node: null };
  if (mode === 'exec' && !given && running.kind !== 'module') {
    // What a function's exec binds is seen by nobody.
    Object.assign(frame, {
      owner: { vars: new Map(running.locals), parent: null, saved: interpreter.heap.epoch, taint: null },
    });
    Object.assign(frame, { locals: (frame.owner as Env).vars });
  }
  const depth = interpreter.frames.length;
  interpreter.frames.push({ ...frame, file });
  try {
    const here = interpreter.frames[depth] as Frame;
    const [first] = file.ast.body;
    if (mode === 'eval') {
      if (first?.kind !== 'Expression') interpreter.raise('SyntaxError', 'invalid syntax');
      return evaluate(interpreter, here, first.value);
    }
    execBlock(interpreter, here, file.ast.body);
    if (given) {
      interpreter.heap.touch(given);
      for (const [name, value] of here.locals) given.entries.set(name, { key: name, value });
    }
    return null;
  } finally {
    interpreter.frames.length = depth;
  }
}

/** A module-like frame whose names are the items of a dict. */
function frameOver(interpreter: Interpreter, running: Frame, names: PyDict, globals: PyDict | null): Frame {
  const namespace = new Map<string, Value>();
  for (const dict of new Set([globals, names]))
    for (const { key, value } of dict?.entries.values() ?? []) if (typeof key === 'string') namespace.set(key, value);
  const own = globals?.backing?.kind === 'module' ? globals.backing : null;
  const module: PyModule = {
    kind: 'module',
    name: running.module.name,
    file: running.module.file,
    namespace,
    isPackage: false,
    saved: interpreter.heap.epoch,
    taint: (globals ?? names).taint,
  };
  const target = own && names === globals ? own : module;
  return {
    ...running,
    kind: 'module',
    module: target,
    locals: target.namespace,
    owner: target,
    closure: null,
    env: null,
    pending: [],
    methods: null,
  };
}
