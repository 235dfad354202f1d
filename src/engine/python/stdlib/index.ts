/**
 * The modelled part of the standard library. Modules are described in TypeScript where exactness or speed matter, in Python
 * (the `.py` files of this folder) where Python's own semantics do.
 */
import type { ModelledModule } from '../define.js';
import { builtinClasses, builtins } from '../builtins/index.js';
import { abcModule, collectionsAbcModule, numbersModule } from './abc.js';
import collectionsSource from './collections.py';
import { copyModule } from './copy.js';
import { dataclassesModule } from './dataclasses.js';
import { enumModule } from './enum.js';
import { functoolsModule } from './functools.js';
import { itertoolsModule } from './itertools.js';
import { mathModules } from './math.js';
import { namedtuple } from './namedTuple.js';
import { operatorModule } from './operator.js';
import { typingModules } from './typing.js';

export const stdlib: readonly ModelledModule[] = [
  { name: 'builtins', members: () => Object.fromEntries([...builtins].filter(([name]) => builtinClasses.has(name) || name !== '__debug__')) },
  abcModule,
  collectionsAbcModule,
  { name: 'collections', isPackage: true, members: () => ({ namedtuple }), source: collectionsSource },
  copyModule,
  dataclassesModule,
  enumModule,
  functoolsModule,
  itertoolsModule,
  ...mathModules,
  numbersModule,
  operatorModule,
  ...typingModules,
];
