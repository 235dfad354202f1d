/** Linear algebra beyond products: decompositions, inverses, distances. */
import { broadcast } from '../broadcast.js';
import { assumeEqual, isUnknown, minDim, product, showDim, showShape } from '../dims.js';
import { realOf } from '../dtypes.js';
import { namedTuple } from '../namedTuples.js';
import type { DType, Dim } from '../tensor.js';
import type { Unknown } from '../../python/value.js';
import { alias, operator, type Args, type Result, type Results } from './operator.js';

const real = (dtype: DType | Unknown): DType | Unknown => (isUnknown(dtype) ? dtype : realOf(dtype));

function square(args: Args, name = 'input'): readonly Dim[] {
  const shape = args.shape(name);
  if (shape.length < 2) args.fail(`linalg.${args.op}: The input tensor A must have at least 2 dimensions.`);
  const [rows, columns] = shape.slice(-2) as [Dim, Dim];
  if (!assumeEqual(args.context, rows, columns))
    args.fail(
      `linalg.${args.op}: A must be batches of square matrices, but they are ${showDim(rows)} by ${showDim(columns)} matrices`,
    );
  return shape;
}
const sameSquare = (args: Args): Result => ({ shape: square(args) });
operator('inv(input)', 'linalg', sameSquare);
operator('inverse(input)', 'torch method', sameSquare);
operator('matrix_exp(input)', 'torch method linalg', (args) => ({
  shape: square(args),
  macs: args.context.unknown('the products of a matrix exponential depend on its values'),
}));
operator('cholesky(input, upper=False)', 'torch method linalg', sameSquare);
operator('cholesky_inverse(input, upper=False)', 'torch method', sameSquare);
operator('cholesky_solve(input, input2, upper=False)', 'torch method', (args) => ({ shape: args.shape('input') }));
operator('det(input)', 'torch method linalg', (args) => ({ shape: square(args).slice(0, -2) }));
operator('logdet(input)', 'torch method', (args) => ({ shape: square(args).slice(0, -2) }));
operator(
  'slogdet(input)',
  'torch method linalg',
  (args): Results => {
    const shape = square(args).slice(0, -2);
    return {
      results: [{ shape }, { shape, dtype: real(args.dtype('input')) }],
      as: namedTuple('slogdet', ['sign', 'logabsdet']),
    };
  },
  { many: true },
);
operator('pinv(input, atol=None, rtol=None, hermitian=False)', 'linalg', (args) => {
  const shape = args.shape('input');
  return { shape: [...shape.slice(0, -2), shape[shape.length - 1] as Dim, shape[shape.length - 2] as Dim] };
});
operator('pinverse(input, rcond=1e-15)', 'torch method', (args) => {
  const shape = args.shape('input');
  return { shape: [...shape.slice(0, -2), shape[shape.length - 1] as Dim, shape[shape.length - 2] as Dim] };
});
operator('solve(input, B, left=True)', 'linalg', (args) => ({ shape: solved(args, 'B') }));
function solved(args: Args, name: string): readonly Dim[] {
  const [a, b] = [square(args), args.shape(name)];
  const vector = b.length === 1 || (b.length === a.length - 1 && b.length > 0 && b.every((size, i) => size === a[i]));
  if (vector) return b;
  if (!assumeEqual(args.context, a[a.length - 1] as Dim, b[b.length - 2] as Dim))
    args.fail(
      `linalg.solve: Incompatible shapes of A and B for the equation AX = B (${showShape(a)} and ${showShape(b)})`,
    );
  const lead = broadcast(args, [a.slice(0, -2), b.slice(0, -2)]);
  return isUnknown(lead) ? args.undetermined(lead) : [...lead, ...b.slice(-2)];
}
operator('solve_triangular(input, B, upper=False, left=True, unitriangular=False)', 'linalg', (args) => ({
  shape: args.shape('B'),
}));
operator(
  'triangular_solve(input, A, upper=True, transpose=False, unitriangular=False)',
  'torch method',
  (args): Results => ({
    results: [{ shape: args.shape('input') }, { shape: args.shape('A') }],
    as: namedTuple('triangular_solve', ['solution', 'cloned_coefficient']),
  }),
  { many: true },
);
operator(
  'lstsq(input, B, rcond=None, driver=None)',
  'linalg',
  (args): Results => {
    const [a, b] = [args.shape('input'), args.shape('B')];
    const unknown = args.context.unknown('this part of a least squares solution is not described');
    return {
      results: [
        { shape: [...a.slice(0, -2), a[a.length - 1] as Dim, ...b.slice(a.length - 1)] },
        { shape: unknown },
        { shape: a.slice(0, -2), dtype: 'int64' },
        { shape: unknown },
      ],
      as: namedTuple('lstsq', ['solution', 'residuals', 'rank', 'singular_values']),
    };
  },
  { many: true },
);
function decomposed(
  name: string,
  places: string,
  fields: readonly string[],
  make: (args: Args, lead: readonly Dim[], rows: Dim, columns: Dim, least: Dim) => readonly Result[],
  extra = '',
): void {
  operator(
    `${name}(input${extra})`,
    places,
    (args) => {
      const shape = args.shape('input');
      const [rows, columns] = shape.slice(-2) as [Dim, Dim];
      const results = make(args, shape.slice(0, -2), rows, columns, minDim(rows, columns));
      return results.length === 1 ? (results[0] as Result) : { results, as: namedTuple(name, fields) };
    },
    { many: true },
  );
}
decomposed(
  'svd',
  'linalg',
  ['U', 'S', 'Vh'],
  (args, lead, m, n, k) => {
    const full = args.bool('full_matrices');
    return [
      { shape: [...lead, m, full ? m : k] },
      { shape: [...lead, k], dtype: real(args.dtype('input')) },
      { shape: [...lead, full ? n : k, n] },
    ];
  },
  ', full_matrices=True, driver=None',
);
decomposed(
  'svd',
  'torch method',
  ['U', 'S', 'V'],
  (args, lead, m, n, k) => {
    const full = !args.bool('some');
    return [
      { shape: [...lead, m, full ? m : k] },
      { shape: [...lead, k], dtype: real(args.dtype('input')) },
      { shape: [...lead, n, full ? n : k] },
    ];
  },
  ', some=True, compute_uv=True',
);
decomposed(
  'svdvals',
  'linalg',
  [],
  (args, lead, _m, _n, k) => [{ shape: [...lead, k], dtype: real(args.dtype('input')) }],
  ', driver=None',
);
decomposed(
  'qr',
  'linalg torch method',
  ['Q', 'R'],
  (args, lead, m, n, k) => {
    const full = args.raw('mode') === 'complete' || args.raw('some') === false;
    return [{ shape: [...lead, m, full ? m : k] }, { shape: [...lead, full ? m : k, n] }];
  },
  ", mode='reduced', some=True",
);
decomposed(
  'eigh',
  'linalg',
  ['eigenvalues', 'eigenvectors'],
  (args, lead, m) => [{ shape: [...lead, m], dtype: real(args.dtype('input')) }, { shape: [...lead, m, m] }],
  ", UPLO='L'",
);
decomposed(
  'eigvalsh',
  'linalg',
  [],
  (args, lead, m) => [{ shape: [...lead, m], dtype: real(args.dtype('input')) }],
  ", UPLO='L'",
);
decomposed('eig', 'linalg', ['eigenvalues', 'eigenvectors'], (args, lead, m) => [
  { shape: [...lead, m], dtype: complex(args) },
  { shape: [...lead, m, m], dtype: complex(args) },
]);
decomposed('eigvals', 'linalg', [], (args, lead, m) => [{ shape: [...lead, m], dtype: complex(args) }]);
function complex(args: Args): DType | Unknown {
  const dtype = args.dtype('input');
  return isUnknown(dtype) ? dtype : dtype === 'float64' || dtype === 'complex128' ? 'complex128' : 'complex64';
}
operator(
  'lu_factor(input, pivot=True)',
  'linalg',
  (args): Results => {
    const shape = args.shape('input');
    return {
      results: [
        { shape },
        {
          shape: [...shape.slice(0, -2), minDim(shape[shape.length - 2] as Dim, shape[shape.length - 1] as Dim)],
          dtype: 'int32',
        },
      ],
      as: namedTuple('linalg_lu_factor', ['LU', 'pivots']),
    };
  },
  { many: true },
);
operator('matrix_rank(input, tol=None, hermitian=False, atol=None, rtol=None)', 'linalg', (args) => ({
  shape: args.shape('input').slice(0, -2),
  dtype: 'int64',
}));
operator('cond(input, p=None)', 'linalg', (args) => ({ shape: args.shape('input').slice(0, -2) }));
operator('cross(input, other, dim=None)', 'torch method linalg', (args) => ({
  shape: broadcast(args, [args.tensor('input').data.shape, args.tensor('other').data.shape]),
}));
operator("cdist(x1, x2, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary')", 'torch', (args) => {
  const [a, b] = [args.shape('x1'), args.shape('x2')];
  if (!assumeEqual(args.context, a[a.length - 1] as Dim, b[b.length - 1] as Dim))
    args.fail(
      `X1 and X2 must have the same number of columns. X1: ${showDim(a[a.length - 1] as Dim)} X2: ${showDim(b[b.length - 1] as Dim)}`,
    );
  const lead = broadcast(args, [a.slice(0, -2), b.slice(0, -2)]);
  return { shape: isUnknown(lead) ? lead : [...lead, a[a.length - 2] as Dim, b[b.length - 2] as Dim] };
});
operator('cov(input, correction=1, fweights=None, aweights=None)', 'torch method', (args) => {
  const shape = args.shape('input');
  return {
    shape: shape.length < 2 ? [] : [shape[0] as Dim, shape[0] as Dim],
    macs: shape.length < 2 ? (shape[0] ?? 1) : product([shape[0] as Dim, shape[0] as Dim, shape[1] as Dim]),
  };
});
operator('corrcoef(input)', 'torch method', (args) => {
  const shape = args.shape('input');
  return {
    shape: shape.length < 2 ? [] : [shape[0] as Dim, shape[0] as Dim],
    macs: shape.length < 2 ? (shape[0] ?? 1) : product([shape[0] as Dim, shape[0] as Dim, shape[1] as Dim]),
  };
});
operator('vander(x, N=None, increasing=False)', 'torch', (args) => ({
  shape: [...args.shape('x'), args.has('N') ? args.dim('N') : (args.shape('x')[0] as Dim)],
}));
operator('trapezoid(y, x=None, dx=None, dim=-1)', 'torch', (args) => {
  const shape = args.shape('y');
  return { shape: shape.filter((_, i) => i !== args.axisOf('dim', shape.length)) };
});
alias('trapz', 'trapezoid', 'torch');
operator(
  'lu(input, pivot=True, get_infos=False)',
  'torch method',
  (args): Results => {
    const shape = args.shape('input');
    const least = minDim(shape[shape.length - 2] as Dim, shape[shape.length - 1] as Dim);
    const results: Result[] = [
      { shape },
      { shape: [...shape.slice(0, -2), least], dtype: 'int32', requiresGrad: false },
    ];
    if (args.bool('get_infos')) results.push({ shape: shape.slice(0, -2), dtype: 'int32', requiresGrad: false });
    return { results, as: 'tuple' };
  },
  { many: true },
);
for (const places of ['torch', 'linalg'])
  operator(
    places === 'torch'
      ? 'lu_unpack(input, LU_pivots=None, unpack_data=True, unpack_pivots=True)'
      : 'lu(input, pivot=True)',
    places,
    (args): Results => {
      const shape = args.shape('input');
      const [rows, columns] = shape.slice(-2) as [Dim, Dim];
      const least = minDim(rows, columns);
      const lead = shape.slice(0, -2);
      const results: Result[] = [
        { shape: [...lead, rows, rows] },
        { shape: [...lead, rows, least] },
        { shape: [...lead, least, columns] },
      ];
      return { results, as: 'tuple' };
    },
    { many: true },
  );
