import type { PyClass, Place, Unknown, Value } from './value.js';

/** A Python exception on its way up. */
export class PyRaise extends Error {
  constructor(
    /** The exception object, or an unknown when not even its class can be told. */
    readonly value: Value,
    /** Where it was raised. */
    readonly place: Place | null,
    /** Frames at the time, outermost first. */
    readonly stack_: readonly { readonly name: string; readonly place: Place | null }[],
  ) {
    super(describe(value));
  }

  get cls(): PyClass | null {
    return typeof this.value === 'object' && this.value?.kind === 'instance' ? this.value.cls : null;
  }
}

/** `ValueError: text`, as the last line of a traceback has it. */
function describe(value: Value): string {
  if (typeof value !== 'object' || value?.kind !== 'instance') return 'exception';
  const args = value.attrs.get('args');
  const first = typeof args === 'object' && args?.kind === 'tuple' ? args.items[0] : undefined;
  return typeof first === 'string' ? `${value.cls.name}: ${first}` : value.cls.name;
}

/** A budget ran out or the request was cancelled; only the top of a run catches it. */
export class Stopped extends Error {
  constructor(
    readonly unknown: Unknown,
    readonly cause_: 'time' | 'steps' | 'cancelled',
  ) {
    super(unknown.reason);
  }
}

/** The course of a generator can't be known any further; whoever consumes it goes on with an unknown. */
export class UnknownFlow extends Error {
  constructor(readonly unknown: Unknown) {
    super(unknown.reason);
  }
}
