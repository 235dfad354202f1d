/**
 * Well-known bases of modules whose constructors register nothing, for packages whose source is not at hand: a model built on
 * one of them is counted in full instead of "at least".
 */
import { defineFunction, type ModelledModule } from '../../python/define.js';
import type { PyInstance, Value } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import { moduleClass } from '../nn/module.js';
import { isInstance } from '../nn/objects.js';
import initialisedSource from './initialised.py';
import lightningSource from './lightning.py';
import mixinsSource from './mixins.py';

/** Names of the parameters of every constructor of a class: `kwargs` parameters are marked. */
function constructorParameters(self: PyInstance): Map<string, boolean> {
  const names = new Map<string, boolean>();
  for (const cls of self.cls.mro) {
    const init = cls.namespace.get('__init__');
    if (typeof init !== 'object' || init?.kind !== 'function') continue;
    for (const param of init.node.params.slice(1)) names.set(param.name, param.form === 'doubleStar');
  }
  return names;
}

/** `self.save_hyperparameters()`: the arguments of the constructor that is running become `self.hparams`. */
const saveHyperparameters = defineFunction(
  'save_hyperparameters(self, *args, ignore=None, frame=None, logger=True)',
  ({ self, args, ignore }, context) => {
    if (!isInstance(self)) return self ?? null;
    const given = typeof args === 'object' && args?.kind === 'tuple' ? args.items : [];
    const [first] = given;
    if (first !== undefined && typeof first !== 'string')
      return isUnknown(first) ? null : context.callMethod(self, '_set_hparams', [first]);
    const ignored =
      typeof ignore === 'string' ? [ignore] : ignore === null || ignore === undefined ? [] : context.items(ignore);
    if (isUnknown(ignored)) return ignored;
    const values: [Value, Value][] = [];
    const parameters = constructorParameters(self);
    for (const [name, value] of context.env?.vars ?? []) {
      if (
        value === undefined ||
        !parameters.has(name) ||
        ignored.includes(name) ||
        (given.length > 0 && !given.includes(name))
      )
        continue;
      if (parameters.get(name) && typeof value === 'object' && value?.kind === 'dict')
        for (const entry of value.entries.values()) values.push([entry.key, entry.value]);
      else values.push([name, value]);
    }
    return context.callMethod(self, '_set_hparams', [context.dict(values)]);
  },
);

const LIGHTNING = ['LightningModule', 'LightningDataModule'];
const HOME = 'pytorch_lightning.core.module';

const from = (name: string, home: string, names: readonly string[], fallback: boolean): ModelledModule => ({
  name,
  isPackage: true,
  fallback,
  source: `from ${home} import ${names.join(', ')}\n`,
});

const MM = 'mmengine.model.base_module';
const MM_NAMES = ['BaseModule', 'ModuleDict', 'ModuleList', 'Sequential'];

export const baseModules: readonly ModelledModule[] = [
  from('pytorch_lightning', HOME, LIGHTNING, false),
  from('pytorch_lightning.core', HOME, LIGHTNING, false),
  {
    name: HOME,
    members: () => ({ Module: moduleClass, _save_hyperparameters: saveHyperparameters }),
    source: lightningSource,
  },
  from('pytorch_lightning.core.lightning', HOME, LIGHTNING, false),
  from('lightning', HOME, LIGHTNING, false),
  from('lightning.pytorch', HOME, LIGHTNING, false),
  from('lightning.pytorch.core', HOME, LIGHTNING, false),
  { name: 'huggingface_hub', isPackage: true, fallback: true, source: mixinsSource },
  { name: 'mmengine', isPackage: true, fallback: true },
  from('mmengine.model', MM, MM_NAMES, true),
  { name: MM, fallback: true, source: initialisedSource },
  { name: 'mmcv', isPackage: true, fallback: true },
  from('mmcv.runner', MM, MM_NAMES, true),
];
