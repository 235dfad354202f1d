import { defineFunction } from '../python/define.js';

/** `_unknown(reason)`: an unknown made by our own Python. */
export const makeUnknown = defineFunction('_unknown(reason)', ({ reason }, context) =>
  context.unknown(typeof reason === 'string' ? reason : 'not known'),
);
