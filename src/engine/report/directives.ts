/** `# architect:` comments of a file that say how a model is made and called. */
import { parseDirective, type Dimension, type PythonParser, type SourceFile } from '../syntax/index.js';
import type { Parameter } from '../model/index.js';
import { dtypeNamed, type InputSpec } from './inputs.js';
import type { ReportSpan } from './types.js';

export interface ModelDirective {
  readonly className: string;
  /** Python text. */
  readonly call: string;
  readonly inputs: readonly InputSpec[] | null;
}

/** What a directive may say in a file. */
export interface DirectiveHelp {
  readonly file: SourceFile;
  readonly classes: readonly {
    readonly name: string;
    readonly span: ReportSpan;
    /** `null`: not known. */
    readonly init: readonly Parameter[] | null | undefined;
    readonly forward: readonly Parameter[] | null | undefined;
  }[];
  /** Named sizes of the file's directives. */
  readonly sizes: readonly string[];
}

interface Directives {
  readonly models: readonly ModelDirective[];
}

const parsed = new WeakMap<SourceFile, Directives>();

export function directivesOf(file: SourceFile, parser: PythonParser): Directives {
  const known = parsed.get(file);
  if (known) return known;
  const models: ModelDirective[] = [];
  for (const comment of file.ast.comments) {
    const directive = parseDirective(comment, parser);
    if (directive?.kind !== 'model') continue;
    const args = directive.args.map((arg) => file.slice(arg)).join(', ');
    models.push({
      className: directive.className,
      call: `${directive.className}(${args})`,
      inputs:
        directive.inputs?.map((input): InputSpec => {
          if (input.kind === 'value') return { kind: 'value', name: input.name, text: file.slice(input.value) };
          return {
            kind: 'tensor',
            name: input.name,
            dims: input.dims.filter((dim) => dim !== '...').map((dim) => sizeOf(dim, file)),
            dtype: dtypeNamed(input.dtype) ?? 'float32',
          };
        }) ?? null,
    });
  }
  const found = { models };
  parsed.set(file, found);
  return found;
}

function sizeOf(dim: Dimension, file: SourceFile): number | string {
  return typeof dim === 'object' ? file.slice(dim) : dim;
}

/** The sizes that a file's directives give names, each once. */
export function sizesIn(file: SourceFile, parser: PythonParser): readonly string[] {
  const inputs = directivesOf(file, parser).models.flatMap((model) => model.inputs ?? []);
  const dims = inputs.flatMap((input) => (input.kind === 'tensor' ? input.dims : []));
  return [...new Set(dims.filter((dim): dim is string => typeof dim === 'string' && /^[A-Za-z_]\w*$/.test(dim)))];
}
