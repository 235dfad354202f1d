import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import {
  evaluateSource,
  PyRaise,
  type Interpreter,
  type PyModule,
  type Value,
} from '../../../src/engine/python/index.js';
import { torchModules } from '../../../src/engine/torch/index.js';
import { isArrayLike } from '../../../src/engine/torch/tensor.js';
import { traceEvents, traceOf } from '../../../src/engine/torch/trace.js';
import { interpreterFor } from '../../support/interpret.js';

/** What `test/support/python/operator_truth.py` recorded from PyTorch itself. */
interface Truth {
  readonly call: string;
  readonly value?: unknown;
  readonly macs?: number;
  readonly error?: readonly [type: string, message: string];
}

const truths = ['operators', 'einops', 'numpy', 'modules', 'random', 'distributions'].flatMap(
  (name) => JSON.parse(readFileSync(new URL(`../../fixtures/torch/${name}.json`, import.meta.url), 'utf8')) as Truth[],
);

const PRELUDE = `
import math
import numpy as np
import torch
import torch.nn.functional as F
import einops
import einops.layers.torch
from einops import rearrange, reduce, repeat
from torch import _VF

def t(*s): return torch.zeros(*s)
def i(*s): return torch.zeros(*s, dtype=torch.int64)
def b(*s): return torch.zeros(*s, dtype=torch.bool)
def c(*s): return torch.zeros(*s, dtype=torch.complex64)
`;

/** What the sum of all recorded operators costs. */
function macsOf(interpreter: Interpreter): unknown {
  let total = 0;
  for (const event of traceEvents(traceOf(interpreter)).events) {
    if (event.type !== 'op') continue;
    if (typeof event.op.macs !== 'number') return event.op.macs;
    total += event.op.macs;
  }
  return total;
}

/** A float as Python prints it. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
}

/** The same description as in `operator_truth.py`. */
function describeValue(interpreter: Interpreter, value: Value, withValues: boolean): unknown {
  if (isArrayLike(value)) {
    const { shape, dtype, values, requiresGrad } = value.data;
    const isArray = value.type.name === 'ndarray';
    const record: Record<string, unknown> = { shape, dtype };
    if (!isArray) record['grad'] = requiresGrad;
    if (withValues && !(typeof dtype === 'string' && dtype.startsWith('complex')))
      record['values'] =
        values?.map((x) =>
          typeof dtype === 'string' && dtype.includes('float') ? { float: x } : dtype === 'bool' ? x !== 0 : x,
        ) ?? null;
    return record;
  }
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value;
  switch (value.kind) {
    case 'float':
      return { float: value.value };
    case 'list':
    case 'tuple':
      return value.items.map((item) => describeValue(interpreter, item, withValues));
    case 'dict':
      return Object.fromEntries(
        [...value.entries.values()].map((entry) => [
          typeof entry.key === 'string' ? entry.key : '?',
          describeValue(interpreter, entry.value, withValues),
        ]),
      );
    case 'unknown':
      return `unknown: ${value.reason}`;
    case 'native': {
      const text = interpreter.str(value);
      return typeof text === 'string' ? text : 'native';
    }
    default:
      return interpreter.typeOf(value).name;
  }
}

/** Floats compare as numbers: Python's text and ours may be written differently. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  if ('float' in record && Object.keys(record).length === 1) {
    const text = record['float'];
    const number = text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
    return { float: floatText(number === 0 ? 0 : number) };
  }
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, normal(inner)]));
}

describe('operators as PyTorch has them', () => {
  let interpreter: Interpreter;
  let module: PyModule;

  before(async () => {
    interpreter = await interpreterFor(PRELUDE, torchModules);
    module = interpreter.importer.moduleOfFile('/main.py');
  });

  for (const truth of truths)
    it(truth.call, () => {
      const withValues = truth.call.startsWith('=');
      const text = truth.call.replace(/^[=@]/, '').replaceAll(';; ', '\n');
      interpreter.run(() => {
        if (truth.error) {
          assert.throws(
            () => {
              const value = evaluateSource(interpreter, module, text);
              assert.fail(`no error but ${JSON.stringify(describeValue(interpreter, value, false))}`);
            },
            (error) => {
              if (!(error instanceof PyRaise)) throw error;
              assert.equal(error.message, `${truth.error?.[0] ?? ''}: ${truth.error?.[1] ?? ''}`);
              return true;
            },
          );
          return;
        }
        const value = evaluateSource(interpreter, module, text);
        assert.deepEqual(normal(describeValue(interpreter, value, withValues)), normal(truth.value));
        assert.equal(macsOf(interpreter), truth.macs);
      });
    });
});
