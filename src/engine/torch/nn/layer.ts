/**
 * Layers as table rows: a signature whose arguments become attributes, and the call that `forward` makes. So a layer costs no
 * interpretation, and its operators are recorded at the user's own line.
 */
import { NO_KWARGS } from '../../python/coerce.js';
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, parseSignature, type Bound } from '../../python/define.js';
import type { PyBuiltin, PyClass, PyInstance, Value } from '../../python/value.js';
import { initialise, moduleClass } from './module.js';
import { isInstance, isUnknown } from './objects.js';

type Argument =
  | { readonly type: 'parameter'; readonly name: string }
  | { readonly type: 'attribute'; readonly name: string }
  | { readonly type: 'literal'; readonly value: Value };

interface Call {
  /** `F`, `torch`, or a parameter of `forward` whose method is called. */
  readonly on: string;
  readonly name: string;
  readonly args: readonly Argument[];
  readonly kwargs: readonly (readonly [string, Argument])[];
}

function literal(text: string): Value | undefined {
  if (text === 'True' || text === 'False') return text === 'True';
  if (text === 'None') return null;
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^-?[\d.e-]+$/.test(text)) return { kind: 'float', value: Number(text) };
  return /^'[^']*'$/.test(text) ? text.slice(1, -1) : undefined;
}

function parseArgument(text: string): Argument {
  if (text.startsWith('self.')) return { type: 'attribute', name: text.slice(5) };
  const value = literal(text);
  return value === undefined ? { type: 'parameter', name: text } : { type: 'literal', value };
}

function parseCall(text: string): Call {
  const match = /^(\w+)\.(\w+)\((.*)\)$/.exec(text);
  if (!match) throw new Error(`malformed forward: ${text}`);
  const args: Argument[] = [];
  const kwargs: (readonly [string, Argument])[] = [];
  for (const part of (match[3] ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')) {
    const keyword = /^(\w+)=(.*)$/.exec(part);
    if (keyword) kwargs.push([keyword[1] ?? '', parseArgument(keyword[2] ?? '')]);
    else args.push(parseArgument(part));
  }
  return { on: match[1] ?? '', name: match[2] ?? '', args, kwargs };
}

/** An attribute of a module, past the search through its classes where it lies in `__dict__`. */
export function readAttribute(self: PyInstance, name: string, context: Context): Value {
  return self.taint
    ? context.requireAttribute(self, name)
    : (self.attrs.get(name) ?? context.requireAttribute(self, name));
}

/** A function of `torch.nn.functional` or `torch`. */
export function torchFunction(
  module: 'torch.nn.functional' | 'torch' | 'torch._VF',
  name: string,
  context: Context,
): Value {
  const found = context.importModule(module);
  return isUnknown(found) ? found : context.requireAttribute(found, name);
}

/**
 * `forward` of a class from `'input, target'` and `'F.l1_loss(input, target, reduction=self.reduction)'`.
 * @param check runs before the call and raises what the layer raises
 */
export function forwardMethod(
  owner: string,
  params: string,
  body: string,
  check?: (self: PyInstance, args: Bound, context: Context) => void,
): PyBuiltin {
  const call = parseCall(body);
  return defineFunction(`${owner}.forward(self, ${params})`, (bound, context) => {
    const self = bound['self'];
    if (!isInstance(self)) return self ?? null;
    check?.(self, bound, context);
    const read = (argument: Argument): Value => {
      switch (argument.type) {
        case 'literal':
          return argument.value;
        case 'attribute':
          return readAttribute(self, argument.name, context);
        case 'parameter':
          return bound[argument.name] ?? null;
      }
    };
    const args = call.args.map(read);
    const kwargs =
      call.kwargs.length === 0 ? NO_KWARGS : new Map(call.kwargs.map(([name, argument]) => [name, read(argument)]));
    if (call.on === 'F') return context.call(torchFunction('torch.nn.functional', call.name, context), args, kwargs);
    if (call.on === 'torch') return context.call(torchFunction('torch', call.name, context), args, kwargs);
    return context.callMethod(bound[call.on] ?? null, call.name, args, kwargs);
  });
}

/**
 * `extra_repr` from a template: `{name}` is an attribute's `str`, `{name!r}` its `repr`, and `[inplace|, ]` writes
 * `, inplace=True` when the attribute is true.
 */
export function extraRepr(template: string): PyBuiltin {
  return defineFunction('extra_repr(self)', ({ self }, context) => {
    if (!isInstance(self)) return self ?? null;
    let text = '';
    for (const part of template.split(/(\{[^}]*\}|\[[^\]]*\])/)) {
      if (part.startsWith('{')) {
        const [name = '', form] = part.slice(1, -1).split('!');
        const value = readAttribute(self, name, context);
        const shown = form === 'r' ? context.repr(value) : context.str(value);
        if (isUnknown(shown)) return shown;
        text += shown;
      } else if (part.startsWith('[')) {
        const [name = '', before = ''] = part.slice(1, -1).split('|');
        const truth = context.truth(readAttribute(self, name, context));
        if (isUnknown(truth)) return truth;
        if (truth) text += `${before}${name}=True`;
      } else text += part;
    }
    return text;
  });
}

/** Constructor signatures of the classes that are described here, as Python text: `(in_features, out_features, bias=True)`. */
export const layerSignatures = new Map<PyClass, string>();

export interface LayerOptions {
  readonly base?: PyClass;
  /** Parameters of `forward` (default `input`). */
  readonly takes?: string;
  readonly forward?: string;
  /** Runs before `forward`. */
  readonly check?: (self: PyInstance, args: Bound, context: Context) => void;
  /** Runs after the attributes are set; raises what the constructor raises, or changes them. */
  readonly init?: (self: PyInstance, args: Bound, context: Context) => void;
  /** Attribute names that differ from the argument's (`p: 'norm'`), or `null` for arguments that are not kept. */
  readonly attributes?: Readonly<Record<string, string | null>>;
  readonly repr?: string;
  readonly members?: Readonly<Record<string, Value>>;
}

/** A layer without parameters: `layer('activation', 'ELU(alpha=1.0, inplace=False)', { forward: 'F.elu(…)' })`. */
export function layer(module: string, signature: string, options: LayerOptions = {}): PyClass {
  const { name, params } = parseSignature(signature);
  const inner = /\((.*)\)$/s.exec(signature)?.[1] ?? '';
  const kept = params.flatMap((param) => {
    const attribute = options.attributes?.[param.name];
    return attribute === null ? [] : [[param.name, attribute ?? param.name] as const];
  });
  const init = defineFunction(`${name}.__init__(self${inner === '' ? '' : `, ${inner}`})`, (bound, context) => {
    const { self } = bound;
    if (!isInstance(self)) return self ?? null;
    initialise(self, context);
    for (const [param, attribute] of kept) self.attrs.set(attribute, bound[param] ?? null);
    options.init?.(self, bound, context);
    return null;
  });
  const inherits = inner === '' && options.base !== undefined;
  const cls = defineClass(name, {
    module: `torch.nn.modules.${module}`,
    bases: [options.base ?? moduleClass],
    members: {
      ...(inherits ? {} : { __init__: init }),
      ...(options.forward === undefined
        ? {}
        : { forward: forwardMethod(name, options.takes ?? 'input', options.forward, options.check) }),
      ...(options.repr === undefined ? {} : { extra_repr: extraRepr(options.repr) }),
      ...options.members,
    },
  });
  if (!inherits) layerSignatures.set(cls, `(${inner})`);
  return cls;
}

export function asNumber(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value?.kind === 'float' ? value.value : undefined;
}
