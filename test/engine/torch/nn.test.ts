import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { evaluateSource, PyRaise, type Interpreter, type PyModule, type Value } from '../../../src/engine/python/index.js';
import { torchModules } from '../../../src/engine/torch/index.js';
import { interpreterFor } from '../../support/interpret.js';

/** What `test/support/python/nn_truth.py` recorded from PyTorch itself. */
interface Truth {
  readonly names: Readonly<Record<string, readonly (readonly [name: string, kind: string, fallback: string])[] | null>>;
  readonly module: readonly string[];
  readonly prelude: string;
  readonly constructions: Readonly<Record<string, unknown>>;
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
    }
`;

/** A Python value as JSON. */
function plain(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.map(plain);
    case 'dict':
      return Object.fromEntries([...value.entries.values()].map((entry) => [String(entry.key), plain(entry.value)]));
    case 'unknown':
      return `unknown: ${value.reason}`;
    default:
      return value.kind;
  }
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

  it('has every class', () => {
    const missing = Object.keys(truth.names).filter((name) => evaluate(`isinstance(nn.${name}, type)`) !== true);
    assert.deepEqual(missing, []);
  });

  it('has every method of Module', () => {
    const missing = truth.module.filter((name) => evaluate(`hasattr(nn.Module(), ${JSON.stringify(name)})`) !== true);
    assert.deepEqual(missing, []);
  });

  describe('constructions', () => {
    for (const [text, expected] of Object.entries(truth.constructions))
      it(text, () => {
        assert.deepEqual(evaluate(`members(${text})`), expected);
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
