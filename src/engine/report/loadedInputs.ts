/** What a loop over a loader gives a model: a batch of what its data set holds, as far as that can be read. */
import { evaluateSource, isUnknown, type Interpreter, type PyModule, type Value } from '../python/index.js';
import { symbol } from '../python/symint.js';
import type { CallExpr, Expr, ForStmt, SourceFile } from '../syntax/index.js';
import { valueOf } from '../training/context.js';
import type { Code, Located } from '../training/code.js';
import { importsOf, packageOf, qualifiedName } from '../training/names.js';
import { sliceFor, sliceText } from '../training/slice.js';
import { ancestorsOf, findAll, statementsIn } from '../training/tree.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { makeTensor, type Dim } from '../torch/tensor.js';
import { evaluateApart } from './evaluateApart.js';

/** Images of well-known data sets: channels, height, width; `null` where they differ from image to image. */
const DATASETS: Readonly<Record<string, readonly [number, number | null, number | null]>> = {
  MNIST: [1, 28, 28],
  FashionMNIST: [1, 28, 28],
  KMNIST: [1, 28, 28],
  QMNIST: [1, 28, 28],
  EMNIST: [1, 28, 28],
  USPS: [1, 16, 16],
  CIFAR10: [3, 32, 32],
  CIFAR100: [3, 32, 32],
  SVHN: [3, 32, 32],
  STL10: [3, 96, 96],
  ImageFolder: [3, null, null],
  ImageNet: [3, null, null],
  Flowers102: [3, null, null],
  Food101: [3, null, null],
  OxfordIIITPet: [3, null, null],
  StanfordCars: [3, null, null],
  DTD: [3, null, null],
  EuroSAT: [3, 64, 64],
  PCAM: [3, 96, 96],
  GTSRB: [3, null, null],
  Caltech256: [3, null, null],
};

/** The value that an argument of a model's call has in a loop over a loader; `null` where it can't be read. */
export function loadedShape(
  interpreter: Interpreter,
  code: Code,
  file: SourceFile,
  call: CallExpr,
  argument: Expr,
): Value | null {
  const loop = ancestorsOf(file, call).find((node): node is ForStmt => node.kind === 'For');
  if (!loop) return null;
  const { target, iter } = unwrapped(loop.target, loop.iter);
  const loader = [...loadersOf(code, file, iter)][0];
  if (!loader) return null;
  const batch = batchOf(interpreter, code, loader);
  const isTaken = target.kind === 'Tuple' || target.kind === 'List';
  const first = isTaken ? target.elements[0] : target;
  if (!batch || first?.kind !== 'Name') return null;
  const value = evaluateApart(interpreter, file, (home) => {
    const scratch: PyModule = {
      ...home,
      namespace: new Map<string, Value>([...home.namespace, [first.id, isTaken ? batch : interpreter.list([batch])]]),
      saved: interpreter.heap.epoch,
    };
    for (const statement of statementsIn(loop.body))
      if (statement.end <= call.start && statement.kind === 'Assign')
        interpreter.attempt(() => evaluateSource(interpreter, scratch, file.slice(statement)));
    return evaluateSource(interpreter, scratch, file.slice(argument));
  });
  return isTensorValue(value) ? value : null;
}

/** Without `enumerate` and progress bars. */
function unwrapped(target: Expr, iter: Expr): { target: Expr; iter: Expr } {
  if (iter.kind !== 'Call' || iter.func.kind === 'Attribute') return { target, iter };
  const inner = iter.args[0]?.value;
  const name = iter.func.kind === 'Name' ? iter.func.id : '';
  if (!inner) return { target, iter };
  if (name === 'enumerate' && target.kind === 'Tuple' && target.elements[1])
    return unwrapped(target.elements[1], inner);
  return name === 'tqdm' || name === 'track' || name === 'progress_bar' ? unwrapped(target, inner) : { target, iter };
}

/** Calls of `DataLoader` that an expression may come from. */
function* loadersOf(code: Code, file: SourceFile, expr: Expr): Generator<Located<CallExpr>> {
  for (const origin of code.origins(file, expr)) {
    if (origin.expr.kind !== 'Call') continue;
    importsOf(origin.file, packageOf(code.project, origin.file));
    if (qualifiedName(origin.file, origin.expr.func) === 'torch.utils.data.DataLoader')
      yield { file: origin.file, expr: origin.expr };
  }
}

/** The first tensor of a batch. */
function batchOf(interpreter: Interpreter, code: Code, { file, expr }: Located<CallExpr>): Value | null {
  if (['collate_fn', 'batch_sampler'].some((name) => expr.args.some((arg) => arg.name === name))) return null;
  const dataset = valueOf(expr, 'dataset', 0);
  if (!dataset) return null;
  for (const origin of code.origins(file, dataset)) {
    const image = origin.expr.kind === 'Call' ? imageOf(interpreter, code, origin.file, origin.expr) : null;
    const sample = image ?? sampleOf(interpreter, origin.file, origin.expr);
    if (sample) return sample;
  }
  return null;
}

/** One image of a data set of torchvision after its transform, as a batch. */
function imageOf(interpreter: Interpreter, code: Code, file: SourceFile, call: CallExpr): Value | null {
  importsOf(file, packageOf(code.project, file));
  const name = qualifiedName(file, call.func);
  const known = name?.startsWith('torchvision.datasets.')
    ? DATASETS[name.slice('torchvision.datasets.'.length)]
    : undefined;
  const transform = call.args.find((arg) => arg.name === 'transform')?.value;
  if (!known || !transform) return null;
  let [channels, height, width]: readonly (Dim | null)[] = known;
  let isTensor = false;
  for (const step of stepsOf(code, file, transform)) {
    const kind = qualifiedName(step.file, step.expr.func)?.replace(/^torchvision\.transforms\.(v2\.)?/, '');
    const numbers = step.expr.args[0] ? integers(interpreter, step.file, step.expr.args[0].value) : null;
    switch (kind) {
      case 'Resize':
      case 'RandomResizedCrop':
      case 'CenterCrop':
      case 'RandomCrop':
        // One number of Resize is the shorter side: only square images have both by it.
        if (!numbers) return null;
        if (numbers.length === 2) [height, width] = numbers as [number, number];
        else if (kind !== 'Resize' || (height !== null && height === width)) height = width = numbers[0] ?? null;
        else height = width = null;
        break;
      case 'Pad':
        if (numbers?.length !== 1 || typeof height !== 'number' || typeof width !== 'number') return null;
        height += 2 * (numbers[0] ?? 0);
        width += 2 * (numbers[0] ?? 0);
        break;
      case 'Grayscale':
        channels = numbers?.[0] ?? 1;
        break;
      case 'ToTensor':
      case 'PILToTensor':
      case 'ToImage':
        isTensor = true;
        break;
      case 'ToDtype':
      case 'ConvertImageDtype':
      case 'Normalize':
      case 'RandomHorizontalFlip':
      case 'RandomVerticalFlip':
      case 'RandomRotation':
      case 'RandomAffine':
      case 'ColorJitter':
      case 'RandomErasing':
      case 'RandAugment':
      case 'TrivialAugmentWide':
      case 'AutoAugment':
      case 'GaussianBlur':
      case 'RandomGrayscale':
      case 'RandomPerspective':
        break;
      default:
        return null;
    }
  }
  if (!isTensor || channels === null || height === null || width === null) return null;
  return makeTensor(interpreter.heap, { shape: [symbol('B'), channels ?? 0, height ?? 0, width ?? 0] });
}

/** The calls in a `Compose([...])`, or the transform itself. */
function stepsOf(code: Code, file: SourceFile, transform: Expr): Located<CallExpr>[] {
  const [origin] = code.origins(file, transform);
  if (origin?.expr.kind !== 'Call') return [];
  importsOf(origin.file, packageOf(code.project, origin.file));
  const name = qualifiedName(origin.file, origin.expr.func);
  const list = origin.expr.args[0]?.value;
  if (!name?.endsWith('.Compose') || list?.kind !== 'List') return [{ file: origin.file, expr: origin.expr }];
  return list.elements.flatMap((element): Located<CallExpr>[] =>
    element.kind === 'Call' ? [{ file: origin.file, expr: element }] : stepsOf(code, origin.file, element),
  );
}

function integers(interpreter: Interpreter, file: SourceFile, expr: Expr): number[] | null {
  const slice = sliceFor(file, expr);
  if ('reason' in slice) return null;
  const value = evaluateApart(interpreter, file, (home) => evaluateSource(interpreter, home, sliceText(slice)));
  const items =
    typeof value === 'object' && (value?.kind === 'tuple' || value?.kind === 'list') ? value.items : [value];
  const numbers = items.filter((item): item is number => typeof item === 'number');
  return numbers.length === items.length && numbers.length > 0 && numbers.length < 3 ? numbers : null;
}

/** What a data set that can be read gives: `TensorDataset` of known tensors, or one of the project. */
function sampleOf(interpreter: Interpreter, file: SourceFile, expr: Expr): Value | null {
  const slice = sliceFor(file, expr);
  if ('reason' in slice || findAll(expr, 'Lambda').length > 0) return null;
  const value = evaluateApart(interpreter, file, (home) =>
    evaluateSource(
      interpreter,
      home,
      sliceText(slice, (text) => `${text}[0]`),
    ),
  );
  const first = typeof value === 'object' && value?.kind === 'tuple' ? value.items[0] : value;
  if (first === undefined || !isTensorValue(first) || first.taint || isUnknown(first.data.shape)) return null;
  return makeTensor(interpreter.heap, {
    shape: [symbol('B'), ...first.data.shape],
    dtype: first.data.dtype,
  });
}
