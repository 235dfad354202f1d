/** A directive for a class with its signature filled in, the unknown parts being places to type in. */
import { directiveDtypes } from '../../engine/syntax/index.js';
import type { Parameter } from '../../engine/model/index.js';
import type { Count, DirectiveHelp, InputReport } from '../../engine/report/index.js';

type DirectiveClass = DirectiveHelp['classes'][number];

/** `Net(width=${1:width})(x: f32[${2:B}, $1])`; `inputs`: what `forward` takes as far as that is known. */
export function directiveSnippet({ name, init, forward }: DirectiveClass, inputs: readonly InputReport[]): string {
  let stop = 0;
  const place = (text: string): string => `\${${++stop}:${text.replace(/[\\$}]/g, '\\$&')}}`;
  /** Where each argument is typed. */
  const stops = new Map<string, number>();
  const required = (init ?? []).filter((parameter) => parameter.required);
  const args = required.map((parameter) => {
    const value = place(valueFor(parameter));
    stops.set(parameter.name, stop);
    return parameter.form === 'positionalOnly' ? value : `${parameter.name}=${value}`;
  });
  /** A size in terms of arguments follows what is typed for them. */
  const sizeOf = (size: Count): string => {
    if (typeof size === 'number') return String(size);
    if (size === null) return place('N');
    if (!size.symbols.every((symbol) => stops.has(symbol))) return place(size.expression);
    return size.expression.replace(/[A-Za-z_]\w*/g, (symbol) => `$${stops.get(symbol) ?? ''}`);
  };
  const taken = (forward ?? []).filter((parameter) => parameter.required);
  const given = taken.map((parameter, i) => {
    const known = inputs[i];
    const dtype = known?.dtype ? shortName(known.dtype) : null;
    const type = dtype ?? place('f32');
    return `${parameter.name}: ${type}[${known?.shape ? known.shape.map(sizeOf).join(', ') : place('B')}]`;
  });
  return `${name}(${args.join(', ')})${forward ? `(${given.join(', ')})` : ''}`;
}

/** A first value of the right kind; for a number there is none that would be right, so its name stands there. */
function valueFor({ name, annotation }: Parameter): string {
  switch (annotation) {
    case 'bool':
      return 'True';
    case 'str':
      return '""';
    default:
      return name;
  }
}

function shortName(dtype: string): string {
  return Object.entries(directiveDtypes).find(([, long]) => long === dtype)?.[0] ?? dtype;
}
