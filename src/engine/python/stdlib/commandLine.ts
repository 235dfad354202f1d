/** `argparse`: the defaults, as an empty command line gives them. */
import { textOf } from '../coerce.js';
import { defineFunction, type ModelledModule } from '../define.js';
import source from './argparse.py';

export const argparseModules: readonly ModelledModule[] = [
  {
    name: 'argparse',
    source,
    members: () => ({
      _not_given: defineFunction('_not_given(name)', ({ name }, context) =>
        context.unknown(`'${textOf(name)}' is given on the command line`),
      ),
    }),
  },
];
