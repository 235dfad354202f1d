/** Evaluates Python text given by a user (`--call`, a directive) in a module's own namespace. */
import { evaluate } from './expressions.js';
import type { Frame } from './frame.js';
import type { Interpreter } from './interpreter.js';
import { execBlock } from './statements.js';
import type { PyModule, Value } from './value.js';

/**
 * The value of `text`: an expression, or statements whose last is an expression (or an assignment, whose value it is).
 * Runs in the current run's overlay; throws what the code throws.
 */
export function evaluateSource(interpreter: Interpreter, module: PyModule, text: string, name = '<call>'): Value {
  const file = interpreter.project.parser.parse(name, text);
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
