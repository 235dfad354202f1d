/** `function.__code__`: an object that stands for the function it was taken from, so that `types.FunctionType` can copy it. */
import { objectClass } from './builtins/classes.js';
import { defineClass } from './define.js';
import type { PyFunction, PyInstance } from './value.js';

export const codeClass = defineClass('code', { bases: [objectClass] });

/** The function behind each code object. */
export const codes = new WeakMap<PyInstance, PyFunction>();
