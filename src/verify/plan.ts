/** From what the analyser knows of a module to what is run: how it is made, with which inputs, and what should come out. */
import { fileURLToPath } from 'node:url';
import type {
  Count,
  InputReport,
  ModelReport,
  OutputReport,
  OverlayText,
  RequestMethod,
  Requests,
} from '../protocol/index.js';
import type { Expected, InputSpec, Objective, VerifyRequest } from './protocol.js';

/** Asks the analysis. */
export type Ask = <M extends RequestMethod>(
  method: M,
  params: Requests[M]['params'],
  signal?: AbortSignal,
) => Promise<Requests[M]['result']>;

export interface VerifyTarget {
  readonly uri: string;
  /** The class; the largest model of the file that can be made if omitted. */
  readonly qualname?: string;
  /** As `architect analyze` takes them. */
  readonly call?: string;
  readonly inputs?: readonly string[];
  /** Texts in place of those that the editor and the disk have: changes that were proposed. */
  readonly overlay?: readonly OverlayText[];
}

export interface Plan {
  readonly qualname: string;
  /** All but what the host adds. */
  readonly request: Omit<VerifyRequest, 'roots' | 'overlays' | 'seconds'>;
}

/** Numbers for sizes that the source leaves open, by the letters that people use for them. */
const BATCH = 4;
const SIDE = 32;
const LENGTH = 16;

/** @throws what `ask` throws. @returns `problem`: for people, why there is nothing to run */
export async function planOf(
  target: VerifyTarget,
  ask: Ask,
  signal?: AbortSignal,
): Promise<Plan | { readonly problem: string }> {
  const { uri, call, inputs, overlay } = target;
  if (!uri.startsWith('file:'))
    return { problem: 'Only files on disk can be run; put the module into a Python file and save it.' };
  const { reports } = await ask('architect/inspect', target, signal);
  const report = chosen(reports, target.qualname);
  if (!report) return { problem: `There is no nn.Module ${target.qualname ?? 'class'} in this file.` };
  const { qualname } = report;
  if (report.call === null)
    return {
      problem: `How ${qualname} is constructed is not known. Say it above its class: \`# architect: ${qualname}(…)(x: f32[B, …])\`.`,
    };
  const specs = inputsOf(report);
  // Once more with numbers in place of letters, so that there are numbers to compare.
  const concrete = typeof specs === 'string' || inputs !== undefined ? report : await withSizes(report, specs);
  const training = await ask('architect/training', { uri, qualname }, signal);
  const file = fileURLToPath(uri);
  const callFile = call === undefined && training.modelCall ? fileURLToPath(training.modelCall.uri) : file;
  return {
    qualname,
    request: {
      file,
      call: report.call,
      callFile: callFile === file ? null : callFile,
      inputs: typeof specs === 'string' ? null : specs,
      noInputs: typeof specs === 'string' ? specs : null,
      expected: expectedOf(concrete),
      objective: training.model?.qualname === qualname ? objectiveOf(training.losses[0]?.name ?? null) : null,
    },
  };

  async function withSizes(first: ModelReport, sizes: readonly InputSpec[]): Promise<ModelReport> {
    const { reports: again } = await ask(
      'architect/inspect',
      { uri, qualname, call, overlay, inputs: sizes.map(({ shape, dtype }) => `${shape.join(',')}:${dtype}`) },
      signal,
    );
    return again[0] ?? first;
  }
}

function chosen(reports: readonly ModelReport[], qualname: string | undefined): ModelReport | undefined {
  if (qualname !== undefined && reports.length !== 1) return reports.find((each) => each.qualname === qualname);
  const size = ({ call, parameters }: ModelReport): number => (call === null ? -1 : (numberOf(parameters.total) ?? 0));
  return [...reports].sort((a, b) => size(b) - size(a))[0];
}

/** The sizes of all inputs as numbers, or why not. */
function inputsOf({ inputs, output, unknowns }: ModelReport): InputSpec[] | string {
  if (inputs.length === 0)
    return output === null && unknowns[0]
      ? unknowns[0].reason
      : 'the sizes of its inputs are not known: say them in a comment `# architect: …`';
  const specs: InputSpec[] = [];
  for (const input of inputs) {
    const shape = input.shape?.map(sizeOf);
    if (!shape || shape.includes(null)) return `the size of ${nameOf(input)} is not known`;
    specs.push({ shape: shape.filter((size) => size !== null), dtype: input.dtype ?? 'float32' });
  }
  return specs;
}

function nameOf({ name }: InputReport): string {
  return `the input ${name.replace(/^input (\d+)$/, 'number $1')}`;
}

/** A size as a number: its own, its default, or one that people use for a letter like it. */
function sizeOf(size: Count): number | null {
  if (size === null || typeof size === 'number') return size;
  if (size.value !== null) return size.value;
  const [symbol] = size.symbols;
  if (symbol === undefined || size.expression !== symbol) return null;
  if (/^(?:b|n|bs|batch\w*)$/i.test(symbol)) return BATCH;
  return /^(?:h|w|height|width|d|depth)$/i.test(symbol) ? SIDE : LENGTH;
}

function expectedOf({ parameters, buffers, modules, macs, output }: ModelReport): Expected {
  return {
    parameters: numberOf(parameters.total),
    trainable: numberOf(parameters.trainable),
    buffers: numberOf(buffers),
    modules: numberOf(modules),
    macs: numberOf(macs),
    output: plainOutput(output),
  };
}

function numberOf(count: Count): number | null {
  return typeof count === 'number' ? count : (count?.value ?? null);
}

/** The output with numbers only; `null` if a part of it isn't known. */
function plainOutput(output: OutputReport): unknown {
  if (output === null) return null;
  if (Array.isArray(output)) {
    const parts = (output as readonly (Count | OutputReport)[]).map((part) =>
      typeof part === 'object' && part !== null && !('expression' in part)
        ? plainOutput(part as OutputReport)
        : numberOf(part as Count),
    );
    return parts.includes(null) ? null : parts;
  }
  const entries = Object.entries(output as Readonly<Record<string, OutputReport>>).map(
    ([name, part]) => [name, plainOutput(part)] as const,
  );
  return entries.some(([, part]) => part === null) ? null : Object.fromEntries(entries);
}

/** Losses that say by themselves which targets fit. */
function objectiveOf(loss: string | null): Objective | null {
  const name = loss?.split('.').at(-1) ?? '';
  if (/^(?:CrossEntropyLoss|cross_entropy)$/.test(name)) return 'cross_entropy';
  return /^(?:BCEWithLogitsLoss|binary_cross_entropy_with_logits)$/.test(name)
    ? 'binary_cross_entropy_with_logits'
    : null;
}
