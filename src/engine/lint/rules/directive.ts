/** D: comments that tell the analyser something. */
import { signatureOf, type Parameter } from '../../model/index.js';
import type { PyClass } from '../../python/index.js';
import { classesOf, parseDirective, type Comment, type Directive, type SourceFile } from '../../syntax/index.js';
import type { Program } from '../program.js';
import type { Finding, Rule } from '../types.js';

type ModelDirective = Extract<Directive, { kind: 'model' }>;

/** One thing that is given: an argument or an input. */
interface Given {
  /** `null` by position. */
  readonly name: string | null;
  readonly start: number;
  readonly end: number;
}

const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** From where the text stops making sense to the end of that word. */
function broken(file: SourceFile, { offset, message, end }: Extract<Directive, { kind: 'error' }>): Finding {
  const word = /^\w+|^\S/.exec(file.text.slice(offset, end))?.[0] ?? '';
  return { message, place: { file, start: offset, end: offset + word.length } };
}

/** Where the class's name stands in a directive. */
function nameAt({ text, start }: Comment): number {
  return start + (/^#+\s*architect\s*:\s*/.exec(text)?.[0].length ?? 0);
}

function* misfits(program: Program, directive: ModelDirective, comment: Comment): Generator<Finding> {
  const { file, interpreter } = program;
  const { className, args, inputs } = directive;
  const start = nameAt(comment);
  const end = start + className.length;
  const place = { file, start, end };
  const classes = classesOf(file).map(({ name }) => name);
  if (!classes.includes(className)) {
    const known = classes.length > 0 ? ` It has ${listed(classes.slice(0, 6))}.` : '';
    yield { message: `There is no class '${className}' at the top level of this file.${known}`, place };
    return;
  }
  const cls = interpreter.importer.moduleOfFile(file.path).namespace.get(className);
  if (typeof cls !== 'object' || cls?.kind !== 'class') return;
  // What `*args` and `**kwargs` hold is not looked into.
  if (args.every(({ form }) => form === 'positional' || form === 'keyword'))
    yield* unlike(program, cls, '__init__', args, { start, end: directive.end });
  if (inputs) yield* unlike(program, cls, 'forward', inputs, { start, end: directive.end });
}

/** Where what is given and what a method takes differ. */
function* unlike(
  { file, interpreter }: Program,
  cls: PyClass,
  method: '__init__' | 'forward',
  given: readonly Given[],
  whole: { readonly start: number; readonly end: number },
): Generator<Finding> {
  const parameters = signatureOf(interpreter, cls, method);
  if (!parameters) return;
  const what = method === '__init__' ? cls.name : `${cls.name}.forward`;
  const named = parameters.filter(({ form }) => form === 'normal' || form === 'keywordOnly');
  const places = parameters.filter(({ form }) => form === 'normal' || form === 'positionalOnly');
  const hasStar = parameters.some(({ form }) => form === 'star');
  const hasDoubleStar = parameters.some(({ form }) => form === 'doubleStar');
  const filled = new Set<Parameter>();
  const findings: Finding[] = [];
  let position = 0;
  for (const { name, start, end } of given) {
    const parameter = name === null ? places[position++] : named.find((each) => each.name === name);
    const place = { file, start, end: name === null ? end : start + name.length };
    if (parameter && !filled.has(parameter)) filled.add(parameter);
    else if (parameter) findings.push({ message: `'${parameter.name}' is given twice.`, place });
    else if (name === null && !hasStar)
      findings.push({
        message: `${what} takes ${places.length === 1 ? 'one argument' : `${places.length} arguments`}.`,
        place,
      });
    else if (name !== null && !hasDoubleStar)
      findings.push({
        message: `${what} has no parameter '${name}'.${named.length > 0 ? ` It takes ${listed(named.map((each) => each.name))}.` : ''}`,
        place,
      });
  }
  yield* findings;
  const missing = parameters.filter((each) => each.required && !filled.has(each));
  // What is missing may be what was misspelt.
  if (missing.length > 0 && findings.length === 0)
    yield { message: `${what} needs ${listed(missing.map(({ name }) => name))} as well.`, place: { file, ...whole } };
}

const D01: Rule = {
  id: 'D01',
  title: 'A directive that cannot be read or does not fit',
  star: true,
  severity: 'error',
  why: `
A comment \`# architect: Net(num_classes=10)(x: f32[B, 3, 32, 32])\` says how a class is constructed and what its
\`forward\` is called with. One that can't be read, names no class of the file, or gives arguments that \`__init__\` or \`forward\`
doesn't take has no effect, and the counts are those without it.
`,
  wrong: `
# architect: Net(classes=10)(x: f32[B, 3, 32, 32])
class Net(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.conv = nn.Conv2d(3, num_classes, 3)

    def forward(self, x):
        return self.conv(x)
`,
  right: `
# architect: Net(num_classes=10)(x: f32[B, 3, 32, 32])
class Net(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.conv = nn.Conv2d(3, num_classes, 3)

    def forward(self, x):
        return self.conv(x)
`,
  sources: ['The README of Model Architect: directives'],
  *check(program) {
    const { file, project } = program;
    for (const comment of file.ast.comments) {
      const directive = parseDirective(comment, project.parser);
      if (directive?.kind === 'error') yield broken(file, directive);
      else if (directive?.kind === 'model') yield* misfits(program, directive, comment);
    }
  },
};

export const directiveRules: readonly Rule[] = [D01];
