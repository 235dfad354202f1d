/** The exception hierarchy. */
import { isInstance, isTuple, isUnknown, makeTuple } from '../coerce.js';
import { defineClass, defineFunction, defineProperty } from '../define.js';
import type { PyClass, Value } from '../value.js';
import { objectClass } from './classes.js';

function argsOf(self: Value): readonly Value[] {
  const args = isInstance(self) ? self.attrs.get('args') : undefined;
  return isTuple(args) ? args.items : [];
}

export const baseException = defineClass('BaseException', {
  bases: [objectClass],
  members: {
    __init__: defineFunction('__init__(self, *args, **kwargs)', ({ self, args }, context) => {
      if (isInstance(self)) {
        context.heap.touch(self);
        self.attrs.set('args', args as Value);
      }
      return null;
    }),
    __str__: defineFunction('__str__(self)', ({ self }, context) => {
      const args = argsOf(self as Value);
      if (args.length === 0) return '';
      return args.length === 1 ? context.str(args[0] as Value) : context.repr(makeTuple(args));
    }),
    __repr__: defineFunction('__repr__(self)', ({ self }, context) => {
      const args = argsOf(self as Value);
      const parts: string[] = [];
      for (const arg of args) {
        const text = context.repr(arg);
        if (isUnknown(text)) return text;
        parts.push(text);
      }
      return `${context.typeOf(self as Value).name}(${parts.join(', ')})`;
    }),
    with_traceback: defineFunction('with_traceback(self, tb, /)', ({ self }) => self as Value),
    add_note: defineFunction('add_note(self, note, /)', () => null),
    __traceback__: defineProperty(() => null),
    __suppress_context__: false,
    __cause__: null,
    __context__: null,
  },
});

const classes = new Map<string, PyClass>([['BaseException', baseException]]);

/** `Name: Parent` in order of definition. */
const HIERARCHY = `
SystemExit:BaseException KeyboardInterrupt:BaseException GeneratorExit:BaseException BaseExceptionGroup:BaseException Exception:BaseException
StopIteration:Exception StopAsyncIteration:Exception
ArithmeticError:Exception FloatingPointError:ArithmeticError OverflowError:ArithmeticError ZeroDivisionError:ArithmeticError
AssertionError:Exception AttributeError:Exception BufferError:Exception EOFError:Exception ExceptionGroup:BaseExceptionGroup
ImportError:Exception ModuleNotFoundError:ImportError
LookupError:Exception IndexError:LookupError KeyError:LookupError
MemoryError:Exception NameError:Exception UnboundLocalError:NameError
OSError:Exception BlockingIOError:OSError ChildProcessError:OSError ConnectionError:OSError BrokenPipeError:ConnectionError
ConnectionAbortedError:ConnectionError ConnectionRefusedError:ConnectionError ConnectionResetError:ConnectionError
FileExistsError:OSError FileNotFoundError:OSError InterruptedError:OSError IsADirectoryError:OSError NotADirectoryError:OSError
PermissionError:OSError ProcessLookupError:OSError TimeoutError:OSError
ReferenceError:Exception RuntimeError:Exception NotImplementedError:RuntimeError RecursionError:RuntimeError
SyntaxError:Exception IndentationError:SyntaxError TabError:IndentationError SystemError:Exception
TypeError:Exception ValueError:Exception UnicodeError:ValueError UnicodeDecodeError:UnicodeError UnicodeEncodeError:UnicodeError UnicodeTranslateError:UnicodeError
Warning:Exception DeprecationWarning:Warning PendingDeprecationWarning:Warning RuntimeWarning:Warning SyntaxWarning:Warning UserWarning:Warning
FutureWarning:Warning ImportWarning:Warning UnicodeWarning:Warning BytesWarning:Warning ResourceWarning:Warning EncodingWarning:Warning
`;
for (const pair of HIERARCHY.trim().split(/\s+/)) {
  const [name = '', parent = ''] = pair.split(':');
  const base = classes.get(parent);
  if (!base) throw new Error(`${name} is defined before its parent ${parent}`);
  classes.set(name, defineClass(name, { bases: [base] }));
}

// KeyError shows its key as `repr` does.
classes.get('KeyError')?.namespace.set(
  '__str__',
  defineFunction('__str__(self)', ({ self }, context) => {
    const args = argsOf(self as Value);
    if (args.length === 1) return context.repr(args[0] as Value);
    return args.length === 0 ? '' : context.repr(makeTuple(args));
  }),
);
classes.get('StopIteration')?.namespace.set(
  'value',
  defineProperty((self) => argsOf(self)[0] ?? null),
);
classes.get('SystemExit')?.namespace.set(
  'code',
  defineProperty((self) => argsOf(self)[0] ?? null),
);
for (const [name, position] of [
  ['errno', 0],
  ['strerror', 1],
  ['filename', 2],
] as const)
  classes.get('OSError')?.namespace.set(
    name,
    defineProperty((self) => (argsOf(self).length > 1 ? (argsOf(self)[position] ?? null) : null)),
  );
for (const name of ['name', 'path'])
  classes.get('ImportError')?.namespace.set(
    name,
    defineProperty((self) => (isInstance(self) ? (self.attrs.get(`_${name}`) ?? null) : null)),
  );
classes.get('ImportError')?.namespace.set(
  'msg',
  defineProperty((self) => argsOf(self)[0] ?? null),
);

/** Exception classes by name, with the old names of `OSError`. */
export const exceptionClasses: ReadonlyMap<string, PyClass> = classes;
export const exceptionAliases: ReadonlyMap<string, string> = new Map([
  ['IOError', 'OSError'],
  ['EnvironmentError', 'OSError'],
]);
