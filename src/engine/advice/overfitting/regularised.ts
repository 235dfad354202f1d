/** Which dropout a class has already, and which is there but switched off. */
import type { Expr, SourceFile } from '../../syntax/index.js';
import { argumentOf, type Code, type ModuleClass } from '../../training/index.js';
import { Anatomy, numberOf } from './layers.js';

/** Where each layer takes its dropout probability; its place among the arguments (−1: by name only) and its default. */
const PROBABILITY: Readonly<
  Record<string, { readonly name: string; readonly index: number; readonly default: number }>
> = {
  'torch.nn.MultiheadAttention': { name: 'dropout', index: 2, default: 0 },
  'torch.nn.TransformerEncoderLayer': { name: 'dropout', index: 3, default: 0.1 },
  'torch.nn.TransformerDecoderLayer': { name: 'dropout', index: 3, default: 0.1 },
  'torch.nn.Transformer': { name: 'dropout', index: 5, default: 0.1 },
  'torch.nn.RNN': { name: 'dropout', index: -1, default: 0 },
  'torch.nn.LSTM': { name: 'dropout', index: -1, default: 0 },
  'torch.nn.GRU': { name: 'dropout', index: -1, default: 0 },
};

/** A dropout of the code: active, switched off by a zero in the source, or set by something that can't be followed. */
export interface DropoutState {
  readonly state: 'active' | 'off' | 'open';
  /** The zeros that switch it off. */
  readonly zeros: readonly { readonly file: SourceFile; readonly expr: Expr }[];
  readonly what: string;
}

/** Every dropout of a class: layers, functional calls, `dropout=` arguments. A layer's default of 0 is none. */
export function dropoutsOf(code: Code, cls: ModuleClass): DropoutState[] {
  const anatomy = new Anatomy(code, cls);
  const { file } = cls;
  const found: DropoutState[] = [];
  for (const { kind, call, name } of anatomy.constructed()) {
    if (kind === 'dropout') {
      const p = argumentOf(call, 'p', 0);
      found.push(
        p
          ? stateOf(code, file, p.value, `\`${file.slice(call)}\``)
          : { state: 'active', zeros: [], what: `\`${file.slice(call)}\`` },
      );
      continue;
    }
    const described = name === null ? undefined : PROBABILITY[name];
    if (!described) continue;
    const given = argumentOf(call, described.name, described.index);
    if (given) found.push(stateOf(code, file, given.value, `\`${described.name}=\` of \`${file.slice(call.func)}\``));
    else if (described.default > 0)
      found.push({
        state: 'active',
        zeros: [],
        what: `the default ${described.default} of \`${file.slice(call.func)}\``,
      });
  }
  for (const call of anatomy.calls) {
    if (anatomy.called(call) || !anatomy.isDropout(call)) continue;
    const p = argumentOf(call, 'p', 1);
    found.push(
      p
        ? stateOf(code, file, p.value, `\`${file.slice(call.func)}\``)
        : { state: 'active', zeros: [], what: `\`${file.slice(call.func)}\`` },
    );
  }
  return found;
}

function stateOf(code: Code, file: SourceFile, expr: Expr, what: string): DropoutState {
  const origins = code.origins(file, expr);
  const numbers = origins.map((origin) => numberOf(origin.expr));
  if (origins.length > 0 && numbers.every((value) => value === 0)) return { state: 'off', zeros: origins, what };
  if (numbers.some((value) => value !== null && value > 0)) return { state: 'active', zeros: [], what };
  return { state: 'open', zeros: [], what };
}
