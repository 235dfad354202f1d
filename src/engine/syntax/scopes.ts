import type { Scope } from './ast.js';

/** Collects what one scope binds while its body is lowered. */
export class ScopeBuilder {
  private readonly bound = new Set<string>();
  private readonly globals = new Set<string>();
  private readonly nonlocals = new Set<string>();
  isGenerator = false;
  usesClassCell = false;

  constructor(
    readonly type: Scope['type'],
    readonly parent: ScopeBuilder | null,
  ) {}

  bind(name: string): void {
    this.bound.add(name);
  }

  declareGlobal(name: string): void {
    this.globals.add(name);
  }

  declareNonlocal(name: string): void {
    this.nonlocals.add(name);
  }

  /** The result of `name := value` lands in the nearest scope that is no comprehension. */
  bindWalrus(name: string): void {
    if (this.type === 'comprehension' && this.parent) this.parent.bindWalrus(name);
    else this.bind(name);
  }

  /** `yield` belongs to the nearest scope that is no comprehension. */
  markYield(): void {
    if (this.type === 'comprehension' && this.parent) this.parent.markYield();
    else this.isGenerator = true;
  }

  /** Closes the scope: a name that is declared global or nonlocal is no local. */
  finish(): Scope {
    // A class has its own cell: what its methods say of `super` is nothing to the function around the class.
    if (this.usesClassCell && this.parent && this.type !== 'class') this.parent.usesClassCell = true;
    const locals = new Set<string>();
    for (const name of this.bound) {
      if (this.nonlocals.has(name) || (this.globals.has(name) && this.type !== 'module')) continue;
      locals.add(name);
    }
    return {
      type: this.type,
      locals,
      globals: this.globals,
      nonlocals: this.nonlocals,
      isGenerator: this.isGenerator,
      usesClassCell: this.usesClassCell,
    };
  }
}

/** Python's name mangling: inside class `Net`, `__x` is `_Net__x`. */
export function mangle(className: string | null, name: string): string {
  if (className === null || !name.startsWith('__') || name.endsWith('__')) return name;
  const stripped = className.replace(/^_+/, '');
  return stripped ? `_${stripped}${name}` : name;
}
