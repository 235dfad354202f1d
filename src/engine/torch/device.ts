/** `torch.device`: only the name matters; and the device that factories make tensors on, which `with torch.device(…)` sets for a while. */
import type { Context } from '../python/context.js';
import { defineClass, defineFunction } from '../python/define.js';
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
  members: {
    __enter__: defineFunction('device.__enter__(self)', ({ self = null }, context) => {
      setDevices(context, [...devices(context), deviceOf(self) ?? 'cpu']);
      return self;
    }),
    __exit__: defineFunction('device.__exit__(self, *exception)', (_bound, context) => {
      setDevices(context, devices(context).slice(0, -1));
      return null;
    }),
  },
});

const DEFAULT = Symbol('default devices');
const AT_FIRST: readonly string[] = ['cpu'];

/** What was set by `set_default_device` and by the device blocks that are open, the innermost last. */
function devices(context: Context): readonly string[] {
  const cell = context.state.get(DEFAULT) as Native | undefined;
  return cell ? (cell.data as readonly string[]) : AT_FIRST;
}

/** Kept in a cell of the heap, so that a branch that is rolled back takes its default with it. */
function setDevices(context: Context, names: readonly string[]): void {
  let cell = context.state.get(DEFAULT) as Native | undefined;
  if (!cell) {
    cell = { kind: 'native', type: deviceType, data: AT_FIRST, attrs: null, saved: 0, taint: null };
    context.state.set(DEFAULT, cell);
  }
  context.heap.touch(cell);
  cell.data = names;
}

/** Where factories make tensors that are given no device. */
export function defaultDevice(context: Context): string {
  return devices(context).at(-1) ?? 'cpu';
}

/** `torch.set_default_device`: an open block goes on to count. */
export function setDefaultDevice(context: Context, name: string): void {
  setDevices(context, [name, ...devices(context).slice(1)]);
}

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
