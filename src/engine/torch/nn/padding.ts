/** Padding. */
import type { Context } from '../../python/context.js';
import type { Bound } from '../../python/define.js';
import type { PyClass, PyInstance } from '../../python/value.js';
import { layer } from './layer.js';
import { noArguments, asTuples, ranks, set } from './simpleLayer.js';

const padTuple =
  (n: number) =>
  (self: PyInstance, _bound: Bound, context: Context): void =>
    asTuples(2 * n, 'padding')(self, {}, context);

function paddingFamily(prefix: string, mode: string): PyClass[] {
  const base = layer('padding', `_${prefix}PadNd(*args, **kwargs)`, {
    ...noArguments(),
    repr: '{padding}',
    forward: `F.pad(input, self.padding, '${mode}')`,
  });
  return [
    base,
    ...[1, 2, 3].map((n) =>
      layer('padding', `${prefix}Pad${n}d(padding)`, {
        base,
        init: padTuple(n),
        ...(prefix === 'Circular'
          ? { forward: `F.pad(input, self.padding, '${mode}')`, check: ranks(n + 1, n + 2) }
          : {}),
      }),
    ),
  ];
}
const constantBase = layer('padding', '_ConstantPadNd(value)', {
  repr: 'padding={padding}, value={value}',
  forward: "F.pad(input, self.padding, 'constant', self.value)",
});
const constantPads = [1, 2, 3].map((n) =>
  layer('padding', `ConstantPad${n}d(padding, value)`, { base: constantBase, init: padTuple(n) }),
);
export const paddingLayers: readonly PyClass[] = [
  ...paddingFamily('Circular', 'circular'),
  ...paddingFamily('Reflection', 'reflect'),
  ...paddingFamily('Replication', 'replicate'),
  constantBase,
  ...constantPads,
  ...constantPads.map((base, i) =>
    layer('padding', `ZeroPad${i + 1}d(padding)`, {
      base,
      repr: '{padding}',
      init: (self, bound, context) => {
        set(self, 'value', { kind: 'float', value: 0 });
        padTuple(i + 1)(self, bound, context);
      },
    }),
  ),
];
