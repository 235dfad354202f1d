/**
 * The modelled part of the standard library. Modules are described in TypeScript where exactness or speed matter, in Python
 * (the `.py` files of this folder) where Python's own semantics do.
 */
import type { ModelledModule } from '../define.js';
import { builtinClasses, builtins } from '../builtins/index.js';
import { abcModule, collectionsAbcModule, numbersModule } from './abc.js';
import collectionsSource from './collections.py';
import { argparseModules } from './commandLine.js';
import { copyModule } from './copy.js';
import { dataclassesModule } from './dataclasses.js';
import { enumModule } from './enum.js';
import { functoolsModule } from './functools.js';
import { inspectModules } from './inspect.js';
import { itertoolsModule } from './itertools.js';
import { loggingModules } from './logging.js';
import { mathModules } from './math.js';
import { namedtuple } from './namedTuple.js';
import { opaqueModules } from './opaque.js';
import { operatorModule } from './operator.js';
import { typingModules } from './typing.js';

const described: readonly ModelledModule[] = [
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
  ...argparseModules,
  ...inspectModules,
  ...loggingModules,
];

/** What is described, and by name alone what isn't: an import of the standard library never fails. */
export const stdlib: readonly ModelledModule[] = [
  ...described,
  ...opaqueModules(new Set(described.map((module) => module.name))),
];
