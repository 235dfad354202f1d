/** `pydoc.locate`, by which configurations name classes. */
import { asString, firstUnknown, isUnknown } from '../coerce.js';
import { defineFunction, type ModelledModule } from '../define.js';
import type { Value } from '../value.js';

export const pydocModule: ModelledModule = {
  name: 'pydoc',
  members: () => ({
    locate: defineFunction('locate(path, forceload=0)', ({ path }, context) => {
      const text = asString(path);
      if (text === undefined) return firstUnknown(path) ?? context.unknown('what is to be located is not known');
      const [first = '', ...rest] = text.split('.').filter(Boolean);
      let name = first;
      let found: Value = context.importModule(first);
      for (const part of rest) {
        if (isUnknown(found)) return found;
        name += `.${part}`;
        const isModule: boolean = typeof found === 'object' && found?.kind === 'module';
        const attribute: Value | undefined = context.getAttribute(found, part);
        found = attribute !== undefined ? attribute : isModule ? context.importModule(name) : null;
        if (found === null) return null;
      }
      return found;
    }),
  }),
};
