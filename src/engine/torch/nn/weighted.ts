/** What the layers with parameters have in common: their constructors, their initialisation, their text. */
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, type Bound } from '../../python/define.js';
import type { PyBuiltin, PyClass, PyInstance, Value } from '../../python/value.js';
import { isUnknown, product } from '../dims.js';
import type { Dim } from '../tensor.js';
import { extraRepr, layerSignatures, readAttribute } from './layer.js';
import { initialise, moduleClass } from './module.js';
import { dictOf, isInstance, isTensorValue, method, updateTensor } from './objects.js';
import type { Init } from './weights.js';

export type Setup = (self: PyInstance, bound: Bound, context: Context) => void;

/** A class whose constructor is `setup` after `Module.__init__`. */
export function weighted(
  module: string,
  signature: string,
  setup: Setup,
  members: Readonly<Record<string, Value>>,
  base: PyClass = moduleClass,
): PyClass {
  const name = signature.slice(0, signature.indexOf('('));
  const init = defineFunction(`${name}.__init__(self, ${signature.slice(name.length + 1)}`, (bound, context) => {
    const { self } = bound;
    if (!isInstance(self)) return self ?? null;
    initialise(self, context);
    setup(self, bound, context);
    return null;
  });
  const cls = defineClass(name, {
    module: `torch.nn.modules.${module}`,
    bases: [base],
    members: { __init__: init, ...members },
  });
  layerSignatures.set(cls, signature.slice(name.length));
  return cls;
}

export function keep(self: PyInstance, bound: Bound, ...names: readonly string[]): void {
  for (const name of names) self.attrs.set(name, bound[name] ?? null);
}

/** `reset_parameters` as PyTorch fills a layer's own parameters, by name. */
export function resetMethod(fills: (self: PyInstance, context: Context) => Readonly<Record<string, Init>>): PyBuiltin {
  return method('reset_parameters', (self, _args, _kwargs, context) => {
    for (const [name, init] of Object.entries(fills(self, context))) {
      const tensor = dictOf(self, '_parameters')?.entries.get(name)?.value ?? null;
      if (isTensorValue(tensor))
        updateTensor(context, tensor, {
          init: { name: init.name, args: init.args ?? {}, place: context.place },
          values: null,
        });
    }
    return null;
  });
}

export function uniformBound(fanIn: Dim): Init {
  const limit = typeof fanIn === 'number' ? (fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0) : undefined;
  return { name: 'uniform', args: limit === undefined ? {} : { a: -limit, b: limit } };
}
export const KAIMING: Init = {
  name: 'kaiming_uniform',
  args: { a: Math.sqrt(5), mode: 'fan_in', nonlinearity: 'leaky_relu' },
};
export const ONES: Init = { name: 'ones' };
export const ZEROS: Init = { name: 'zeros' };

/** Fan-in of a parameter of a module. */
export function fanInOf(self: PyInstance, context: Context): Dim {
  const weight = readAttribute(self, 'weight', context);
  if (!isTensorValue(weight)) return context.unknown('the weight is not a tensor');
  return isUnknown(weight.data.shape) ? weight.data.shape : product(weight.data.shape.slice(1));
}

/** The template's text followed by `, bias=True` or `, bias=False`. */
export function withBias(self: PyInstance, template: string, context: Context): Value {
  const text = extraRepr(template).call([self], new Map(), context);
  if (typeof text !== 'string') return text;
  const bias = readAttribute(self, 'bias', context);
  return isUnknown(bias) ? bias : `${text}, bias=${bias === null ? 'False' : 'True'}`;
}
