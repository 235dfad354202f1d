/**
 * The modelled part of the standard library. Modules are described in TypeScript where exactness or speed matter, in Python
 * (the `.py` files of this folder) where Python's own semantics do.
 */
import type { ModelledModule } from '../define.js';
import { builtins } from '../builtins/index.js';
import { commonPackages } from '../packages/index.js';
import { abcModule, collectionsAbcModule, numbersModule } from './abc.js';
import { astModule } from './ast.js';
import bisectSource from './bisect.py';
import collectionsSource from './collections.py';
import { argparseModules } from './commandLine.js';
import contextlibSource from './contextlib.py';
import contextvarsSource from './contextvars.py';
import { copyModule } from './copy.js';
import { dataclassesModule } from './dataclasses.js';
import { enumModule } from './enum.js';
import fnmatchSource from './fnmatch.py';
import { functoolsModule } from './functools.js';
import heapqSource from './heapq.py';
import { inspectModules } from './inspect.js';
import ioSource from './io.py';
import { itertoolsModule } from './itertools.js';
import { jsonModule } from './json.js';
import { loggingModules } from './logging.js';
import { mathModules } from './math.js';
import { namedtuple } from './namedTuple.js';
import { opaqueModules } from './opaque.js';
import { operatorModule } from './operator.js';
import { osModules } from './os.js';
import { pydocModule } from './pydoc.js';
import { reModule } from './re.js';
import { runtimeModules } from './runtime.js';
import statisticsSource from './statistics.py';
import stringSource from './string.py';
import textwrapSource from './textwrap.py';
import { typesModule } from './types.js';
import { typingModules } from './typing.js';
import urlparseSource from './urlparse.py';

const described: readonly ModelledModule[] = [
  { name: 'builtins', members: () => Object.fromEntries(builtins) },
  abcModule,
  astModule,
  ...argparseModules,
  { name: 'bisect', source: bisectSource },
  { name: 'collections', isPackage: true, members: () => ({ namedtuple }), source: collectionsSource },
  collectionsAbcModule,
  { name: 'contextlib', source: contextlibSource },
  { name: 'contextvars', source: contextvarsSource },
  copyModule,
  dataclassesModule,
  enumModule,
  { name: 'fnmatch', source: fnmatchSource },
  functoolsModule,
  { name: 'heapq', source: heapqSource },
  ...inspectModules,
  { name: 'io', source: ioSource, members: () => ({ open: builtins.get('open') ?? null }) },
  itertoolsModule,
  jsonModule,
  ...loggingModules,
  ...mathModules,
  numbersModule,
  operatorModule,
  ...osModules,
  reModule,
  ...runtimeModules,
  pydocModule,
  { name: 'statistics', source: statisticsSource },
  { name: 'string', source: stringSource },
  { name: 'textwrap', source: textwrapSource },
  typesModule,
  ...typingModules,
  { name: 'urllib.parse', source: urlparseSource },
];

/** The standard library, and the small packages that configuration code leans on. */
export const stdlib: readonly ModelledModule[] = [
  ...described,
  ...opaqueModules(new Set(described.map(({ name }) => name))),
  ...commonPackages,
];
