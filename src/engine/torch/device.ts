/** `torch.device`: only the name matters. */
import { defineClass } from '../python/define.js';
import type { Heap } from '../python/heap.js';
import type { Native, NativeType, PyClass, Value } from '../python/value.js';
import { isUnknown } from './dims.js';

function parse(text: string): { readonly type: string; readonly index: number | null } {
  const [type = 'cpu', index] = text.split(':');
  return { type, index: index === undefined || !/^\d+$/.test(index) ? null : Number(index) };
}

const deviceType: NativeType = {
  name: 'device',
  cls: () => deviceClass,
  getAttribute(self, name) {
    const { type, index } = parse(self.data as string);
    if (name === 'type') return type;
    if (name === 'index') return index;
    return undefined;
  },
  binary(op, self, other) {
    if (op !== '==' && op !== '!=') return undefined;
    if (isUnknown(other)) return other;
    const same =
      typeof other === 'object' &&
      other !== null &&
      other.kind === 'native' &&
      other.type === deviceType &&
      other.data === self.data;
    return same === (op === '==');
  },
  hashKey: (self) => `torch.device:${self.data as string}`,
  truth: () => true,
  repr(self) {
    const { type, index } = parse(self.data as string);
    return index === null ? `device(type='${type}')` : `device(type='${type}', index=${index})`;
  },
  str: (self) => self.data as string,
  copy: (self) => self,
};

export const deviceClass: PyClass = defineClass('device', {
  module: 'torch',
  layout: 'native',
  construct(_cls, args, kwargs, context) {
    const first = args[0] ?? kwargs.get('type') ?? kwargs.get('device') ?? 'cpu';
    const index = args[1] ?? kwargs.get('index') ?? null;
    if (isUnknown(first)) return first;
    if (isUnknown(index)) return index;
    const name = deviceOf(first);
    if (name === undefined) return context.raise('TypeError', 'device(): argument must be str, int or torch.device');
    return makeDevice(context.heap, typeof index === 'number' ? `${name}:${index}` : name);
  },
});

export function makeDevice(heap: Heap, name: string): Native {
  return { kind: 'native', type: deviceType, data: name, attrs: null, saved: heap.epoch, taint: null };
}

/** The name of a device given as a string, a number or an object; `undefined` for anything else. */
export function deviceOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return `cuda:${value}`;
  if (typeof value === 'object' && value !== null && value.kind === 'native' && value.type === deviceType)
    return value.data as string;
  return undefined;
}

export function isDevice(value: Value): boolean {
  return typeof value === 'object' && value !== null && value.kind === 'native' && value.type === deviceType;
}
