/** The tree of a module instance with the counts of every node. */
import type { Int } from '../python/symint.js';
import { isUnknown, type Interpreter } from '../python/index.js';
import type { PyInstance, Unknown } from '../python/value.js';
import type { TensorNative } from '../torch/tensor.js';
import { elementsOf, isTrainable, ownMembers, Sum, type OwnMembers } from './counts.js';
import { OwnWalks } from './ownWalks.js';

export interface ModuleNode {
  readonly name: string;
  /** Dotted path from the root, `''` for the root. */
  readonly path: string;
  readonly instance: PyInstance;
  /** Parameters the node holds itself, each tensor once within the node. */
  readonly own: Int | Unknown;
  readonly total: Int | Unknown;
  readonly trainable: Int | Unknown;
  /** Path of the first place where this very module, or all its own parameters, were registered. */
  readonly shared: string | null;
  readonly children: readonly ModuleNode[];
}

export interface ModelCounts {
  readonly root: ModuleNode;
  /** Each parameter once. */
  readonly total: Sum;
  readonly trainable: Sum;
  readonly frozen: Sum;
  readonly buffers: Sum;
  /** Distinct modules, the root included; unknown when a part of the tree is. */
  readonly modules: number | Unknown;
  /** What the root's own `parameters()` gives where that is not just what is registered. */
  readonly told: ReadonlySet<TensorNative> | null;
}

interface Collected {
  readonly parameters: Set<TensorNative>;
  readonly unknowns: Unknown[];
}

/**
 * Walks everything below `root`. Must run inside a run of the interpreter: classes that tell their parameters by methods of
 * their own are asked by them.
 */
export function countModel(root: PyInstance, interpreter: Interpreter): ModelCounts {
  const walks = new OwnWalks(interpreter);
  const modules = new Map<PyInstance, string>();
  const parameterPaths = new Map<TensorNative, string>();
  const buffers = new Set<TensorNative>();
  const bufferSum = new Sum();
  const known = new Map<PyInstance, Collected>();
  const looked = new Map<PyInstance, OwnMembers>();
  const membersOf = (module: PyInstance): OwnMembers => {
    let members = looked.get(module);
    if (!members) looked.set(module, (members = ownMembers(module)));
    return members;
  };

  const collect = (module: PyInstance, active: Set<PyInstance>): Collected => {
    const cached = known.get(module);
    if (cached) return cached;
    const result: Collected = { parameters: new Set(), unknowns: [] };
    known.set(module, result);
    walks.look(module);
    active.add(module);
    const members = membersOf(module);
    result.unknowns.push(...members.unknowns);
    for (const { value } of members.parameters) result.parameters.add(value);
    for (const { value } of members.buffers) buffers.add(value);
    for (const { value } of members.children) {
      if (active.has(value)) continue;
      const inner = collect(value, active);
      for (const tensor of inner.parameters) result.parameters.add(tensor);
      result.unknowns.push(...inner.unknowns);
    }
    active.delete(module);
    return result;
  };

  const sums = (
    tensors: Iterable<TensorNative>,
    unknowns: readonly Unknown[],
  ): { total: Sum; trainable: Sum; frozen: Sum } => {
    const total = new Sum();
    const trainable = new Sum();
    const frozen = new Sum();
    for (const unknown of unknowns) for (const sum of [total, trainable, frozen]) sum.add(unknown);
    for (const tensor of tensors) {
      const count = elementsOf(tensor);
      total.add(count);
      const trained = isTrainable(tensor);
      if (typeof trained === 'boolean') (trained ? trainable : frozen).add(count);
      else for (const sum of [trainable, frozen]) sum.add(trained);
    }
    return { total, trainable, frozen };
  };

  const told = (module: PyInstance, { parameters, unknowns }: Collected): ReturnType<typeof sums> => {
    const said = walks.parameters(module);
    if (said === null) return sums(parameters, unknowns);
    return isUnknown(said) ? sums(parameters, [...unknowns, said]) : sums(said, []);
  };

  const build = (name: string, path: string, instance: PyInstance, above: Set<PyInstance>): ModuleNode => {
    const firstPath = modules.get(instance);
    if (firstPath === undefined) modules.set(instance, path);
    const members = membersOf(instance);
    const { parameters, unknowns } = collect(instance, new Set());
    const { total, trainable } = told(instance, { parameters, unknowns });
    const own = sums(new Set(members.parameters.map((member) => member.value)), members.unknowns).total;
    const tied =
      members.parameters.length > 0 && members.parameters.every(({ value }) => parameterPaths.has(value))
        ? parameterPaths.get(members.parameters[0]?.value as TensorNative)
        : undefined;
    for (const member of members.parameters)
      if (!parameterPaths.has(member.value))
        parameterPaths.set(member.value, path === '' ? member.name : `${path}.${member.name}`);
    const nested = new Set(above).add(instance);
    const children = members.children
      .filter(({ value }) => !nested.has(value))
      .map((child) => build(child.name, path === '' ? child.name : `${path}.${child.name}`, child.value, nested));
    return {
      name,
      path,
      instance,
      own: own.value,
      total: total.value,
      trainable: trainable.value,
      shared: firstPath ?? tied ?? null,
      children,
    };
  };

  const all = collect(root, new Set());
  const saidBuffers = walks.buffers(root);
  const knownBuffers = isUnknown(saidBuffers) ? null : saidBuffers;
  for (const tensor of knownBuffers ?? buffers) bufferSum.add(elementsOf(tensor));
  if (isUnknown(saidBuffers)) bufferSum.add(saidBuffers);
  if (!knownBuffers) for (const unknown of all.unknowns) bufferSum.add(unknown);
  const { total, trainable, frozen } = told(root, all);
  const tree = build('', '', root, new Set());
  const walked = all.unknowns[0] ?? modules.size;
  const saidModules = walks.modules(root);
  const said = walks.parameters(root);
  const isUsual =
    said === null ||
    isUnknown(said) ||
    (said.length === all.parameters.size && said.every((each) => all.parameters.has(each)));
  return {
    root: tree,
    total,
    trainable,
    frozen,
    buffers: bufferSum,
    modules: isUnknown(saidModules) ? saidModules : (saidModules?.length ?? walked),
    told: isUsual ? null : new Set(said),
  };
}
