/**
 * `torch.autocast` on the CPU: which operators are given their tensors in a narrower dtype, which in float32. It is only switched on for
 * passes that ask for it; a program's own `with torch.autocast(…)` then changes it, and else does nothing.
 */
import type { Context } from '../python/context.js';
import type { Bound } from '../python/define.js';
import type { Native, NativeType, PyClass, Unknown, Value } from '../python/value.js';
import { isUnknown } from './dims.js';
import { dtypeObject, isFloating } from './dtypes.js';
import { isTensor, type DType, type TensorNative } from './tensor.js';

interface Mode {
  /** In the heap, so that a branch that is rolled back takes its change with it; `null` while a program has it switched off. */
  readonly cell: Native;
  /** Parameters are cast once. */
  readonly casts: Map<TensorNative, Value>;
  /** A program switched it nobody knows where. */
  unclear: Unknown | null;
}

const KEY = Symbol('autocast');

const cellType: NativeType = {
  name: 'autocast',
  cls(): PyClass {
    throw new Error('the autocast mode is never a value of the program');
  },
};

const modeOf = (context: Context): Mode | undefined => context.state.get(KEY) as Mode | undefined;

const names = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const LOWERED = names(
  'linear matmul mm bmm addmm addbmm baddbmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d vecdot prelu ' +
    'scaled_dot_product_attention',
);

const RAISED = names(
  'prod trace cdist polar quantile nanquantile stft grid_sample avg_pool3d adaptive_avg_pool3d max_pool3d adaptive_max_pool3d max_unpool2d ' +
    'max_unpool3d fractional_max_pool2d fractional_max_pool3d view_as_complex fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn ' +
    'rfft rfft2 rfftn binary_cross_entropy binary_cross_entropy_with_logits cosine_embedding_loss cross_entropy ctc_loss hinge_embedding_loss ' +
    'huber_loss kl_div l1_loss margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss nll_loss poisson_nll_loss smooth_l1_loss ' +
    'soft_margin_loss triplet_margin_loss',
);

/** Made of several operators, some of which are cast. */
const MIXED = names(
  'lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell inner tensordot multi_dot chain_matmul bilinear ' +
    'multi_head_attention_forward',
);

/** What is kept of these under autocast is not described. */
export function isMixed(name: string): boolean {
  return MIXED.has(name);
}

export function startAutocast(context: Context, dtype: DType): void {
  const cell: Native = {
    kind: 'native',
    type: cellType,
    data: dtype,
    attrs: null,
    saved: context.heap.epoch,
    taint: null,
  };
  context.state.set(KEY, { cell, casts: new Map(), unclear: null } satisfies Mode);
}

/** Switches it off for good. @returns why it isn't known what was on all the while, if so */
export function stopAutocast(context: Context): Unknown | null {
  const mode = modeOf(context);
  context.state.delete(KEY);
  return mode?.unclear ?? mode?.cell.taint ?? null;
}

/** What a program's own `autocast` does: `null` switches it off. @returns what was on */
export function switchAutocast(context: Context, dtype: DType | Unknown | null): DType | null {
  const mode = modeOf(context);
  if (!mode) return null;
  const before = mode.cell.data as DType | null;
  if (isUnknown(dtype)) {
    mode.unclear ??= dtype;
    return before;
  }
  context.heap.touch(mode.cell);
  mode.cell.data = dtype;
  return before;
}

/** The dtype that is used where it is on; `null` where it isn't. */
export function autocastDType(context: Context): DType | null {
  return (modeOf(context)?.cell.data ?? null) as DType | null;
}

/** The sums of an einsum are matrix products, but only where something is summed over. */
function contracts(bound: Bound): boolean {
  const { equation } = bound;
  if (typeof equation !== 'string') return false;
  const [left = '', output] = equation.replace(/\s/g, '').split('->');
  const [a = '', b] = left.split(',');
  return (
    b !== undefined && output !== undefined && [...a].some((label) => b.includes(label) && !output.includes(label))
  );
}

/** The arguments of an operator as autocast hands them on: the same where it does nothing. */
export function autocastArguments(context: Context, name: string, bound: Bound): Bound {
  const mode = modeOf(context);
  const fast = (mode?.cell.data ?? null) as DType | null;
  if (!mode || fast === null) return bound;
  const raises = RAISED.has(name) || (name === 'pad' && (bound['mode'] === 'reflect' || bound['mode'] === 'replicate'));
  const lowers = LOWERED.has(name) || (name === 'einsum' && contracts(bound));
  if (!raises && !lowers) return bound;
  const to = raises ? 'float32' : fast;
  const changed: Record<string, Value> = {};
  for (const [key, value] of Object.entries(bound)) changed[key] = castValue(context, mode, value, to);
  return changed;
}

function castValue(context: Context, mode: Mode, value: Value, to: DType): Value {
  if (isTensor(value)) return castTensor(context, mode, value, to);
  if (typeof value !== 'object' || (value?.kind !== 'tuple' && value?.kind !== 'list')) return value;
  if (!value.items.some(isTensor)) return value;
  return context.tuple(value.items.map((item) => castValue(context, mode, item, to)));
}

function castTensor(context: Context, mode: Mode, tensor: TensorNative, to: DType): Value {
  const { dtype, role, requiresGrad } = tensor.data;
  if (isUnknown(dtype) || !isFloating(dtype) || dtype === 'float64' || dtype === to) return tensor;
  const isKept = role === 'parameter' && requiresGrad && dtype === 'float32';
  const known = isKept ? mode.casts.get(tensor) : undefined;
  if (known !== undefined) return known;
  const cast = context.callMethod(tensor, 'to', [dtypeObject(to)]);
  if (isKept) mode.casts.set(tensor, cast);
  return cast;
}
