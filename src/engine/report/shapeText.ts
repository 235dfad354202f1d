/** Shapes, values and counts as an editor shows them. */
import { formatInt, isSym, type Int } from '../python/symint.js';
import { isUnknown } from '../torch/dims.js';
import type { Dim, DType, Shape } from '../torch/tensor.js';
import type { Unknown } from '../python/value.js';
import { expressionText, grouped, sizeText as symbolText } from '../../texts.js';
import { hasShape, type Seen } from './observation.js';

export type ShapeStyle = 'on' | 'compact';

/** `1,792`, `512·num_classes + 100`; `null` for an unknown one. */
export function countText(count: Int | Unknown): string | null {
  if (isUnknown(count)) return null;
  return isSym(count) ? expressionText(formatInt(count)) : grouped(count);
}

export function sizeText(dim: Dim): string {
  if (isUnknown(dim)) return '?';
  return typeof dim === 'number' ? String(dim) : symbolText(formatInt(dim));
}

const SHORT: Partial<Record<DType, string>> = {
  float16: 'f16',
  bfloat16: 'bf16',
  float64: 'f64',
  int64: 'i64',
  int32: 'i32',
  int16: 'i16',
  int8: 'i8',
  uint8: 'u8',
  complex64: 'c64',
  complex128: 'c128',
};

/** `[B, 64, 56, 56]`, `i64[B, T]`; compact: `B×64×56×56`. float32 isn't said. */
export function shapeText(shape: Shape, dtype: DType | Unknown = 'float32', style: ShapeStyle = 'on'): string {
  const prefix = isUnknown(dtype) || dtype === 'float32' ? '' : (SHORT[dtype] ?? dtype);
  if (isUnknown(shape)) return `${prefix}[…]`;
  if (style === 'on' || shape.length === 0) return `${prefix}[${shape.map(sizeText).join(', ')}]`;
  const sizes = shape.map((dim) => (/^\w+$|^\?$/.test(sizeText(dim)) ? sizeText(dim) : `(${sizeText(dim)})`));
  return `${prefix === '' ? '' : `${prefix} `}${sizes.join('×')}`;
}

/** The shapes in a value; `null` when it has none that could be told. */
export function seenText(value: Seen, style: ShapeStyle = 'on'): string | null {
  if (!hasShape(value)) return null;
  return textOf(value, style);
}

/** The same for hovers, where sizes and what isn't known are worth a word, too. */
export function hoverText(value: Seen): string | null {
  if (value.type === 'size') return sizeText(value.value as Dim);
  if (value.type === 'unknown') return 'unknown';
  return seenText(value) === null ? null : textOf(value, 'on');
}

function textOf(value: Seen, style: ShapeStyle): string {
  switch (value.type) {
    case 'tensor':
      return shapeText(value.data.shape, value.data.dtype, style);
    case 'size':
      return sizeText(value.value as Dim);
    case 'sequence':
      return sequenceText(value.items, value.list, style);
    case 'dict':
      return `{${value.entries.map(([name, item]) => `${name}: ${textOf(item, style)}`).join(', ')}}`;
    case 'none':
      return 'None';
    case 'module':
      return value.name;
    case 'unknown':
      return '?';
    case 'other':
      return '…';
  }
}

/** Equal neighbours are said once: `4 × [B, 64]`. */
function sequenceText(items: readonly Seen[], list: boolean, style: ShapeStyle): string {
  const texts = items.map((item) => textOf(item, style));
  const [open, close] = list ? ['[', ']'] : ['(', ')'];
  if (texts.length > 2 && texts.every((text) => text === texts[0])) return `${texts.length} × ${texts[0] ?? ''}`;
  return `${open}${texts.join(', ')}${close}`;
}
