/** Fourier transforms: sizes and dtypes only (they are not counted). */
import { add, floorDiv, isUnknown, mul, sub } from '../dims.js';
import { complexOf, realOf } from '../dtypes.js';
import type { DType, Dim } from '../tensor.js';
import type { Unknown } from '../../python/value.js';
import { operator, type Args, type Result } from './operator.js';

const factory = 'dtype=None, layout=None, device=None, requires_grad=False';

function asComplex(dtype: DType | Unknown): DType | Unknown {
  return isUnknown(dtype) ? dtype : complexOf(dtype);
}
function asReal(dtype: DType | Unknown): DType | Unknown {
  if (isUnknown(dtype)) return dtype;
  const real = realOf(dtype);
  return real === 'float64' || real === 'float16' ? real : 'float32';
}

type Form = 'complex' | 'half' | 'full';

/** `half`: real in, half spectrum out; `full`: half spectrum in, real out. */
function transform(args: Args, axes: readonly number[], sizes: readonly (Dim | null)[], form: Form): Result {
  const shape = [...args.shape('input')];
  axes.forEach((axis, i) => {
    const own = shape[axis] as Dim;
    const last = i === axes.length - 1;
    const wanted = sizes[i] ?? null;
    if (last && form === 'half') shape[axis] = add(floorDiv(args.context, wanted ?? own, 2), 1);
    else if (last && form === 'full') shape[axis] = wanted ?? mul(sub(own, 1), 2);
    else shape[axis] = wanted ?? own;
  });
  const dtype = args.dtype('input');
  return { shape, dtype: form === 'full' ? asReal(dtype) : asComplex(dtype) };
}
const forms: Readonly<Record<string, Form>> = {
  fft: 'complex',
  ifft: 'complex',
  rfft: 'half',
  irfft: 'full',
  hfft: 'full',
  ihfft: 'half',
};
for (const [name, form] of Object.entries(forms)) {
  operator(`${name}(input, n=None, dim=-1, norm=None)`, 'fft', (args) =>
    transform(args, [args.axisOf('dim', args.shape('input').length)], [args.has('n') ? args.dim('n') : null], form),
  );
  const many = (args: Args): Result => {
    const shape = args.shape('input');
    const sizes = args.has('s') ? args.dims('s').map((size) => (size === -1 ? null : size)) : null;
    const axes = args.has('dim')
      ? args.axesOf('dim', shape.length)
      : sizes
        ? sizes.map((_, i) => shape.length - sizes.length + i)
        : shape.map((_, i) => i);
    return transform(args, axes, sizes ?? axes.map(() => null), form);
  };
  operator(`${name}2(input, s=None, dim=__last_two__, norm=None)`.replace('__last_two__', 'None'), 'fft', (args) => {
    if (args.has('dim')) return many(args);
    const rank = args.shape('input').length;
    const sizes = args.has('s') ? args.dims('s').map((size) => (size === -1 ? null : size)) : [null, null];
    return transform(args, [rank - 2, rank - 1], sizes, form);
  });
  operator(`${name}n(input, s=None, dim=None, norm=None)`, 'fft', many);
}
for (const name of ['fftshift', 'ifftshift'])
  operator(`${name}(input, dim=None)`, 'fft', (args) => ({ shape: args.tensor('input').data.shape }));
operator(`fftfreq(n, d=1.0, ${factory})`, 'fft', (args) => ({
  shape: [args.dim('n')],
  dtype: args.dtypeArgument() ?? args.defaultDtype(),
  device: args.deviceArgument(),
}));
operator(`rfftfreq(n, d=1.0, ${factory})`, 'fft', (args) => ({
  shape: [add(floorDiv(args.context, args.dim('n'), 2), 1)],
  dtype: args.dtypeArgument() ?? args.defaultDtype(),
  device: args.deviceArgument(),
}));

operator(
  "stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode='reflect', normalized=False, onesided=None, return_complex=None, align_to_window=None)",
  'torch method',
  (args) => {
    const shape = args.shape('input');
    const n = args.dim('n_fft');
    const hop = args.has('hop_length') ? args.dim('hop_length') : floorDiv(args.context, n, 4);
    const length = shape[shape.length - 1] as Dim;
    const padded = args.bool('center') ? add(length, mul(2, floorDiv(args.context, n, 2))) : length;
    const frames = add(floorDiv(args.context, sub(padded, n), hop), 1);
    const dtype = args.dtype('input');
    const complexInput = !isUnknown(dtype) && complexOf(dtype) === dtype;
    const oneSided = args.has('onesided') ? args.bool('onesided') : !complexInput;
    const bins = oneSided ? add(floorDiv(args.context, n, 2), 1) : n;
    const result = [...shape.slice(0, -1), bins, frames];
    return args.raw('return_complex') === true || complexInput
      ? { shape: result, dtype: asComplex(dtype) }
      : { shape: [...result, 2] };
  },
);
operator(
  'istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None, length=None, return_complex=False)',
  'torch method',
  (args) => {
    const shape = args.shape('input');
    const n = args.dim('n_fft');
    const hop = args.has('hop_length') ? args.dim('hop_length') : floorDiv(args.context, n, 4);
    const frames = shape[shape.length - 1] as Dim;
    const full = add(n, mul(hop, sub(frames, 1)));
    const size = args.has('length')
      ? args.dim('length')
      : args.bool('center')
        ? sub(full, mul(2, floorDiv(args.context, n, 2)))
        : full;
    return {
      shape: [...shape.slice(0, -2), size],
      dtype: args.bool('return_complex') ? args.dtype('input') : asReal(args.dtype('input')),
    };
  },
);
