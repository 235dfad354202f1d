export { Interpreter, type InterpreterOptions, isUnknown } from './interpreter.js';
export { PyRaise, Stopped, UnknownFlow } from './errors.js';
export type { Assumption, Context } from './context.js';
export type { ModelledModule } from './define.js';
export { evaluateSource } from './evaluateSource.js';
export * from './value.js';
