/** `match` statements. */
import type { MatchCase, Pattern, Stmt } from '../syntax/index.js';
import { execUnknownBranches } from './branches.js';
import { evaluate, evaluateCondition } from './expressions.js';
import type { Completion, Frame } from './frame.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { bindName } from './statements.js';
import type { Unknown, Value } from './value.js';

/** Runs the first case from `at` on that fits. */
export function matchCase(
  interpreter: Interpreter,
  frame: Frame,
  subject: Value,
  cases: readonly MatchCase[],
  at: number,
  run: (body: readonly Stmt[]) => Completion,
): Completion {
  for (let i = at; i < cases.length; i++) {
    const candidate = cases[i] as MatchCase;
    let fits = matches(interpreter, frame, candidate.pattern, subject);
    if (fits === true && candidate.guard) fits = evaluateCondition(interpreter, frame, candidate.guard);
    if (fits === true) return run(candidate.body);
    if (fits !== false)
      return execUnknownBranches(interpreter, frame, fits, [
        () => run(candidate.body),
        () => matchCase(interpreter, frame, subject, cases, i + 1, run),
      ]);
  }
  return undefined;
}

function matches(interpreter: Interpreter, frame: Frame, pattern: Pattern, subject: Value): boolean | Unknown {
  switch (pattern.kind) {
    case 'CapturePattern': {
      if (pattern.pattern) {
        const fits = matches(interpreter, frame, pattern.pattern, subject);
        if (fits === false) return false;
        if (pattern.name !== null) bindName(interpreter, frame, pattern.name, subject);
        return fits;
      }
      if (pattern.name !== null) bindName(interpreter, frame, pattern.name, subject);
      return true;
    }
    case 'ValuePattern':
      return interpreter.truth(interpreter.compare('==', subject, evaluate(interpreter, frame, pattern.value)));
    case 'SingletonPattern':
      return interpreter.truth(interpreter.compare('is', subject, pattern.value));
    case 'OrPattern': {
      let undecided: Unknown | null = null;
      for (const part of pattern.patterns) {
        const fits = matches(interpreter, frame, part, subject);
        if (fits === true) return true;
        if (fits !== false) undecided ??= fits;
      }
      return undecided ?? false;
    }
    case 'SequencePattern':
      return matchesSequence(interpreter, frame, pattern.patterns, subject);
    case 'MappingPattern': {
      if (isUnknown(subject)) return subject;
      if (typeof subject !== 'object' || subject?.kind !== 'dict') return false;
      const used = new Set<unknown>();
      let result: boolean | Unknown = true;
      for (const { key, pattern: inner } of pattern.entries) {
        const hash = interpreter.hashKey(evaluate(interpreter, frame, key));
        const entry = hash === undefined ? undefined : subject.entries.get(hash);
        if (!entry) return subject.taint ?? false;
        used.add(hash);
        const fits = matches(interpreter, frame, inner, entry.value);
        if (fits === false) return false;
        if (fits !== true) result = fits;
      }
      if (pattern.rest !== null) {
        const rest = [...subject.entries]
          .filter(([hash]) => !used.has(hash))
          .map(([, entry]) => [entry.key, entry.value] as const);
        bindName(interpreter, frame, pattern.rest, interpreter.dict(rest));
      }
      return result;
    }
    case 'ClassPattern':
      return matchesClass(interpreter, frame, pattern, subject);
    case 'StarPattern':
      return true;
    case 'InvalidPattern':
      return interpreter.unknown('this pattern is not complete');
  }
}

function matchesSequence(
  interpreter: Interpreter,
  frame: Frame,
  patterns: readonly Pattern[],
  subject: Value,
): boolean | Unknown {
  if (isUnknown(subject)) return subject;
  if (typeof subject !== 'object' || (subject?.kind !== 'tuple' && subject?.kind !== 'list')) return false;
  if (subject.kind === 'list' && subject.taint) return subject.taint;
  const star = patterns.findIndex((part) => part.kind === 'StarPattern');
  const { items } = subject;
  if (star < 0 ? items.length !== patterns.length : items.length < patterns.length - 1) return false;
  let result: boolean | Unknown = true;
  for (const [i, part] of patterns.entries()) {
    if (part.kind === 'StarPattern') {
      if (part.name !== null)
        bindName(
          interpreter,
          frame,
          part.name,
          interpreter.list(items.slice(i, items.length - (patterns.length - 1 - i))),
        );
      continue;
    }
    const at = star >= 0 && i > star ? items.length - (patterns.length - i) : i;
    const fits = matches(interpreter, frame, part, items[at] as Value);
    if (fits === false) return false;
    if (fits !== true) result = fits;
  }
  return result;
}

const SELF_MATCHING = new Set([
  'bool',
  'bytearray',
  'bytes',
  'dict',
  'float',
  'frozenset',
  'int',
  'list',
  'set',
  'str',
  'tuple',
]);

function matchesClass(
  interpreter: Interpreter,
  frame: Frame,
  pattern: Extract<Pattern, { kind: 'ClassPattern' }>,
  subject: Value,
): boolean | Unknown {
  const cls = evaluate(interpreter, frame, pattern.cls);
  const fits = interpreter.isInstance(subject, cls);
  if (fits === false) return false;
  if (fits === null)
    return isUnknown(subject) ? subject : interpreter.unknown('it is not known whether this pattern fits');
  let names: readonly Value[] = [];
  if (pattern.positional.length > 0) {
    if (
      typeof cls === 'object' &&
      cls?.kind === 'class' &&
      SELF_MATCHING.has(cls.name) &&
      pattern.positional.length === 1
    )
      return matches(interpreter, frame, pattern.positional[0] as Pattern, subject);
    const args = interpreter.getAttribute(cls, '__match_args__');
    if (typeof args === 'object' && args?.kind === 'tuple') names = args.items;
  }
  const parts = [
    ...pattern.positional.map((part, i) => ({ name: names[i], part })),
    ...pattern.keyword.map(({ name, pattern: part }) => ({ name: name, part })),
  ];
  let result: boolean | Unknown = true;
  for (const { name, part } of parts) {
    if (typeof name !== 'string') return interpreter.unknown('the fields this pattern names are not known');
    const value = interpreter.getAttribute(subject, name);
    if (value === undefined) return false;
    const inner = matches(interpreter, frame, part, value);
    if (inner === false) return false;
    if (inner !== true) result = inner;
  }
  return result;
}
