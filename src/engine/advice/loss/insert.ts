/** Puts a class of ours into the user's code, in their style; one that is there already is used instead. */
import { lineEnd, lineEndAfter, quoteOf, type ClassDef, type SourceFile, type Stmt } from '../../syntax/index.js';
import { importsOf, isModuleClassDef, methodOf, nearFiles, spell, type TrainingContext } from '../../training/index.js';
import { bindsName, indentStep } from '../editing.js';
import type { Change } from '../types.js';

export interface Inserted {
  /** How to write the class in the file. */
  readonly name: string;
  readonly changes: readonly Change[];
  /** The user's own class, where there is one. */
  readonly reused: { readonly file: SourceFile; readonly node: ClassDef } | null;
}

/** A class by its name, in the file or imported into it; `null` if the file uses that name for something else. */
export function provideClass(
  context: TrainingContext,
  file: SourceFile,
  name: string,
  template: string,
): Inserted | null {
  const own = classIn(file, name);
  if (own)
    return isModuleClassDef(context.project, file, own) ? { name, changes: [], reused: { file, node: own } } : null;
  const imported = importsOf(file).find(({ local }) => local === name);
  if (!imported && bindsName(file, name)) return null;
  const elsewhere = findClass(context, file, name);
  if (imported)
    return elsewhere && imported.qualified.endsWith(`.${name}`) ? { name, changes: [], reused: elsewhere } : null;
  if (elsewhere) {
    const { name: module } = context.project.moduleNameOf(elsewhere.file.path);
    if (module !== '' && /^[A-Za-z_][\w.]*$/.test(module)) {
      const label = `The workspace's own ${name}`;
      return { name, changes: [importLine(file, `from ${module} import ${name}`, label)], reused: elsewhere };
    }
  }
  return written(file, name, template);
}

/** Whether a class's constructor takes an argument of that name. */
export function takes({ node }: { readonly node: ClassDef }, argument: string): boolean {
  return methodOf(node, '__init__')?.params.some(({ name }) => name === argument) ?? false;
}

function classIn(file: SourceFile, name: string): ClassDef | null {
  return file.ast.body.find((each): each is ClassDef => each.kind === 'ClassDef' && each.name === name) ?? null;
}

function findClass(
  { project }: TrainingContext,
  file: SourceFile,
  name: string,
): { readonly file: SourceFile; readonly node: ClassDef } | null {
  const wanted = new RegExp(`^class ${name}\\b`, 'm');
  for (const path of nearFiles(project, file.path)) {
    if (path === file.path || !wanted.test(project.text(path) ?? '')) continue;
    const other = project.file(path);
    const node = other && classIn(other, name);
    if (node && isModuleClassDef(project, other, node)) return { file: other, node };
  }
  return null;
}

function written(file: SourceFile, name: string, template: string): Inserted | null {
  const label = name;
  const names = new Map<string, string>();
  const imports: string[] = [];
  for (const [alias, qualified, line] of IMPORTS) {
    if (!new RegExp(`(?<![\\w.])${alias}\\.`).test(template)) continue;
    const spelled = spell(file, qualified);
    if (spelled !== null) names.set(alias, spelled);
    else if (bindsName(file, alias)) return null;
    else imports.push(line);
  }
  const eol = lineEnd(file);
  const text = styled(file, template, names).split('\n').join(eol);
  const last = lastImport(file);
  const before = imports.map((line) => eol + line).join('');
  const at = last ? lineEndAfter(file, last.end) : startOfCode(file);
  const blank = (
    file.text
      .slice(at)
      .match(/^(?:[ \t]*(?:\r\n|\n|\r))*/)?.[0]
      .match(/\r\n|\n|\r/g) ?? []
  ).length;
  const isEnd = at >= file.text.trimEnd().length;
  // Two empty lines after the class, of which those that follow the imports already are there.
  const after = isEnd ? '' : eol.repeat(Math.max(0, 3 - blank));
  const newText = last
    ? before + eol.repeat(3) + text + after
    : imports.map((line) => line + eol).join('') + eol.repeat(imports.length > 0 ? 2 : 0) + text + eol.repeat(3);
  return { name, changes: [{ file, start: at, end: at, newText, label }], reused: null };
}

const IMPORTS: readonly (readonly [string, string, string])[] = [
  ['torch', 'torch', 'import torch'],
  ['nn', 'torch.nn', 'from torch import nn'],
  ['F', 'torch.nn.functional', 'import torch.nn.functional as F'],
];

/** A line among the imports: after the last one. */
export function importLine(file: SourceFile, line: string, label: string): Change {
  const eol = lineEnd(file);
  const last = lastImport(file);
  const at = last ? lineEndAfter(file, last.end) : startOfCode(file);
  return { file, start: at, end: at, newText: last ? eol + line : line + eol + eol, label };
}

/** The last of the imports at the head of the file. */
function lastImport(file: SourceFile): Stmt | null {
  let last: Stmt | null = null;
  for (const [index, statement] of file.ast.body.entries()) {
    if (statement.kind === 'Import' || statement.kind === 'ImportFrom') last = statement;
    else if (!(index === 0 && statement.kind === 'Expression' && statement.value.kind === 'String')) break;
  }
  return last ?? file.ast.body.find(({ kind }) => kind === 'Import' || kind === 'ImportFrom') ?? null;
}

/** After a docstring, if the file begins with one. */
function startOfCode(file: SourceFile): number {
  const [first, second] = file.ast.body;
  if (first?.kind === 'Expression' && first.value.kind === 'String') return second?.start ?? file.text.length;
  return first?.start ?? 0;
}

/** The template's class in the file's own indentation, quotes and names of imports. */
function styled(file: SourceFile, template: string, names: ReadonlyMap<string, string>): string {
  const step = indentStep(file);
  const single = quoteOf(file) === "'";
  const body = template.replace(/\r\n/g, '\n');
  const start = /^class /m.exec(body)?.index ?? 0;
  let inDoc = false;
  const lines = body
    .slice(start)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const blanks = /^ */.exec(line)?.[0].length ?? 0;
      const indented = step.repeat(Math.floor(blanks / 4)) + line.slice(Math.floor(blanks / 4) * 4);
      const quotes = line.split('"""').length - 1;
      const isDoc = inDoc || quotes > 0;
      if (quotes === 1) inDoc = !inDoc;
      if (isDoc) return indented;
      let code = indented;
      for (const [alias, spelled] of names)
        if (alias !== spelled)
          code = code.replace(new RegExp(`(?<![\\w.])${alias}\\.(?=[a-zA-Z])`, 'g'), `\0${spelled}.`);
      code = code.replaceAll('\0', '');
      return single ? code.replace(/"([^"']*)"/g, "'$1'") : code;
    });
  return lines.join('\n');
}
