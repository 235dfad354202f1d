/** R03: tensors of a module that it doesn't take along. */
import type { CallExpr, Expr, FunctionDef, SourceFile, Stmt } from '../../syntax/index.js';
import { isTensor, type Shape } from '../../torch/tensor.js';
import {
  classAround,
  definitionOf,
  dotted,
  findAll,
  functionAround,
  lastName,
  lineageOf,
  methodOf,
  namesIn,
  nearFiles,
  parentOf,
  qualifiedName,
  statementOf,
  type ModuleClass,
  type Node,
} from '../../training/index.js';
import { assignmentOf, ownModules, writtenAs, type AssignmentText } from '../attributes.js';
import type { Program } from '../program.js';
import { quoted } from '../source.js';
import type { Rule } from '../types.js';

const R03: Rule = {
  id: 'R03',
  title: 'Tensor attribute that is no buffer',
  star: true,
  severity: 'warning',
  why: String.raw`A plain tensor attribute isn't registered: \`model.to("cuda")\` leaves it on the CPU, and forward then fails with tensors on two devices. A buffer
moves with the module and is saved with it (\`persistent=False\` leaves it out of the state dict). Where the constructor or its caller put the tensor on a device, forward works as long as the module stays on
that one: there the finding is an information only.`,
  wrong: `
self.scale = torch.tensor([0.5, 1.0, 2.0])`,
  right: `
self.register_buffer("scale", torch.tensor([0.5, 1.0, 2.0]))`,
  sources: ['PyTorch documentation: torch.nn.Module.register_buffer'],
  *check(program) {
    for (const module of ownModules(program)) {
      for (const [name, value] of module.attrs) {
        if (!isTensor(value) || value.data.role !== 'tensor' || value.data.requiresGrad) continue;
        // One number on the CPU goes with tensors of every device.
        if (Array.isArray(value.data.shape) && value.data.shape.length === 0) continue;
        const assignment = assignmentOf(program, module, name);
        const text = assignment && writtenAs(assignment);
        const init = text && functionAround(text.file, text.statement);
        if (!text || init?.name !== '__init__') continue;
        const node = classAround(text.file, text.statement);
        if (node?.name !== module.cls.name) continue;
        const classes = lineageOf(program.project, { file: text.file, node });
        const reads = readsOf(classes, name);
        if (reads.length === 0 || reads.every((read) => staysBehind(read) || isOneNumber(read, value.data.shape)))
          continue;
        if (isSetElsewhere(program, classes, name, text.statement) || movesByHand(classes, name)) continue;
        const { start, end } = text.statement;
        const isChosen = isPlaced(program, value.data.device, text, init);
        yield {
          message: isChosen
            ? `self.${name} is a tensor but no buffer: it stays on the device where it is when the model moves, and the state dict doesn't have it. Use register_buffer.`
            : `self.${name} is a tensor but no buffer: model.to(device) leaves it behind, and the state dict doesn't have it. Use register_buffer.`,
          place: { file: text.file, start, end },
          ...(isChosen ? { severity: 'info' as const } : {}),
          fix: {
            title: 'Use register_buffer',
            edits: [
              {
                place: { file: text.file, start, end },
                text: `self.register_buffer(${quoted(text.file, name)}, ${text.file.slice(text.value)})`,
              },
            ],
          },
        };
      }
    }
  },
};

interface Read {
  readonly file: SourceFile;
  readonly func: FunctionDef;
  readonly expr: Expr;
}

const isSelf = (node: Expr): boolean => node.kind === 'Name' && node.id === 'self';

/** Reads of `self.name` in `forward` and in the methods and properties that it uses, those of base classes too. */
function readsOf(classes: readonly ModuleClass[], name: string): Read[] {
  const reads: Read[] = [];
  const seen = new Set<FunctionDef>();
  const visit = (method: string): void => {
    for (const { file, node } of classes) {
      const func = methodOf(node, method);
      if (!func || seen.has(func)) continue;
      seen.add(func);
      for (const expr of findAll(func.body, 'Attribute')) {
        if (!isSelf(expr.value)) continue;
        if (expr.attr === name) reads.push({ file, func, expr });
        else visit(expr.attr);
      }
    }
  };
  visit('forward');
  return reads;
}

/** Where the value is moved at each use, nothing is missing but the state dict. */
const MOVING = new Set(['to', 'cuda', 'type_as', 'device', 'cpu']);
/** What is asked on the CPU: numbers, or how large it is. */
const HOST_SIDE = new Set(['tolist', 'item', 'numpy', 'shape', 'size', 'dim', 'ndim', 'numel', 'dtype', 'is_cuda']);
const HOST_CALLS = /^(?:len|int|float|bool|print|range|isinstance|torch\.multinomial|multinomial)$/;

/** Whether a read doesn't meet the tensors of forward: it is moved there, only picks elements, or is only asked for numbers. */
function staysBehind({ file, func, expr }: Read): boolean {
  const outer = endOfChain(file, expr);
  if (outer === null) return true;
  const parent = parentOf(file, outer);
  // An index may lie on the CPU whatever the tensor is on; so may what is compared with `is None`.
  const holder = parent?.kind === 'Tuple' ? parentOf(file, parent) : parent;
  if (holder?.kind === 'Subscript' && holder.value !== outer) return true;
  if (parent?.kind === 'Compare' && /\bis\b/.test(file.slice(parent))) return true;
  const call = parent?.kind === undefined && parent ? parentOf(file, parent) : parent;
  if (call?.kind === 'Call' && call.func !== outer) {
    // Helpers like `to_device(self.table, x)` move it.
    if (HOST_CALLS.test(dotted(call.func) ?? '') || /device|cuda|move/i.test(lastName(call.func) ?? '')) return true;
  }
  // Moved under another name: `table = self.table`, then `table.to(x.device)`.
  const statement = statementOf(file, expr);
  const [target] = statement?.kind === 'Assign' && statement.value === outer ? statement.targets : [];
  return (
    target?.kind === 'Name' && new RegExp(`\\b${target.id}\\b[^\\n=]*\\.(?:to|cuda|type_as)\\(`).test(file.slice(func))
  );
}

/** A read of one element of a vector by a number or a loop's counter: a tensor without axes. */
function isOneNumber({ file, func, expr }: Read, shape: Shape): boolean {
  const parent = parentOf(file, expr);
  if (!Array.isArray(shape) || shape.length !== 1 || parent?.kind !== 'Subscript' || parent.value !== expr)
    return false;
  const { index } = parent;
  if (index.kind === 'Number') return true;
  return (
    index.kind === 'Name' &&
    findAll(func.body, 'For').some(({ target, iter }) => {
      const counter = target.kind === 'Tuple' ? target.elements[0] : target;
      const from = iter.kind === 'Call' ? dotted(iter.func) : null;
      return counter?.kind === 'Name' && counter.id === index.id && (from === 'enumerate' || from === 'range');
    })
  );
}

/** The whole of `self.name[0].view(-1)`; `null` where the chain moves the tensor or asks it for numbers. */
function endOfChain(file: SourceFile, expr: Expr): Node | null {
  let at: Node = expr;
  for (let parent = parentOf(file, at); parent; parent = parentOf(file, at)) {
    if (parent.kind === 'Attribute') {
      if (MOVING.has(parent.attr) || HOST_SIDE.has(parent.attr)) return null;
    } else if (
      !(parent.kind === 'Subscript' && parent.value === at) &&
      !(parent.kind === 'Call' && parent.func === at)
    ) {
      break;
    }
    at = parent;
  }
  return at;
}

/** Whether something else than this statement gives the attribute a value: another method, another class, code outside. */
function isSetElsewhere(
  { project, file }: Program,
  classes: readonly ModuleClass[],
  name: string,
  known: Stmt,
): boolean {
  const isTarget = (target: Expr): boolean =>
    target.kind === 'Tuple' || target.kind === 'List'
      ? target.elements.some(isTarget)
      : target.kind === 'Attribute' && target.attr === name && isSelf(target.value);
  const within = classes.some(
    ({ node }) =>
      findAll(node.body, 'Assign').some((each) => each !== known && each.targets.some(isTarget)) ||
      findAll(node.body, 'AnnAssign').some((each) => each !== known && isTarget(each.target)) ||
      findAll(node.body, 'AugAssign').some((each) => isTarget(each.target)) ||
      findAll(node.body, 'For').some((each) => isTarget(each.target)),
  );
  if (within) return true;
  // `model.table = model.table.to(device)` by who uses it, or a buffer of that name in other cases.
  const outside = new RegExp(`(?<!\\bself)\\.${name}\\s*=(?!=)|\\.${name}\\.data\\b|["']${name}["']`);
  return nearFiles(project, file.path).some((path) => outside.test(project.text(path) ?? ''));
}

/** Methods by which a module is moved. */
const MOVES = ['_apply', 'to', 'cuda', 'cpu'];

/** The class takes its tensors along itself. */
function movesByHand(classes: readonly ModuleClass[], name: string): boolean {
  return classes.some(({ file, node }) =>
    MOVES.some((method) => {
      const func = methodOf(node, method);
      return func !== null && new RegExp(`\\b${name}\\b|__dict__|setattr|getattr|vars\\(`).test(file.slice(func));
    }),
  );
}

const PLACES = /\bdevice\b|\.cuda\(|\.to\(/;
/** These make a tensor of their own, on the CPU, whatever they are given. */
const CREATES =
  /^(?:torch|numpy)\.(?:\w*tensor|from_numpy|\w*Tensor|zeros|ones|full|empty|a?range|linspace|eye|rand\w*)$/;

/** Whether somebody chose where it lies: the constructor, which put it on a device, or who gave the tensor to the constructor. */
function isPlaced(program: Program, device: string, { file, value }: AssignmentText, init: FunctionDef): boolean {
  if (device !== 'cpu') return true;
  const given = new Set(init.params.slice(1).map(({ name }) => name));
  const setBefore = (isIt: (target: Expr) => boolean, depth: number): boolean =>
    findAll(init.body, 'Assign').some(
      (each) => each.end < value.start && each.targets.some(isIt) && isGiven(each.value, depth + 1),
    );
  const isGiven = (expr: Expr, depth: number): boolean => {
    if (PLACES.test(file.slice(expr))) return true;
    switch (expr.kind) {
      case 'Name':
        if (given.has(expr.id)) return true;
        return depth < 3 && setBefore((target) => namesIn(target).has(expr.id), depth);
      case 'Attribute':
        if (!isSelf(expr.value)) return isGiven(expr.value, depth);
        return depth < 3 && setBefore((target) => file.slice(target) === file.slice(expr), depth);
      case 'Subscript':
        return isGiven(expr.value, depth);
      case 'Binary':
        return isGiven(expr.left, depth) || isGiven(expr.right, depth);
      case 'Call': {
        const name = qualifiedName(file, expr.func);
        if (name !== null && CREATES.test(name)) return false;
        const helper = helperOf(program, file, expr);
        if (helper) {
          const makes = findAll(helper.node.body, 'Call').some(({ func }) =>
            CREATES.test(qualifiedName(helper.file, func) ?? ''),
          );
          if (makes) return PLACES.test(helper.file.slice(helper.node));
        } else if (expr.func.kind === 'Attribute' && name === null && !isSelf(expr.func.value))
          return isGiven(expr.func.value, depth);
        return expr.args.some((arg) => isGiven(arg.value, depth));
      }
      default:
        return false;
    }
  };
  return isGiven(value, 0);
}

/** The user's own function or method that a constructor calls. */
function helperOf(
  { project }: Program,
  file: SourceFile,
  call: CallExpr,
): { readonly file: SourceFile; readonly node: FunctionDef } | null {
  const { func } = call;
  if (func.kind === 'Attribute' && isSelf(func.value)) {
    const cls = classAround(file, call);
    const node = cls && methodOf(cls, func.attr);
    return node && { file, node };
  }
  const found = definitionOf(project, file, func);
  return found?.node.kind === 'FunctionDef' ? { file: found.file, node: found.node } : null;
}

export const bufferRules: readonly Rule[] = [R03];
