/**
 * The typed Python syntax tree that every room above `syntax` works on. Tree-sitter's own nodes never leave this folder.
 *
 * Nodes are flat, immutable, plain objects told apart by `kind`; offsets are UTF-16 code units into the source text.
 * A construct that could not be parsed is one `Invalid` node; its neighbours live on.
 */

/** Half-open range of UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Base {
  readonly start: number;
  readonly end: number;
}

// ---------------------------------------------------------------- expressions

export type Expr =
  | NameExpr
  | ConstantExpr
  | NumberExpr
  | StringExpr
  | FStringExpr
  | AttributeExpr
  | SubscriptExpr
  | SliceExpr
  | CallExpr
  | UnaryExpr
  | BinaryExpr
  | BoolOpExpr
  | CompareExpr
  | ConditionalExpr
  | LambdaExpr
  | TupleExpr
  | ListExpr
  | SetExpr
  | DictExpr
  | ComprehensionExpr
  | StarredExpr
  | NamedExpr
  | AwaitExpr
  | YieldExpr
  | InvalidExpr;

export interface NameExpr extends Base {
  readonly kind: 'Name';
  readonly id: string;
}
export interface ConstantExpr extends Base {
  readonly kind: 'Constant';
  readonly value: null | boolean | 'Ellipsis';
}
/** An int (`number` when a safe integer, else `bigint`), a float or an imaginary literal. */
export interface NumberExpr extends Base {
  readonly kind: 'Number';
  readonly type: 'int' | 'float' | 'imaginary';
  readonly value: number | bigint;
}
/** A string or bytes literal after escape processing; adjacent literals are already joined. */
export interface StringExpr extends Base {
  readonly kind: 'String';
  readonly value: string;
  readonly bytes: boolean;
}
export interface FStringExpr extends Base {
  readonly kind: 'FString';
  readonly parts: readonly (string | FStringField)[];
}
export interface FStringField {
  readonly value: Expr;
  /** `r`, `s`, `a` of `!r`, … */
  readonly conversion: string | null;
  readonly format: readonly (string | FStringField)[] | null;
  /** The text `x = ` of `f"{x = }"`, with the `=` and the blanks around it, verbatim; `null` without `=`. */
  readonly debug: string | null;
}
export interface AttributeExpr extends Base {
  readonly kind: 'Attribute';
  readonly value: Expr;
  readonly attr: string;
  /** Span of the attribute's name alone. */
  readonly attrSpan: Span;
}
export interface SubscriptExpr extends Base {
  readonly kind: 'Subscript';
  readonly value: Expr;
  /** `a[i, j]` has one `Tuple` index. */
  readonly index: Expr;
}
export interface SliceExpr extends Base {
  readonly kind: 'Slice';
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly step: Expr | null;
}
export interface CallExpr extends Base {
  readonly kind: 'Call';
  readonly func: Expr;
  readonly args: readonly Argument[];
}
export interface Argument extends Base {
  /** `positional`, `name=value`, `*value`, `**value`. */
  readonly form: 'positional' | 'keyword' | 'star' | 'doubleStar';
  readonly name: string | null;
  readonly value: Expr;
}
export interface UnaryExpr extends Base {
  readonly kind: 'Unary';
  readonly op: '-' | '+' | '~' | 'not';
  readonly operand: Expr;
}
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '&' | '|' | '^' | '<<' | '>>';
export interface BinaryExpr extends Base {
  readonly kind: 'Binary';
  readonly op: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}
export interface BoolOpExpr extends Base {
  readonly kind: 'BoolOp';
  readonly op: 'and' | 'or';
  readonly values: readonly Expr[];
}
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not' | 'in' | 'not in';
/** `a < b <= c`: `operands` has one more element than `ops`. */
export interface CompareExpr extends Base {
  readonly kind: 'Compare';
  readonly ops: readonly CompareOperator[];
  readonly operands: readonly Expr[];
}
/** `body if test else orelse`. */
export interface ConditionalExpr extends Base {
  readonly kind: 'Conditional';
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}
export interface LambdaExpr extends Base {
  readonly kind: 'Lambda';
  readonly params: readonly Param[];
  readonly body: Expr;
  readonly scope: Scope;
}
export interface TupleExpr extends Base {
  readonly kind: 'Tuple';
  readonly elements: readonly Expr[];
}
export interface ListExpr extends Base {
  readonly kind: 'List';
  readonly elements: readonly Expr[];
}
export interface SetExpr extends Base {
  readonly kind: 'Set';
  readonly elements: readonly Expr[];
}
export interface DictExpr extends Base {
  readonly kind: 'Dict';
  /** `key: null` stands for `**value`. */
  readonly entries: readonly { readonly key: Expr | null; readonly value: Expr }[];
}
export interface ComprehensionExpr extends Base {
  readonly kind: 'Comprehension';
  readonly type: 'list' | 'set' | 'dict' | 'generator';
  readonly element: Expr;
  /** The value expression of a dict comprehension. */
  readonly valueElement: Expr | null;
  readonly clauses: readonly ComprehensionClause[];
  readonly scope: Scope;
}
export interface ComprehensionClause {
  readonly target: Expr;
  readonly iter: Expr;
  readonly conditions: readonly Expr[];
  readonly isAsync: boolean;
}
export interface StarredExpr extends Base {
  readonly kind: 'Starred';
  readonly value: Expr;
}
/** `target := value`. */
export interface NamedExpr extends Base {
  readonly kind: 'Named';
  readonly target: NameExpr;
  readonly value: Expr;
}
export interface AwaitExpr extends Base {
  readonly kind: 'Await';
  readonly value: Expr;
}
export interface YieldExpr extends Base {
  readonly kind: 'Yield';
  readonly from: boolean;
  readonly value: Expr | null;
}
export interface InvalidExpr extends Base {
  readonly kind: 'InvalidExpr';
  readonly message: string;
}

// ----------------------------------------------------------------- statements

export type Stmt =
  | ExpressionStmt
  | AssignStmt
  | AnnAssignStmt
  | AugAssignStmt
  | ReturnStmt
  | RaiseStmt
  | AssertStmt
  | DeleteStmt
  | PassStmt
  | BreakStmt
  | ContinueStmt
  | GlobalStmt
  | NonlocalStmt
  | ImportStmt
  | ImportFromStmt
  | IfStmt
  | ForStmt
  | WhileStmt
  | TryStmt
  | WithStmt
  | MatchStmt
  | FunctionDef
  | ClassDef
  | TypeAliasStmt
  | InvalidStmt;

export interface ExpressionStmt extends Base {
  readonly kind: 'Expression';
  readonly value: Expr;
}
/** `a = b = value`: `targets` are `[a, b]`. */
export interface AssignStmt extends Base {
  readonly kind: 'Assign';
  readonly targets: readonly Expr[];
  readonly value: Expr;
}
export interface AnnAssignStmt extends Base {
  readonly kind: 'AnnAssign';
  readonly target: Expr;
  readonly annotation: Expr;
  readonly value: Expr | null;
}
export interface AugAssignStmt extends Base {
  readonly kind: 'AugAssign';
  readonly target: Expr;
  readonly op: BinaryOperator;
  readonly value: Expr;
}
export interface ReturnStmt extends Base {
  readonly kind: 'Return';
  readonly value: Expr | null;
}
export interface RaiseStmt extends Base {
  readonly kind: 'Raise';
  readonly exception: Expr | null;
  readonly cause: Expr | null;
}
export interface AssertStmt extends Base {
  readonly kind: 'Assert';
  readonly test: Expr;
  readonly message: Expr | null;
}
export interface DeleteStmt extends Base {
  readonly kind: 'Delete';
  readonly targets: readonly Expr[];
}
export interface PassStmt extends Base {
  readonly kind: 'Pass';
}
export interface BreakStmt extends Base {
  readonly kind: 'Break';
}
export interface ContinueStmt extends Base {
  readonly kind: 'Continue';
}
export interface GlobalStmt extends Base {
  readonly kind: 'Global';
  readonly names: readonly string[];
}
export interface NonlocalStmt extends Base {
  readonly kind: 'Nonlocal';
  readonly names: readonly string[];
}
export interface ImportStmt extends Base {
  readonly kind: 'Import';
  readonly names: readonly ImportAlias[];
}
export interface ImportAlias extends Base {
  /** Dotted for `import a.b`, a plain name for `from m import n`. */
  readonly name: string;
  readonly asName: string | null;
}
export interface ImportFromStmt extends Base {
  readonly kind: 'ImportFrom';
  /** Number of leading dots. */
  readonly level: number;
  /** Dotted name after the dots; empty for `from . import x`. */
  readonly module: string;
  /** `'*'` for `import *`. */
  readonly names: readonly ImportAlias[] | '*';
}
/** `elif` is an `If` alone in `orelse`. */
export interface IfStmt extends Base {
  readonly kind: 'If';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface ForStmt extends Base {
  readonly kind: 'For';
  readonly isAsync: boolean;
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface WhileStmt extends Base {
  readonly kind: 'While';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface TryStmt extends Base {
  readonly kind: 'Try';
  readonly body: readonly Stmt[];
  readonly handlers: readonly ExceptHandler[];
  readonly orelse: readonly Stmt[];
  readonly finalbody: readonly Stmt[];
}
export interface ExceptHandler extends Base {
  readonly type: Expr | null;
  readonly name: string | null;
  readonly isGroup: boolean;
  readonly body: readonly Stmt[];
}
export interface WithStmt extends Base {
  readonly kind: 'With';
  readonly isAsync: boolean;
  readonly items: readonly { readonly context: Expr; readonly target: Expr | null }[];
  readonly body: readonly Stmt[];
}
export interface MatchStmt extends Base {
  readonly kind: 'Match';
  readonly subject: Expr;
  readonly cases: readonly MatchCase[];
}
export interface MatchCase extends Base {
  readonly pattern: Pattern;
  readonly guard: Expr | null;
  readonly body: readonly Stmt[];
}
export type Pattern =
  | ({ readonly kind: 'ValuePattern'; readonly value: Expr } & Base)
  /** `None`, `True`, `False`: compared by identity. */
  | ({ readonly kind: 'SingletonPattern'; readonly value: null | boolean } & Base)
  /** `_` has both `name` and `pattern` null; `x` has `pattern` null; `p as x` has both. */
  | ({ readonly kind: 'CapturePattern'; readonly name: string | null; readonly pattern: Pattern | null } & Base)
  | ({ readonly kind: 'SequencePattern'; readonly patterns: readonly Pattern[] } & Base)
  | ({ readonly kind: 'StarPattern'; readonly name: string | null } & Base)
  | ({
      readonly kind: 'MappingPattern';
      readonly entries: readonly { readonly key: Expr; readonly pattern: Pattern }[];
      readonly rest: string | null;
    } & Base)
  | ({
      readonly kind: 'ClassPattern';
      readonly cls: Expr;
      readonly positional: readonly Pattern[];
      readonly keyword: readonly { readonly name: string; readonly pattern: Pattern }[];
    } & Base)
  | ({ readonly kind: 'OrPattern'; readonly patterns: readonly Pattern[] } & Base)
  | ({ readonly kind: 'InvalidPattern' } & Base);

export interface Param extends Base {
  readonly name: string;
  readonly form: 'positionalOnly' | 'normal' | 'keywordOnly' | 'star' | 'doubleStar';
  readonly annotation: Expr | null;
  readonly default: Expr | null;
}

/**
 * What a function, lambda, comprehension, class body or module binds, computed once when lowering, so that the
 * interpreter never searches for a binding.
 */
export interface Scope {
  readonly type: 'module' | 'class' | 'function' | 'lambda' | 'comprehension';
  /** Names bound here (parameters, assignments, imports, definitions, loop targets, walrus results that land here). */
  readonly locals: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  readonly nonlocals: ReadonlySet<string>;
  /** The body holds `yield` at this level (generator expressions not included). */
  readonly isGenerator: boolean;
  /** The body mentions `super` or `__class__`, itself or in a nested function. */
  readonly usesClassCell: boolean;
}

/** One of the type parameters `[T: bound, *Ts, **P]`. */
export interface TypeParam extends Base {
  readonly name: string;
  readonly form: 'type' | 'tuple' | 'paramSpec';
  readonly bound: Expr | null;
}

export interface FunctionDef extends Base {
  readonly kind: 'FunctionDef';
  readonly name: string;
  readonly nameSpan: Span;
  readonly isAsync: boolean;
  readonly decorators: readonly Expr[];
  readonly typeParams: readonly TypeParam[];
  readonly params: readonly Param[];
  readonly returns: Expr | null;
  readonly body: readonly Stmt[];
  readonly docstring: string | null;
  readonly scope: Scope;
}
export interface ClassDef extends Base {
  readonly kind: 'ClassDef';
  readonly name: string;
  readonly nameSpan: Span;
  readonly decorators: readonly Expr[];
  readonly typeParams: readonly TypeParam[];
  /** Bases and keywords (`metaclass=M`). */
  readonly bases: readonly Argument[];
  readonly body: readonly Stmt[];
  readonly docstring: string | null;
  readonly scope: Scope;
}
/** `type Name = value`. */
export interface TypeAliasStmt extends Base {
  readonly kind: 'TypeAlias';
  readonly name: string;
  readonly typeParams: readonly TypeParam[];
  readonly value: Expr;
}
/** Text that is no statement; what stands around it is unaffected. */
export interface InvalidStmt extends Base {
  readonly kind: 'Invalid';
  readonly message: string;
}

export interface Comment extends Base {
  /** With the leading `#`. */
  readonly text: string;
}

export interface SyntaxProblem extends Span {
  readonly message: string;
}

export interface Ast {
  readonly body: readonly Stmt[];
  readonly docstring: string | null;
  readonly scope: Scope;
  /** In source order. */
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
}
