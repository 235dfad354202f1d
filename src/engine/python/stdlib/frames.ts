/** Frame objects: who called. Registries look there for the name of the package that makes them. */
import { isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, defineProperty } from '../define.js';
import { objectClass } from '../builtins/classes.js';
import type { PyInstance, PyModule, Value } from '../value.js';

interface Shown {
  readonly module: PyModule;
  readonly depth: number;
}

/** What a frame object stands for; frames are only looked at while they run. */
const shown = new WeakMap<PyInstance, Shown>();

const codeOfFrame = defineClass('code', { bases: [objectClass] });

const frameClass = defineClass('frame', {
  bases: [objectClass],
  members: {
    f_globals: defineProperty((self, context) => {
      const module = moduleOfFrame(self);
      return module
        ? context.requireAttribute(module, '__dict__')
        : context.unknown('the module of this frame is not known');
    }),
    f_back: defineProperty((self, context) => {
      const frame = shown.get(self as PyInstance);
      return frame ? frameFromBottom(frame.depth - 1, context) : context.unknown('the caller is not known');
    }),
    f_locals: defineProperty((_self, context) => context.unknown('local variables of a caller are not described')),
    f_lineno: defineProperty((_self, context) => context.unknown('line numbers at run time are not described')),
  },
});

/**
 * The frame at a place in the stack, outermost first. Below the top level of a module that is being imported lie the import system's own
 * frames, of which nothing is known.
 */
function frameFromBottom(depth: number, context: Context): Value {
  const { stack } = context;
  const frame = stack[depth];
  const above = stack[depth + 1];
  if (!frame || above?.isTopLevel) return context.unknown('who imports this module is not known');
  const code = context.instance(codeOfFrame, [
    ['co_name', frame.isTopLevel ? '<module>' : frame.name],
    ['co_filename', frame.module.file?.path ?? '<unknown>'],
  ]);
  const object = context.instance(frameClass, [['f_code', code]]);
  shown.set(object, { module: frame.module, depth });
  return object;
}

/** The module whose code a frame object runs; `undefined` for anything else. */
export function moduleOfFrame(value: Value): PyModule | undefined {
  return typeof value === 'object' && value?.kind === 'instance' ? shown.get(value)?.module : undefined;
}

/** `sys._getframe(depth)`. */
export const getFrame = defineFunction('_getframe(depth=0, /)', ({ depth }, context) =>
  isUnknown(depth)
    ? depth
    : typeof depth === 'number'
      ? frameFromBottom(context.stack.length - 1 - depth, context)
      : context.raise('TypeError', 'an integer is required'),
);

/** `inspect.currentframe()`. */
export const currentFrame = defineFunction('currentframe()', (_args, context) =>
  frameFromBottom(context.stack.length - 1, context),
);

/** `inspect.getmodule(object)`. */
export const getModule = defineFunction('getmodule(object, _filename=None)', ({ object }, context) => {
  if (object === undefined || isUnknown(object)) return object ?? null;
  if (typeof object === 'object' && object?.kind === 'module') return object;
  if (typeof object === 'object' && object?.kind === 'function') return object.module;
  const running = moduleOfFrame(object);
  if (running) return running;
  if (typeof object === 'object' && object?.kind === 'class') return context.importVisible(object.module);
  if (typeof object === 'object' && object?.kind === 'method')
    return typeof object.func === 'object' && object.func?.kind === 'function'
      ? object.func.module
      : context.unknown('the module of this object is not known');
  return context.unknown('the module of this object is not known');
});
