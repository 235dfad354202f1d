import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import {
  evaluateSource,
  PyRaise,
  type Interpreter,
  type PyClass,
  type PyModule,
  type Value,
} from '../../../src/engine/python/index.js';
import { parseSignature } from '../../../src/engine/python/define.js';
import { floatRepr } from '../../../src/engine/python/floatText.js';
import type { Expr } from '../../../src/engine/syntax/index.js';
import { torchModules } from '../../../src/engine/torch/index.js';
import { traceEvents, traceOf } from '../../../src/engine/torch/trace.js';
import { layerSignatures } from '../../../src/engine/torch/nn/layer.js';
import { interpreterFor } from '../../support/interpret.js';

/** What `test/support/python/nn_truth.py` recorded from PyTorch itself. */
interface Truth {
  readonly names: Readonly<Record<string, readonly (readonly [name: string, kind: string, fallback: string])[] | null>>;
  readonly module: readonly string[];
  readonly prelude: string;
  readonly constructions: Readonly<Record<string, unknown>>;
  readonly forwards: Readonly<Record<string, { readonly output: unknown; readonly macs: number }>>;
  readonly errors: Readonly<Record<string, readonly [type: string, message: string]>>;
}

const truth = JSON.parse(readFileSync(new URL('../../fixtures/torch/nn.json', import.meta.url), 'utf8')) as Truth;

/** The same questions as in `nn_truth.py`, asked of our modules. */
const QUESTIONS = `
def size(tensor):
    return None if torch.nn.parameter.is_lazy(tensor) else list(tensor.shape)

def members(module):
    return {
        "parameters": [[name, size(p), p.requires_grad] for name, p in module.named_parameters()],
        "buffers": [[name, size(b), str(b.dtype)] for name, b in module.named_buffers()],
        "modules": [[name, type(m).__name__] for name, m in module.named_modules()],
        "state": list(module.state_dict()),
        "slots": [*module._parameters, *module._buffers],
    }

def shapes(value):
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    return [shapes(item) for item in value] if isinstance(value, (tuple, list)) else value
`;

/** A Python value as JSON. */
function plain(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'list':
      return value.taint ? `unknown: ${value.taint.reason}` : value.items.map(plain);
    case 'tuple':
      return value.items.map(plain);
    case 'dict':
      if (value.taint) return `unknown: ${value.taint.reason}`;
      return Object.fromEntries(
        [...value.entries.values()].map((entry) => [
          typeof entry.key === 'string' ? entry.key : '?',
          plain(entry.value),
        ]),
      );
    case 'unknown':
      return `unknown: ${value.reason}`;
    default:
      return value.kind;
  }
}

/** One line per entry, so that a difference is short. */
function lines(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, entry]) => [
      key,
      ...(Array.isArray(entry) ? entry.map((item) => `  ${JSON.stringify(item)}`) : [`  ${String(entry)}`]),
    ])
    .join('\n');
}

const KINDS = {
  positionalOnly: 'POSITIONAL_ONLY',
  normal: 'POSITIONAL_OR_KEYWORD',
  keywordOnly: 'KEYWORD_ONLY',
  star: 'VAR_POSITIONAL',
  doubleStar: 'VAR_KEYWORD',
};

/** A default as `repr` writes it. */
function shown(value: Value | undefined): string {
  if (value === undefined) return 'required';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value.kind === 'float') return floatRepr(value.value);
  if (typeof value === 'object' && value.kind === 'tuple') return '()';
  return typeof value === 'object' ? 'callable' : String(value);
}

function shownExpression(node: Expr | null, source: string): string {
  if (node === null) return 'required';
  const text = source.slice(node.start, node.end);
  if (node.kind === 'Number' && node.type === 'float') return shown({ kind: 'float', value: Number(node.value) });
  if (node.kind === 'Attribute') return node.attr;
  return node.kind === 'String' ? `'${text.slice(1, -1)}'` : text;
}

/** Constructor parameters: name, kind, default. */
function signatureOf(cls: PyClass): string[] | null {
  for (const base of cls.mro) {
    const described = layerSignatures.get(base);
    if (described !== undefined)
      return parseSignature(`f${described}`).params.map(
        (param) => `${param.name} ${KINDS[param.form]} ${shown(param.default)}`,
      );
    const init = base.namespace.get('__init__');
    if (typeof init === 'object' && init?.kind === 'function' && init.node.kind === 'FunctionDef') {
      const source = base.place?.file.text ?? '';
      return init.node.params
        .slice(1)
        .map((param) => `${param.name} ${KINDS[param.form]} ${shownExpression(param.default, source)}`);
    }
    if (init !== undefined) return null;
  }
  return null;
}

describe('torch.nn', () => {
  let interpreter: Interpreter;
  let module: PyModule;

  before(async () => {
    interpreter = await interpreterFor(truth.prelude + QUESTIONS, torchModules);
    module = interpreter.importer.moduleOfFile('/main.py');
  });

  const evaluate = (text: string): unknown =>
    interpreter.run(() => {
      try {
        return plain(evaluateSource(interpreter, module, text));
      } catch (error) {
        if (error instanceof PyRaise) return `raises ${error.message}`;
        return plain(interpreter.failure(error));
      }
    });

  /** Shapes of what an expression gives, and the cost of what ran. */
  const evaluateCall = (text: string): unknown =>
    interpreter.run(() => {
      try {
        const output = plain(evaluateSource(interpreter, module, `shapes(${text})`));
        const costs = traceEvents(traceOf(interpreter)).events.flatMap((event) =>
          event.type === 'op' ? [event.op.macs] : [],
        );
        return {
          output,
          macs: costs.reduce(
            (sum: unknown, macs) => (typeof sum === 'number' && typeof macs === 'number' ? sum + macs : 'unknown'),
            0,
          ),
        };
      } catch (error) {
        if (error instanceof PyRaise) return `raises ${error.message}`;
        return plain(interpreter.failure(error));
      }
    });

  it('has every class', () => {
    const missing = Object.keys(truth.names).filter((name) => evaluate(`isinstance(nn.${name}, type)`) !== true);
    assert.deepEqual(missing, []);
  });

  it('has every method of Module', () => {
    const missing = truth.module.filter((name) => evaluate(`hasattr(nn.Module(), ${JSON.stringify(name)})`) !== true);
    assert.deepEqual(missing, []);
  });

  describe('signatures', () => {
    for (const [name, expected] of Object.entries(truth.names))
      it(name, () => {
        const cls = interpreter.run(() => evaluateSource(interpreter, module, `nn.${name}`));
        assert.ok(typeof cls === 'object' && cls?.kind === 'class');
        const own = signatureOf(cls);
        if (own === null || expected === null) return;
        assert.deepEqual(
          own,
          expected.map(([param, kind, fallback]) => `${param} ${kind} ${fallback}`),
        );
      });
  });

  describe('constructions', () => {
    for (const [text, expected] of Object.entries(truth.constructions))
      it(text, () => {
        assert.equal(lines(evaluate(`members(${text})`)), lines(expected));
      });
  });

  describe('calls', () => {
    for (const [text, expected] of Object.entries(truth.forwards))
      it(text, () => {
        assert.deepEqual(evaluateCall(text), expected);
      });
  });

  describe('errors', () => {
    for (const [text, [type, message]] of Object.entries(truth.errors))
      it(text, () => {
        // A KeyError shows the repr of its argument.
        const shown = type === 'KeyError' ? message.slice(1, -1).replace(/\\'/g, "'") : message;
        assert.equal(evaluate(text), `raises ${type}: ${shown}`);
      });
  });
});
