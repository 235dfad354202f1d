/**
 * `torch.Tensor` as a class object. It stands alone so that the classes derived from it (`Parameter`, `Buffer`) and the
 * operations table can both import it, whichever is loaded first; `tensorType.ts` adds the constructor and the members.
 */
import { defineClass } from '../python/define.js';
import type { PyClass } from '../python/value.js';

export const tensorClass: PyClass = defineClass('Tensor', { module: 'torch', layout: 'native' });
