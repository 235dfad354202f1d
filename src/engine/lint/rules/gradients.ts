/** T: gradients that are never cleared, or too early. */
import type { Place } from '../../python/value.js';
import type { SourceFile, Span } from '../../syntax/index.js';
import type { ObservedOp, ObservedStep } from '../../torch/rehearsal.js';
import { ancestorsOf, callsIn, findAll, functionAround, lastName, nearFiles, type Node } from '../../training/index.js';
import type { Program } from '../program.js';
import { callAt, fixOrNone } from '../source.js';
import { inOneBlock, lineAbove, moveStatement, statementAt } from '../statements.js';
import type { Rule } from '../types.js';

type Event = ObservedOp | ObservedStep;

const isBackward = (event: Event): event is ObservedOp => event.kind === 'op' && event.name === 'backward';
/** The text of what a method was called on: `optimizer` of `optimizer.step()`. */
function receiverOf(place: Place | null): string | null {
  const call = callAt(place);
  return call?.func.kind === 'Attribute' && place ? place.file.slice(call.func.value) : null;
}

/**
 * Gradients that are cleared by hand rather than by `zero_grad`: `p.grad = None`, `p.grad.zero_()`, `p.grad.data = …`, `p.grad *= 0`,
 * or not kept at all.
 */
const CLEARED_BY_HAND =
  /\.grad(?:\.data)?(?:\[[^\]]*\])?\s*[-+*/]?=(?!=)|\.grad\.(?:data\.)?(?:zero_|fill_|mul_|copy_|detach_|set_|sub_)|autograd\.grad\(|["']grad["']/;

/** Names under which something clears gradients. */
const CLEARS = /^_?(?:zero|clear|reset|clean|flush|none|set)\w*_?grad(?:s|ient|ients)?(?:_|$)|^zero_(?:grad|param)/i;

/** The outermost loop around a place in its function, or the function. */
function roundOf(place: Place): Node | null {
  const statement = statementAt(place);
  if (!statement) return null;
  const above = ancestorsOf(place.file, statement);
  const end = above.findIndex(({ kind }) => kind === 'FunctionDef' || kind === 'ClassDef');
  const within = end < 0 ? above : above.slice(0, end);
  const loop = within.findLast(({ kind }) => kind === 'For' || kind === 'While');
  return loop ?? functionAround(place.file, statement);
}

/**
 * Whether gradients may be cleared where the rehearsal didn't see it: by hand, or by something with such a name that isn't known to be
 * an optimizer or a module.
 */
function mayClear(program: Program, places: readonly (Place | null)[]): boolean {
  const { file, project, rehearsal } = program;
  for (const place of places) {
    // Written around it, it may be that of an optimizer that changes: seen once, and not the next time.
    const around = place && roundOf(place);
    if (around && findAll(around, 'Call').some(({ func }) => CLEARS.test(lastName(func) ?? ''))) return true;
  }
  const files = new Set<SourceFile>([file]);
  for (const place of places) if (place) files.add(place.file);
  const seen = new Set<string>();
  for (const event of rehearsal.events)
    if (event.kind === 'step' && event.name === 'zero_grad' && event.place)
      seen.add(`${event.place.start} ${event.place.file.path}`);
  for (const each of files) {
    if (CLEARED_BY_HAND.test(each.text)) return true;
    for (const call of callsIn(each))
      if (CLEARS.test(lastName(call.func) ?? '') && !seen.has(`${call.start} ${each.path}`)) return true;
  }
  // A helper in another file.
  return nearFiles(project, file.path).some((path) => {
    const text = project.text(path) ?? '';
    return CLEARED_BY_HAND.test(text) && [...files].some((each) => project.importedFiles(each.path).includes(path));
  });
}

const T01: Rule = {
  id: 'T01',
  title: 'Gradients never cleared',
  star: true,
  severity: 'error',
  why: String.raw`\`backward()\` adds to the gradients that are there. Without \`zero_grad()\` step $t$ uses $\sum_{s\le t} g_s$ instead of $g_t$: old gradients, taken at weights that no longer
exist, drive the update, and it grows until training diverges.`,
  wrong: `
for x, y in loader:
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()`,
  right: `
for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()`,
  sources: ['PyTorch documentation: torch.optim.Optimizer.zero_grad'],
  *check(program) {
    const { events } = program.rehearsal;
    let pending: ObservedOp | null = null;
    let stepped: ObservedStep | null = null;
    for (const event of events) {
      const step = event.kind === 'step' ? event : null;
      if (step?.name === 'zero_grad') stepped = pending = null;
      else if (isBackward(event)) {
        // A second gradient after an update, and nothing was cleared in between.
        if (stepped && pending && program.isHere(event.place) && samePlace(pending.place, event.place)) {
          const { place } = event;
          const statement = statementAt(place);
          const optimizer = receiverOf(stepped.place);
          if (!statement || mayClear(program, [place, stepped.place])) continue;
          yield {
            message:
              'The gradients are never cleared: each backward() adds to those of all steps before. Call zero_grad() first.',
            place,
            ...(optimizer && stepped.place?.file === place.file
              ? {
                  fix: lineAbove(place.file, statement, `${optimizer}.zero_grad()`, `Insert ${optimizer}.zero_grad()`),
                }
              : {}),
          };
        }
        pending = event;
      } else if (step?.name === 'step' && pending) stepped = step;
    }
  },
};

const samePlace = (a: Place | null, b: Place | null): boolean =>
  a !== null && b !== null && a.file === b.file && a.start === b.start;

/** Whether gradients are computed between two statements, be it of a loss that could not be followed. */
const callsBackward = (file: SourceFile, from: Span, to: Span): boolean =>
  callsIn(file).some(({ func, start }) => start > from.end && start < to.start && lastName(func) === 'backward');

const T02: Rule = {
  id: 'T02',
  title: 'Gradients cleared before the step',
  star: false,
  severity: 'error',
  why: String.raw`\`zero_grad()\` sets the gradients to \`None\` (the default), and \`step()\` skips parameters without one: nothing is ever updated.`,
  wrong: `
loss.backward()
optimizer.zero_grad()
optimizer.step()`,
  right: `
optimizer.zero_grad()
loss.backward()
optimizer.step()`,
  sources: ['PyTorch documentation: torch.optim.Optimizer.zero_grad'],
  *check(program) {
    let computed: ObservedOp | null = null;
    let cleared: ObservedStep | null = null;
    for (const event of program.rehearsal.events) {
      const step = event.kind === 'step' ? event : null;
      if (isBackward(event)) {
        computed = event;
        cleared = null;
      } else if (step?.name === 'zero_grad') cleared = computed ? step : null;
      else if (step?.name === 'step') {
        const late = cleared && computed && cleared.self === step.self ? inOneBlock(cleared.place, step.place) : null;
        // A step behind a condition isn't the one that follows.
        const follows = late && step.place && late.second === statementAt(step.place);
        const inOrder =
          late && late.first.start < late.second.start && !callsBackward(late.file, late.first, late.second);
        if (computed && cleared?.place && follows && inOrder) {
          const both = inOneBlock(cleared.place, computed.place);
          yield {
            message:
              'The gradients are cleared between backward() and step(): the step has nothing to apply. Clear them before backward().',
            place: cleared.place,
            ...fixOrNone(
              both && moveStatement(both.file, both.first, 'above', both.second, 'Clear them before backward()'),
            ),
          };
        }
        computed = null;
        cleared = null;
      }
    }
  },
};

export const gradientRules: readonly Rule[] = [T01, T02];
