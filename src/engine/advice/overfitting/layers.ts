/** What a module class is made of, as its `__init__` and `forward` say: layers by attribute, and how values flow between them. */
import type { CallExpr, ClassDef, Expr, FunctionDef, SourceFile, Stmt } from '../../syntax/index.js';
import {
  dotted,
  findAll,
  functionAround,
  methodOf,
  moduleClassOf,
  qualifiedName,
  statementsIn,
  type Code,
  type ModuleClass,
} from '../../training/index.js';

export type Kind =
  | 'linear'
  | 'embedding'
  | 'activation'
  | 'norm'
  | 'batchNorm'
  | 'dropout'
  | 'attention'
  | 'transformer'
  | 'recurrent'
  | 'convolution'
  | 'shape'
  | 'sequential'
  | 'list'
  | 'project'
  | 'other';

const KINDS: Readonly<Record<string, Kind>> = Object.fromEntries(
  (
    [
      ['linear', 'Linear LazyLinear'],
      ['embedding', 'Embedding EmbeddingBag'],
      ['activation', 'ReLU GELU SiLU Tanh ELU LeakyReLU Mish Hardswish ReLU6 CELU PReLU Softplus GLU RReLU'],
      ['norm', 'LayerNorm RMSNorm GroupNorm'],
      [
        'batchNorm',
        'BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d',
      ],
      ['dropout', 'Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout'],
      ['attention', 'MultiheadAttention'],
      ['transformer', 'TransformerEncoderLayer TransformerDecoderLayer Transformer'],
      ['recurrent', 'RNN LSTM GRU'],
      [
        'convolution',
        'Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d',
      ],
      [
        'shape',
        'Flatten Unflatten Identity AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AvgPool1d AvgPool2d MaxPool1d MaxPool2d',
      ],
      ['sequential', 'Sequential'],
      ['list', 'ModuleList ModuleDict'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((name) => [`torch.nn.${name}`, kind] as const)),
);

const ACTIVATION_FUNCTIONS = new Set(
  'relu gelu silu tanh elu leaky_relu mish hardswish relu6 celu softplus glu'.split(' '),
);
/** Reshaping and pooling: what went in activated comes out activated. */
const SHAPE_FUNCTIONS = new Set(
  'flatten view reshape squeeze unsqueeze mean max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool2d permute transpose contiguous'.split(
    ' ',
  ),
);

export interface Layer {
  readonly attr: string;
  readonly kind: Kind;
  readonly call: CallExpr;
  /** The statement in `__init__`. */
  readonly statement: Stmt;
  readonly name: string | null;
  readonly cls: ModuleClass | null;
}

/** How a call that constructs a layer is classified. */
export function kindOf(
  code: Code,
  file: SourceFile,
  call: CallExpr,
): { readonly kind: Kind; readonly name: string | null; readonly cls: ModuleClass | null } {
  const name = qualifiedName(file, call.func);
  const kind = name === null ? undefined : KINDS[name];
  if (kind) return { kind, name, cls: null };
  const cls = moduleClassOf(code.project, file, call.func);
  return { kind: cls ? 'project' : 'other', name, cls };
}

export class Anatomy {
  readonly file: SourceFile;
  readonly node: ClassDef;
  readonly init: FunctionDef | null;
  readonly forward: FunctionDef | null;
  readonly layers = new Map<string, Layer>();
  /** Calls of `forward` in source order. */
  readonly calls: readonly CallExpr[];

  constructor(
    readonly code: Code,
    { file, node }: ModuleClass,
  ) {
    this.file = file;
    this.node = node;
    this.init = methodOf(node, '__init__');
    this.forward = methodOf(node, 'forward');
    this.calls = this.forward ? findAll(this.forward.body, 'Call') : [];
    for (const statement of this.init ? statementsIn(this.init.body) : []) this.read(statement);
  }

  private read(statement: Stmt): void {
    if (statement.kind !== 'Assign' && statement.kind !== 'AnnAssign') return;
    const [target] = statement.kind === 'Assign' ? statement.targets : [statement.target];
    const { value } = statement;
    if (
      target?.kind !== 'Attribute' ||
      target.value.kind !== 'Name' ||
      target.value.id !== 'self' ||
      value?.kind !== 'Call'
    )
      return;
    const { kind, name, cls } = kindOf(this.code, this.file, value);
    const known = this.layers.get(target.attr);
    // Made in two ways: only what both have in common could be said.
    if (known && known.kind !== kind) this.layers.set(target.attr, { ...known, kind: 'other' });
    else if (!known) this.layers.set(target.attr, { attr: target.attr, kind, call: value, statement, name, cls });
  }

  /** The layer that `self.layer(…)` calls. */
  called(call: Expr): Layer | null {
    if (call.kind !== 'Call') return null;
    const name = dotted(call.func);
    return name?.startsWith('self.') ? (this.layers.get(name.slice('self.'.length)) ?? null) : null;
  }

  has(...kinds: readonly Kind[]): boolean {
    return (
      [...this.layers.values()].some(({ kind }) => kinds.includes(kind)) ||
      this.constructed().some(({ kind }) => kinds.includes(kind))
    );
  }

  /** Every layer constructed in `__init__`, in lists and sequences too. */
  constructed(): { readonly kind: Kind; readonly call: CallExpr; readonly name: string | null }[] {
    const { init } = this;
    if (!init) return [];
    return findAll(init.body, 'Call').flatMap((call) => {
      const { kind, name } = kindOf(this.code, this.file, call);
      return kind === 'other' ? [] : [{ kind, call, name }];
    });
  }

  /** What a variable was given last before a place; a part of a tuple gives the whole value. */
  lastValue(name: string, before: number): { readonly value: Expr; readonly statement: Stmt } | null {
    const { forward } = this;
    let last: { value: Expr; statement: Stmt } | null = null;
    for (const statement of forward ? statementsIn(forward.body) : []) {
      if (statement.end > before) continue;
      if (statement.kind === 'Assign' && statement.targets.some((target) => binds(target, name)))
        last = { value: statement.value, statement };
      else if (statement.kind === 'AugAssign' && binds(statement.target, name))
        last = { value: statement.value, statement };
    }
    return last;
  }

  /** The value comes out of an activation, as it is or reshaped. */
  isActivated(expr: Expr, depth = 0): boolean {
    if (depth > 10) return false;
    if (expr.kind === 'Name') {
      const last = this.lastValue(expr.id, expr.start);
      return last !== null && last.statement.kind === 'Assign' && this.isActivated(last.value, depth + 1);
    }
    if (expr.kind === 'Binary')
      return expr.op === '*' && (this.isActivated(expr.left, depth + 1) || this.isActivated(expr.right, depth + 1));
    if (expr.kind !== 'Call') return false;
    if (this.isActivation(expr)) return true;
    const layer = this.called(expr);
    const [first] = expr.args;
    if (layer?.kind === 'shape') return first !== undefined && this.isActivated(first.value, depth + 1);
    if (layer) return false;
    const name = expr.func.kind === 'Attribute' ? expr.func.attr : '';
    if (!SHAPE_FUNCTIONS.has(name)) return false;
    const qualified = qualifiedName(this.file, expr.func);
    if (qualified !== null) return first !== undefined && this.isActivated(first.value, depth + 1);
    return expr.func.kind === 'Attribute' && this.isActivated(expr.func.value, depth + 1);
  }

  isActivation(call: CallExpr): boolean {
    const layer = this.called(call);
    if (layer) return layer.kind === 'activation';
    const qualified = qualifiedName(this.file, call.func);
    if (qualified !== null)
      return (
        /^torch\.(?:nn\.functional\.)?\w+$/.test(qualified) &&
        ACTIVATION_FUNCTIONS.has(qualified.slice(qualified.lastIndexOf('.') + 1))
      );
    return (
      call.func.kind === 'Attribute' &&
      call.args.length === 0 &&
      ACTIVATION_FUNCTIONS.has(call.func.attr) &&
      call.func.value.kind !== 'Attribute'
    );
  }

  /** A call of dropout in `forward`, functional or of a layer. */
  isDropout(call: Expr): boolean {
    if (call.kind !== 'Call') return false;
    const layer = this.called(call);
    if (layer) return layer.kind === 'dropout';
    const name = qualifiedName(this.file, call.func);
    return name !== null && /^torch\.(?:nn\.functional\.)?\w*dropout\w*$/.test(name);
  }

  /** A normalisation over the batch comes after this place in `forward`: dropout before it would shift its variance. */
  batchNormAfter(expr: Expr): boolean {
    return this.calls.some((call) => {
      const layer = this.called(call);
      const normalises =
        layer?.kind === 'batchNorm' ||
        (layer?.kind === 'sequential' &&
          findAll(layer.call.args, 'Call').some((each) => kindOf(this.code, this.file, each).kind === 'batchNorm'));
      return normalises && (call.start > expr.end || (call.start <= expr.start && expr.end <= call.end));
    });
  }

  inForward(expr: Expr): boolean {
    return functionAround(this.file, expr) === this.forward;
  }
}

function binds(target: Expr, name: string): boolean {
  if (target.kind === 'Name') return target.id === name;
  return (target.kind === 'Tuple' || target.kind === 'List') && target.elements.some((each) => binds(each, name));
}

/** The number that an expression writes out. */
export function numberOf(expr: Expr | null | undefined): number | null {
  if (expr?.kind === 'Number' && typeof expr.value === 'number') return expr.value;
  return null;
}
