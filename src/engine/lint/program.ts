/** What rules look at: one file, run and watched (see `torch/rehearsal.ts`), with questions that many rules ask. */
import type { Project } from '../project/index.js';
import type { Interpreter } from '../python/index.js';
import type { Place, PyInstance, Unknown, Value } from '../python/value.js';
import type { SourceFile } from '../syntax/index.js';
import type { ObservedOp, ObservedStep, Rehearsal } from '../torch/rehearsal.js';
import type { CallSignal } from '../torch/signal/flow.js';
import { isTensor, type OpNode, type TensorData } from '../torch/tensor.js';
import { trainingContext, type TrainingContext } from '../training/index.js';

/** Operators that give the same numbers in another order or shape. */
const SAME_NUMBERS = new Set([
  'view',
  'reshape',
  'flatten',
  'unflatten',
  'squeeze',
  'unsqueeze',
  'transpose',
  'permute',
  'movedim',
  'swapaxes',
  'contiguous',
  'clone',
  'to',
  'float',
  'double',
  'half',
  'bfloat16',
  'cuda',
  'cpu',
  'type_as',
  't',
  'mT',
  'expand',
  'view_as',
  'reshape_as',
  'select',
  'slice',
  'getitem',
  'chunk',
  'split',
  'unbind',
  'alias',
  'identity',
]);

export class Program {
  private readonly byNode = new Map<OpNode, ObservedOp>();
  /** Operators by their names, each with its number in the order of the run. */
  private readonly byName = new Map<string, { readonly at: number; readonly op: ObservedOp }[]>();
  private readonly readersOf = new Map<OpNode, number>();
  private foundTraining: TrainingContext | null | undefined;

  constructor(
    readonly project: Project,
    readonly interpreter: Interpreter,
    readonly file: SourceFile,
    readonly rehearsal: Rehearsal,
    /** What the signal is at every layer of a module at initialisation, or why that can't be told. */
    readonly signalOf: (module: PyInstance) => readonly CallSignal[] | Unknown,
  ) {
    rehearsal.events.forEach((event, at) => {
      if (event.kind !== 'op') return;
      if (event.node && !this.byNode.has(event.node)) this.byNode.set(event.node, event);
      const made = new Set(Object.values(event.tensors).map(({ node }) => node));
      for (const node of made) if (node) this.readersOf.set(node, (this.readersOf.get(node) ?? 0) + 1);
      const named = this.byName.get(event.name);
      if (named) named.push({ at, op: event });
      else this.byName.set(event.name, [{ at, op: event }]);
    });
  }

  /** How the file's model is trained, as far as the text tells; `null` where the file has no part in it. */
  get training(): TrainingContext | null {
    // Looking for it goes through all files around: worth it only where a rule has something to say.
    if (!/\b(?:backward\(|DataLoader|DistributedSampler)/.test(this.file.text)) return null;
    if (this.foundTraining === undefined) this.foundTraining = trainingContext(this.project, { path: this.file.path });
    return this.foundTraining;
  }

  /** Operators of these names that ran, each line of the user's code once for each way it was reached. */
  ops(...names: readonly string[]): ObservedOp[] {
    const lists = [...new Set(names)].flatMap((name) => this.byName.get(name) ?? []);
    if (names.length > 1) lists.sort((a, b) => a.at - b.at);
    return lists.map(({ op }) => op);
  }

  /** Steps of training loops, in order. */
  steps(): ObservedStep[] {
    return this.rehearsal.events.filter((event): event is ObservedStep => event.kind === 'step');
  }

  /** How many operators read what an operator made. */
  readers({ node }: ObservedOp): number {
    return node ? (this.readersOf.get(node) ?? 0) : 0;
  }

  /** The operator whose result remembers it so. */
  madeBy(node: OpNode): ObservedOp | null {
    return this.byNode.get(node) ?? null;
  }

  /** The operator that made a tensor, reshaping and copying left out; `null` when it came from elsewhere. */
  maker(tensor: TensorData | undefined): ObservedOp | null {
    for (let at = tensor; at?.node; at = at.node.inputs[0]) {
      const { node } = at;
      if (!SAME_NUMBERS.has(node.op)) return this.byNode.get(node) ?? null;
    }
    return null;
  }

  /** Everything a tensor was computed from, itself first; each operator once. */
  *history(tensor: TensorData): Generator<ObservedOp> {
    const seen = new Set<OpNode>();
    const queue = [tensor.node];
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      if (node === null || seen.has(node)) continue;
      seen.add(node);
      const op = this.byNode.get(node);
      if (op) yield op;
      queue.push(...node.inputs.map((input) => input.node));
    }
  }

  /** The tensor given for an argument, as it was then. */
  tensor(op: ObservedOp, ...names: readonly string[]): TensorData | undefined {
    for (const name of names) {
      const found = op.tensors[name];
      if (found) return found;
    }
    return undefined;
  }

  /**
   * Where the user wrote what ran: the call in their code, or the construction of a layer that PyTorch's own containers call.
   */
  placeOf(op: ObservedOp): Place | null {
    const layer = op.call?.module;
    const caller = op.call?.parent?.module;
    if (layer && caller && isLibraryLayer(layer) && isLibraryLayer(caller))
      return layer.place && isUsers(layer.place) ? layer.place : null;
    return op.place && isUsers(op.place) ? op.place : null;
  }

  /** Whether a place is in the file that is looked at. */
  isHere(place: Place | null): place is Place {
    return place !== null && place.file.path === this.file.path;
  }
}

/** A layer of `torch.nn` itself, not of a class derived from it. */
export function isLibraryLayer(module: PyInstance): boolean {
  return module.cls.module.startsWith('torch.');
}

/** Not the engine's own Python. */
export function isUsers(place: Place): boolean {
  return !place.file.path.startsWith('<');
}

/** Sizes of a tensor when all of its axes are known in number; unknown sizes stay as they are. */
export function axesOf(tensor: TensorData | undefined): readonly unknown[] | null {
  return tensor && Array.isArray(tensor.shape) ? tensor.shape : null;
}

export function tensorIn(value: Value | undefined): TensorData | undefined {
  return isTensor(value) ? value.data : undefined;
}
