/** How many samples a model is trained on, where the project says it. */
import { evaluateSource, type Interpreter } from '../python/index.js';
import type { Project } from '../project/index.js';
import type { CallExpr, SourceFile } from '../syntax/index.js';
import { isNamedNear, trainingContext, valueOf } from '../training/index.js';
import { importsOf, packageOf, qualifiedName } from '../training/names.js';
import { sliceFor, sliceText } from '../training/slice.js';
import { findAll } from '../training/tree.js';
import { spanOf } from './counts.js';
import { evaluateApart } from './evaluateApart.js';
import type { CapacityReport } from './types.js';

/** Sizes of well-known training sets: those that `train=True` chooses, and those that are the default of `split`. */
const BY_TRAIN: Readonly<Record<string, number>> = {
  MNIST: 60_000,
  FashionMNIST: 60_000,
  KMNIST: 60_000,
  USPS: 7291,
  CIFAR10: 50_000,
  CIFAR100: 50_000,
};
const BY_SPLIT: Readonly<Record<string, number>> = { SVHN: 73_257, STL10: 5000, ImageNet: 1_281_167, Food101: 75_750 };

function knownSize(file: SourceFile, project: Project, call: CallExpr): number | null {
  importsOf(file, packageOf(project, file));
  const name = qualifiedName(file, call.func);
  if (!name?.startsWith('torchvision.datasets.')) return null;
  const kind = name.slice('torchvision.datasets.'.length);
  const switched = BY_TRAIN[kind];
  if (switched !== undefined) {
    const train = valueOf(call, 'train', 1);
    return train === null || (train.kind === 'Constant' && train.value === true) ? switched : null;
  }
  const split = call.args.find(({ name: argument }) => argument === 'split')?.value;
  const isTraining = call.args.filter(({ name: argument }) => argument === null).length < 2;
  const isDefault = split === undefined || (split.kind === 'String' && split.value === 'train');
  return isTraining && isDefault ? (BY_SPLIT[kind] ?? null) : null;
}

/** `null` where nothing says it, or several things do. */
export function samplesFor(
  interpreter: Interpreter,
  project: Project,
  path: string,
  qualname: string,
): CapacityReport['samples'] {
  if (!isNamedNear(project, path, 'DataLoader')) return null;
  const context = trainingContext(project, { path, qualname });
  const loader = context?.trainLoader;
  if (!context || !loader?.dataset) return null;
  const origins = context.code.origins(loader.file, loader.dataset);
  const [origin] = origins;
  if (origins.length !== 1 || origin?.expr.kind !== 'Call') return null;
  const { file, expr } = origin;
  const count = knownSize(file, project, expr) ?? lengthOf(interpreter, file, expr);
  return count === null
    ? null
    : { count, source: file.slice(expr), span: spanOf({ file, start: expr.start, end: expr.end }) };
}

/** `len(dataset)`, of what can be made from what stands in the file. */
function lengthOf(interpreter: Interpreter, file: SourceFile, expr: CallExpr): number | null {
  const slice = sliceFor(file, expr);
  if ('reason' in slice || findAll(expr, 'Lambda').length > 0) return null;
  const value = evaluateApart(interpreter, file, (home) =>
    evaluateSource(
      interpreter,
      home,
      sliceText(slice, (text) => `len(${text})`),
    ),
  );
  return typeof value === 'number' ? value : null;
}
