/**
 * Where the inputs of `forward` may be said, best first: by the request, by annotations, by calls in the project, by the module that
 * holds it, by the layers.
 */
import type { Interpreter, Place, PyInstance } from '../python/index.js';
import { annotatedInputs } from './annotatedInputs.js';
import { calledInputs } from './calledInputs.js';
import { inputCandidates, showInputs } from './inferInputs.js';
import type { InputSpec } from './inputs.js';
import type { ReportRequest } from './modelReport.js';

/** Who says what goes into `forward`. */
export type InputSource = 'given' | 'annotation' | 'call' | 'data' | 'whole' | 'inferred';

export interface InputGuess {
  readonly specs: readonly InputSpec[];
  readonly source: InputSource;
  /** It is what the user said: an exception is the user's error, and nothing else is tried. */
  readonly isSure: boolean;
  /** For the report: what is taken for granted; `null` if nothing is. */
  readonly note: string | null;
  /** Where it was found. */
  readonly place: Place | null;
  /** Of a call in the project: the message of the exception that it raises in the user's own program; `null` if none is certain. */
  readonly raises?: () => string | null;
}

export function* inputGuesses(
  interpreter: Interpreter,
  root: PyInstance,
  request: ReportRequest,
): Generator<InputGuess> {
  if (request.inputs) {
    yield { specs: request.inputs, source: 'given', isSure: true, note: null, place: null };
    return;
  }
  if (!request.inferInputs) return;
  const annotated = annotatedInputs(interpreter, root);
  if (annotated) yield annotated;
  yield* calledInputs(interpreter, root, request);
  if (request.fromWhole) yield request.fromWhole.guess;
  for (const specs of inputCandidates(interpreter, root, request.sizes))
    yield {
      specs,
      source: 'inferred',
      isSure: false,
      note: `forward is called with ${showInputs(specs)}, as its first layer takes it`,
      place: null,
    };
}
