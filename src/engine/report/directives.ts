/** `# architect:` comments of a file that say how a model is made and called. */
import { parseDirective, type Dimension, type PythonParser, type SourceFile } from '../syntax/index.js';
import { dtypeNamed, type InputSpec } from './inputs.js';

export interface ModelDirective {
  readonly className: string;
  /** Python text. */
  readonly call: string;
  readonly inputs: readonly InputSpec[] | null;
}

export interface DirectiveProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface Directives {
  readonly models: readonly ModelDirective[];
  readonly problems: readonly DirectiveProblem[];
}

const parsed = new WeakMap<SourceFile, Directives>();

export function directivesOf(file: SourceFile, parser: PythonParser): Directives {
  const known = parsed.get(file);
  if (known) return known;
  const models: ModelDirective[] = [];
  const problems: DirectiveProblem[] = [];
  for (const comment of file.ast.comments) {
    const directive = parseDirective(comment, parser);
    if (directive?.kind === 'error')
      problems.push({
        message: directive.message,
        start: directive.offset,
        end: Math.max(directive.offset + 1, directive.end),
      });
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
  const found = { models, problems };
  parsed.set(file, found);
  return found;
}

function sizeOf(dim: Dimension, file: SourceFile): number | string {
  return typeof dim === 'object' ? file.slice(dim) : dim;
}
