/** Numbers, counts and shapes as people read them: the one way for editor, chat, command line and tools. */
import type { ParameterDelta } from './edits/index.js';
import type {
  CapacityReport,
  Count,
  FieldSize,
  ModelReport,
  OutputReport,
  RankBottleneck,
} from './engine/report/types.js';

export { EXPLODING_ABOVE, VANISHING_BELOW } from './engine/torch/signal/limits.js';

/** `1,234,567`, rounded. */
export function grouped(value: number | bigint): string {
  const whole = typeof value === 'bigint' ? value : Math.sign(value) * Math.round(Math.abs(value));
  if (typeof whole === 'bigint' || Number.isSafeInteger(whole)) return String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',');
  // Not for every number: to load a language's tables takes a tenth of a whole analysis.
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }).format(whole);
}

/** `1 change`, `5 changes`, `2 batches`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Markdown that shows a text as it is. */
export function asMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
}

/** `+1,024`, `−96` or `±0`. */
export function differenceText(difference: number): string {
  if (difference === 0) return '±0';
  return `${difference > 0 ? '+' : '−'}${grouped(Math.abs(difference))}`;
}

/** An expression over sizes, `513*num_classes + 11176512`, as `513·num_classes + 11,176,512`. */
export function expressionText(expression: string): string {
  return sizeText(expression).replaceAll(/(?<![\w.])\d{4,}(?![\w.])/g, (digits) => grouped(BigInt(digits)));
}

/** The same without separators, since a comma ends a size: `4·B`. */
export function sizeText(expression: string): string {
  return expression.replaceAll(/(?<![*\s])\*(?![*\s])/g, '·');
}

/** `1,234,567`, `512·num_classes + 100`, or what stands for an unknown count. */
export function countText(count: Count, unknown = 'unknown'): string {
  if (count === null) return unknown;
  return typeof count === 'number' ? grouped(count) : expressionText(count.expression);
}

/** What the gradient does at initialisation, coming from the output: the rest of a sentence that begins with "Gradients". */
export function gradientText({ signalVerdict, signalSizes = {} }: ModelReport): string | null {
  if (!signalVerdict) return null;
  const { kind, from } = signalVerdict;
  const sizes = Object.entries(signalSizes).map(([name, size]) => `${name} = ${size}`);
  const where = from === '' ? 'the model itself' : from;
  const what = {
    healthy: 'get through to every layer at initialisation',
    vanishing: `vanish at initialisation: at ${where} less than a thousandth is left, coming from the output`,
    exploding: `explode at initialisation: at ${where} they are more than a thousandfold, coming from the output`,
  }[kind];
  return sizes.length === 0 ? what : `${what} (reckoned with ${sizes.join(', ')})`;
}

/** `1.5 MiB`; `4·B + 128 bytes` for an expression. */
export function bytesText(bytes: Count, unknown = '?'): string {
  if (typeof bytes !== 'number') return bytes === null ? unknown : `${expressionText(bytes.expression)} bytes`;
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 0), units.length - 1);
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power] ?? ''}`;
}

/** Shapes of whatever `forward` returns or takes: `[B, 32, 96]`, `([B, 10], [B, 64])`, `{logits: [B, 10]}`. */
export function outputText(output: OutputReport, unknown = '?'): string {
  if (output === null) return unknown;
  if (!Array.isArray(output)) {
    const entries = Object.entries(output as Readonly<Record<string, OutputReport>>);
    return `{${entries.map(([name, item]) => `${name}: ${outputText(item)}`).join(', ')}}`;
  }
  const items = output as readonly (Count | OutputReport)[];
  if (items.every(isSize)) return `[${items.map(axisText).join(', ')}]`;
  return `(${items.map((item) => outputText(item as OutputReport)).join(', ')})`;
}

function axisText(size: Count): string {
  if (size === null) return '?';
  return typeof size === 'number' ? String(size) : sizeText(size.expression);
}

function isSize(item: Count | OutputReport): item is Count {
  return item === null || typeof item === 'number' || (typeof item === 'object' && 'expression' in item);
}

/** `+1,024 parameters`, `±0 parameters`, `… parameters` while they are counted, `parameters not checked`. */
export function parametersText(delta: ParameterDelta): string {
  switch (delta.kind) {
    case 'known':
      return `${differenceText(delta.delta)} ${Math.abs(delta.delta) === 1 ? 'parameter' : 'parameters'}`;
    case 'symbolic':
      return `${expressionText(delta.expression)} parameters`;
    case 'notChecked':
      return delta.open ? '… parameters' : 'parameters not checked';
  }
}

/** With three digits and a unit: `4.09 G`, `556 M`, `960 `. */
export function shortText(count: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let unit = 0;
  let value = count;
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(value) : String(Number(value.toPrecision(3)))} ${units[unit] ?? ''}`;
}

/** With two digits: `0.52`, `4.1e-5`, `3.2e+8`. */
export function magnitudeText(value: number): string {
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-3 && size < 1e4) ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

/** The number if there is one: the count itself, or that of the defaults. */
export function numberOf(count: Count): number | null {
  return count === null || typeof count === 'number' ? count : count.value;
}

/** `7×7`, `31`, `all`: what one position sees by axis, or the steps between neighbours; `''` where there is nothing to say. */
export function fieldText(sizes: readonly FieldSize[]): string {
  const [first] = sizes;
  if (sizes.every((size) => size === null)) return '';
  if (first === 'all' && sizes.every((size) => size === 'all')) return first;
  return sizes
    .map((size) => (typeof size === 'number' ? String(Number(size.toPrecision(3))) : (size ?? '?')))
    .join('×');
}

/** `fc1 lets at most 8 of 64 features through, with a way round it`. */
export function bottleneckText({ path, rank, width, bypassed }: RankBottleneck): string {
  return `${path || 'The model itself'} lets at most ${grouped(rank)} of ${plural(width, 'feature')} through${bypassed ? ', with a way round it' : ''}`;
}

/** `12.5 trainable parameters per training sample: 60,000 in MNIST("data")`; `null` where the project doesn't say how many there are. */
export function perSampleText({ samples, parametersPerSample }: CapacityReport): string | null {
  if (!samples || parametersPerSample === null) return null;
  const ratio =
    parametersPerSample < 1000 ? String(Number(parametersPerSample.toPrecision(3))) : grouped(parametersPerSample);
  return `${ratio} trainable parameters per training sample: ${grouped(samples.count)} in ${samples.source}`;
}

/** `bfloat16`, `autocast to float16`; `''` for float32 throughout. */
export function precisionText({
  dtype,
  autocast,
}: { readonly dtype?: string; readonly autocast?: string } = {}): string {
  return [...(dtype ? [dtype] : []), ...(autocast ? [`autocast to ${autocast}`] : [])].join(', ');
}
