import type { Expr, Scope, SourceFile, Stmt, YieldExpr } from '../syntax/index.js';
import type { PyRaise } from './errors.js';
import type { Delta, Journal } from './heap.js';
import type { Env, Mutable, Place, PyClass, PyFunction, PyModule, Value } from './value.js';

/** How a block of statements ended; `undefined` means it ran to its end. */
export type Completion =
  | { readonly type: 'return'; readonly value: Value }
  | { readonly type: 'break' }
  | { readonly type: 'continue' }
  | undefined;

/** A way in which code under an unknown condition may have ended, as a delta from a common state. */
export interface Outcome {
  readonly completion: Completion;
  readonly delta: Delta;
}

/** Outcomes that left the running block early; joined with the rest where the block, loop or function ends. */
export interface Pending {
  readonly journal: Journal;
  readonly outcomes: readonly Outcome[];
  readonly place: Place | null;
}

export interface Frame {
  readonly kind: 'module' | 'class' | 'function';
  readonly name: string;
  readonly file: SourceFile;
  readonly module: PyModule;
  readonly scope: Scope;
  /** Variables of this scope, and what has to be touched before they change. */
  readonly locals: Map<string, Value>;
  readonly owner: Mutable & (Env | PyModule);
  /** Where enclosing functions keep theirs. */
  readonly closure: Env | null;
  /** Environment of this function; what functions defined here close over. */
  readonly env: Env | null;
  /** For `super()` without arguments. */
  readonly ownerClass: PyClass | null;
  readonly self: Value | undefined;
  /** The node being evaluated. */
  node: Expr | Stmt | null;
  readonly pending: Pending[];
  /** Forks of the heap when it began. */
  readonly forks: number;
  /** In a class body: functions that get `ownerClass` once the class exists. */
  readonly methods: PyFunction[] | null;
  /** The exception being handled, for a bare `raise`. */
  handling: PyRaise | null;
  readonly isGenerator: boolean;
  /** The frame a comprehension runs in. */
  readonly outer?: Frame;
  /** Results of `yield` expressions of the statement being evaluated on the generator path. */
  yielded: Map<YieldExpr, Value> | null;
  /** Number of enclosing `try` statements that catch ImportError (or everything). */
  importGuards: number;
}
