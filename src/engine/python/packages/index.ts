/**
 * Small packages that configuration code leans on. Where their own source could be followed it is preferred (`fallback`); those
 * that build their classes by generating code or in compiled parts are always described.
 */
import { classAnnotation } from '../annotations.js';
import { asString, isClass, isDict, makeTuple, textOf } from '../coerce.js';
import { defineFunction, type ModelledModule } from '../define.js';
import { identity, plainClass, silent } from '../stdlib/tools.js';
import type { PyClass, Value } from '../value.js';
import attrSource from './attr.py';
import beartypeSource from './beartype.py';
import addictSource from './addict.py';
import configSource from './config.py';
import munchSource from './munch.py';
import mlCollectionsSource from './mlCollections.py';
import omegaconfSource from './omegaconf.py';
import packagingSource from './packaging.py';
import pydanticSource from './pydantic.py';
import yacsSource from './yacs.py';
import { yamlModule } from './yaml.js';

/** Names a class body annotates, without class variables. */
function annotatedNames(cls: PyClass): string[] {
  const annotations = cls.namespace.get('__annotations__');
  if (!isDict(annotations)) return [];
  return [...annotations.entries.values()].flatMap(({ key, value }) =>
    typeof key === 'string' && !/^['"]?(\w+\.)?ClassVar\b/.test(asString(value) ?? '') ? [key] : [],
  );
}

const NOT_GIVEN: Value = { kind: 'singleton', name: 'Ellipsis' };

const pydanticHelpers: Readonly<Record<string, Value>> = {
  _fields: defineFunction('_fields(cls)', ({ cls }, context) => {
    if (!isClass(cls)) return context.list([]);
    const fields = new Map<string, Value>();
    for (const parent of [...cls.mro].reverse()) {
      if (parent.module === 'pydantic') continue;
      for (const name of annotatedNames(parent)) {
        if (name.startsWith('_') || name === 'model_config') continue;
        const written = parent.namespace.get(name);
        fields.set(name, written === undefined ? NOT_GIVEN : written);
      }
    }
    return context.list([...fields].map(([name, value]) => makeTuple([name, value])));
  }),
  _annotation: defineFunction('_annotation(cls, name)', ({ cls, name }, context) => {
    const owner = isClass(cls) ? cls.mro.find((parent) => annotatedNames(parent).includes(textOf(name))) : undefined;
    const annotations = owner?.namespace.get('__annotations__');
    const text = isDict(annotations) ? annotations.entries.get(textOf(name))?.value : undefined;
    return owner && typeof text === 'string' ? classAnnotation(context, owner, text) : null;
  }),
  _arity: defineFunction('_arity(func)', ({ func }) =>
    typeof func === 'object' && func?.kind === 'function' ? func.node.params.length : 2,
  ),
};

const attrHelpers: Readonly<Record<string, Value>> = {
  _annotated: defineFunction('_annotated(cls)', ({ cls }, context) =>
    context.list(isClass(cls) ? annotatedNames(cls) : []),
  ),
  _Nothing: plainClass('_Nothing', 'attr', { __bool__: defineFunction('__bool__(self)', () => false) }),
};

/** For what a description in Python leaves open. */
const openQuestion: Readonly<Record<string, Value>> = {
  _unknown: defineFunction('_unknown(reason)', ({ reason }, context) => context.unknown(textOf(reason ?? null))),
};

/** Types that stand in annotations only: `Float[Tensor, "b c"]`. */
function annotationTypes(module: string, names: string): Record<string, Value> {
  return Object.fromEntries(names.split(' ').map((name) => [name, plainClass(name, module)]));
}

const progress = `
class tqdm:
    def __init__(self, iterable=None, *args, **kwargs):
        self.iterable = iterable
        self.total = kwargs.get("total")

    def __iter__(self):
        return iter(self.iterable)

    def __len__(self):
        return len(self.iterable)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return False

    def update(self, *args, **kwargs):
        pass

    close = reset = refresh = clear = set_description = set_postfix = set_postfix_str = set_description_str = update

    @staticmethod
    def write(*args, **kwargs):
        pass


def trange(*args, **kwargs):
    return tqdm(range(*args), **kwargs)
`;

export const commonPackages: readonly ModelledModule[] = [
  yamlModule,
  {
    name: 'pydantic',
    isPackage: true,
    source: pydanticSource,
    members: () => ({
      ...pydanticHelpers,
      ...annotationTypes(
        'pydantic',
        'PositiveInt PositiveFloat NonNegativeInt NonNegativeFloat StrictInt StrictStr StrictBool StrictFloat',
      ),
    }),
  },
  // The names of version 1 lie in a package of their own since version 2; what configuration uses of them is the same.
  ...['pydantic', 'pydantic.v1'].flatMap((name): ModelledModule[] => [
    { name: `${name}.dataclasses`, source: 'from dataclasses import dataclass\n' },
    { name: `${name}.error_wrappers`, source: 'from pydantic import ValidationError, display_errors\n' },
    { name: `${name}.utils`, source: 'from pydantic import deep_update\n' },
  ]),
  { name: 'pydantic.v1', isPackage: true, source: 'from pydantic import *\n' },
  { name: 'pydantic_settings', source: 'from pydantic import BaseSettings\nSettingsConfigDict = dict\n' },
  { name: 'attr', isPackage: true, source: attrSource, members: () => attrHelpers },
  {
    name: 'attrs',
    isPackage: true,
    source:
      'from attr import *\nfrom attr import NOTHING, Factory, define, mutable, frozen, field, fields, has, asdict, evolve, validators, converters, setters\n',
  },
  { name: 'packaging', isPackage: true },
  { name: 'packaging.version', source: packagingSource },
  { name: 'packaging.specifiers', source: 'from packaging.version import InvalidSpecifier, Specifier, SpecifierSet\n' },
  { name: 'packaging.requirements', source: 'from packaging.version import InvalidRequirement, Requirement\n' },
  {
    name: 'packaging.utils',
    source:
      'from packaging.version import canonicalize_name, canonicalize_version\nNormalizedName = str\nBuildTag = tuple\n',
  },
  { name: 'easydict', fallback: true, source: configSource },
  { name: 'addict', isPackage: true, fallback: true, source: addictSource },
  { name: 'munch', isPackage: true, fallback: true, source: munchSource },
  { name: 'yacs', isPackage: true, fallback: true },
  { name: 'yacs.config', fallback: true, source: yacsSource, members: () => openQuestion },
  {
    name: 'ml_collections',
    isPackage: true,
    fallback: true,
    source: 'from ml_collections import config_dict\nfrom ml_collections.config_dict import *\n',
  },
  { name: 'ml_collections.config_dict', fallback: true, source: mlCollectionsSource },
  // Its own source reads references with a generated parser.
  { name: 'omegaconf', isPackage: true, source: omegaconfSource, members: () => openQuestion },
  { name: 'omegaconf.dictconfig', source: 'from omegaconf import DictConfig\n' },
  { name: 'omegaconf.listconfig', source: 'from omegaconf import ListConfig\n' },
  { name: 'omegaconf.omegaconf', source: 'from omegaconf import OmegaConf, open_dict, read_write, flag_override\n' },
  {
    name: 'omegaconf.errors',
    source:
      'from omegaconf import OmegaConfBaseException, ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, ReadonlyConfigError, ValidationError, UnsupportedValueType\n',
  },
  { name: 'tqdm', isPackage: true, fallback: true, source: progress },
  { name: 'tqdm.auto', fallback: true, source: 'from tqdm import tqdm, trange\n' },
  { name: 'tqdm.notebook', fallback: true, source: 'from tqdm import tqdm, trange\n' },
  // Their own source writes checks as code while it decorates, which says nothing about models and takes long to follow.
  {
    name: 'beartype',
    isPackage: true,
    source: beartypeSource,
    members: () => openQuestion,
  },
  { name: 'beartype.typing', source: 'from typing import *\n' },
  { name: 'beartype.door', source: 'from beartype import is_bearable, die_if_unbearable\n' },
  { name: 'beartype.vale', source: 'from beartype import Is, IsAttr, IsEqual, IsInstance, IsSubclass\n' },
  {
    name: 'beartype.claw',
    source: 'from beartype import beartype_this_package, beartype_package, beartype_packages, beartype_all\n',
  },
  {
    name: 'beartype.roar',
    source:
      'from beartype import BeartypeException, BeartypeCallHintViolation, BeartypeCallHintParamViolation, BeartypeCallHintReturnViolation, BeartypeDoorHintViolation, BeartypeDecorHintPep585DeprecationWarning\n',
  },
  {
    name: 'typeguard',
    members: () => ({ typechecked: identity('typechecked'), check_type: identity('check_type') }),
  },
  {
    name: 'jaxtyping',
    members: () => ({
      ...annotationTypes(
        'jaxtyping',
        'Float Int Bool Num Shaped Real Inexact Complex Integer UInt Float16 Float32 Float64 BFloat16 Int8 Int16 Int32 Int64 UInt8 Key PyTree ArrayLike Array',
      ),
      jaxtyped: identity('jaxtyped'),
      install_import_hook: silent('install_import_hook'),
    }),
  },
];
