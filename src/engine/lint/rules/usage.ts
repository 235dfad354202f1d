/** R: modules that are made and not used, or called past their hooks. */
import { ownMembers } from '../../model/index.js';
import { classesOf, type CallExpr, type ClassDef } from '../../syntax/index.js';
import type { PyInstance, Value } from '../../python/value.js';
import { numelOf } from '../../torch/dims.js';
import { isModule } from '../../torch/nn/module.js';
import { modulePaths, type ModuleCall } from '../../torch/trace.js';
import {
  callsIn,
  classAround,
  dotted,
  findAll,
  functionAround,
  isModuleClassDef,
  moduleClassOf,
  nearFiles,
} from '../../training/index.js';
import type { Program } from '../program.js';
import type { Finding, Rule } from '../types.js';
import { grouped } from '../../../texts.js';

/** A class that goes through its children without naming them. */
const BY_OTHER_MEANS =
  /\b(?:getattr|children|named_children|modules|named_modules|_modules|__dict__|add_module|register_module|vars|globals)\b/;

/** All modules whose forward ran. */
function called(program: Program): Set<PyInstance> {
  const found = new Set<PyInstance>();
  for (const event of program.rehearsal.events)
    if (event.kind === 'op') for (let at: ModuleCall | null = event.call; at; at = at.parent) found.add(at.module);
  return found;
}

const R08: Rule = {
  id: 'R08',
  title: 'Layer that nothing uses',
  star: false,
  severity: 'info',
  why: String.raw`Its parameters are saved, moved and given to the optimizer, and never get a gradient. \`DistributedDataParallel\` raises an error for parameters that take no part in the
loss, and a layer that was forgotten in \`forward\` is often a mistake.`,
  wrong: `
def __init__(self):
    super().__init__()
    self.fc1 = nn.Linear(8, 8)
    self.fc2 = nn.Linear(8, 8)

def forward(self, x):
    return self.fc1(x)`,
  right: `
def __init__(self):
    super().__init__()
    self.fc1 = nn.Linear(8, 8)

def forward(self, x):
    return self.fc1(x)`,
  sources: ['PyTorch documentation: torch.nn.parallel.DistributedDataParallel, find_unused_parameters'],
  *check(program) {
    const ran = called(program);
    const { file, project } = program;
    for (const node of classesOf(file)) {
      // Only a class of its own, whose bases are not the user's: those may use it.
      if (node.bases.length !== 1 || !isModuleClassDef(project, file, node)) continue;
      const instances = program.rehearsal.instances.filter(
        ({ cls }) => cls.name === node.name && cls.place?.file === file && cls.place.start <= node.end,
      );
      const instance = instances.find((each) => ran.has(each));
      if (!instance || instance.cls.mro.length < 2 || !instance.cls.mro[1]?.module.startsWith('torch.')) continue;
      if (BY_OTHER_MEANS.test(file.slice(node)) || isExtended(program, node)) continue;
      yield* unused(program, instance, ran);
    }
  },
};

function* unused(program: Program, instance: PyInstance, ran: ReadonlySet<PyInstance>): Generator<Finding> {
  const { file, project } = program;
  for (const { name, value } of ownMembers(instance).children) {
    if (ran.has(value) || !isModule(value)) continue;
    const parts = [...modulePaths(value).keys()];
    if (parts.some((part) => ran.has(part))) continue;
    const tensors = parts.flatMap((part) => ownMembers(part).parameters.map((each) => each.value));
    if (tensors.length === 0) continue;
    const mention = new RegExp(`\\b${name}\\b`, 'g');
    const assignment = program.rehearsal.assignments.find((each) => each.module === instance && each.name === name);
    const { place = null } = assignment ?? {};
    if (!program.isHere(place) || (file.text.match(mention) ?? []).length !== 1) continue;
    // Others may take it from outside.
    if (
      nearFiles(project, file.path).some(
        (path) => path !== file.path && new RegExp(`\\.${name}\\b`).test(project.text(path) ?? ''),
      )
    )
      continue;
    let count: number | null = 0;
    for (const { data } of tensors) {
      const size = numelOf(data.shape);
      count = count === null || typeof size !== 'number' ? null : count + size;
    }
    yield {
      message: `self.${name} is never used${count === null ? '' : `: ${grouped(count)} parameters without a gradient`}. Use it in forward, or remove it.`,
      place,
    };
  }
}

/** Whether another class of the project has this one as its base. */
function isExtended({ project, file }: Program, node: ClassDef): boolean {
  const base = new RegExp(`class\\s+\\w+\\s*\\([^)]*\\b${node.name}\\b`);
  return nearFiles(project, file.path).some((path) => base.test(project.text(path) ?? ''));
}

const R11: Rule = {
  id: 'R11',
  title: 'forward called by name',
  star: false,
  severity: 'info',
  why: String.raw`\`model(x)\` runs the hooks and then \`forward\`; \`model.forward(x)\` skips them: those of weight norm and spectral norm in their old forms, of pruning, of feature extraction, of
\`DistributedDataParallel\`.`,
  wrong: `
y = model.forward(x)`,
  right: `
y = model(x)`,
  sources: ['PyTorch documentation: torch.nn.Module.forward'],
  *check(program) {
    const { file } = program;
    for (const call of callsIn(file)) {
      const { func } = call;
      if (func.kind !== 'Attribute' || func.attr !== 'forward' || !isUsersModule(program, call)) continue;
      const place = { file, start: func.value.end, end: func.end };
      yield {
        message: `This skips the hooks of ${file.slice(func.value)}. Call ${file.slice(func.value)}(…).`,
        place,
        fix: { title: 'Call the module', edits: [{ place, text: '' }] },
      };
    }
  },
};

/** Whether `x.forward(…)` is called on something that is known to be a module and calls its forward as usual. */
function isUsersModule({ project, file, rehearsal }: Program, call: CallExpr): boolean {
  if (call.func.kind !== 'Attribute') return false;
  const name = dotted(call.func.value);
  const own = /^self\.(\w+)$/.exec(name ?? '')?.[1];
  if (own !== undefined) {
    const node = classAround(file, call);
    return rehearsal.instances.some(
      ({ cls, attrs }) =>
        cls.name === node?.name && cls.place?.file === file && isPlainModule(memberOf(attrs.get('_modules'), own)),
    );
  }
  if (name === null || !/^\w+$/.test(name) || name === 'self' || name === 'super') return false;
  const scope = functionAround(file, call);
  const made = findAll(scope ? scope.body : file.ast.body, 'Assign').filter(({ targets }) =>
    targets.some((target) => dotted(target) === name),
  );
  return (
    made.length > 0 &&
    made.every(({ value }) => {
      if (value.kind !== 'Call') return false;
      const found = moduleClassOf(project, file, value.func);
      return found !== null && !found.node.body.some((each) => each.kind === 'FunctionDef' && each.name === '__call__');
    })
  );
}

function memberOf(dict: Value | undefined, name: string): Value | undefined {
  if (typeof dict !== 'object' || dict?.kind !== 'dict') return undefined;
  return [...dict.entries.values()].find(({ key }) => key === name)?.value;
}

const isPlainModule = (value: Value | undefined): boolean =>
  isModule(value) && !value.cls.mro.some((cls) => !cls.module.startsWith('torch.') && cls.namespace.has('__call__'));

export const usageRules: readonly Rule[] = [R08, R11];
