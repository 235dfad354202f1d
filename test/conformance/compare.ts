// Compares one answer of `architect analyze --batch` with what PyTorch measured.

/** A shape, a list of outputs, an object of outputs, or null for what has no shape or is not known. */
export type Output = number[] | Output[] | { [name: string]: Output } | null;

/** One model of a truth file; the numbers are PyTorch's own. */
export interface Truth {
  file: string;
  call: string;
  input?: number[][];
  inputDtypes?: string[];
  path?: string[];
  params: number;
  trainable: number;
  buffers: number;
  modules: number;
  children: Record<string, number>;
  output?: Output;
  macs?: number;
}

/** A count in a report: an integer, an expression over named sizes, or null for unknown. */
type Count = number | { value: number | null } | null;

interface Tree {
  name: string;
  total: Count;
  shared?: unknown;
  children?: Tree[];
}

/** The part of a `ModelReport` that is compared. */
export interface Answer {
  error?: { message: string };
  parameters?: { total: Count; trainable: Count } | null;
  buffers?: Count;
  modules?: Count;
  tree?: Tree | null;
  output?: Output;
  macs?: Count;
  unknowns?: { reason: string; file?: string; line?: number }[];
}

export type Verdict = 'exact' | 'counts' | 'unknown' | 'wrong';

export interface Result {
  /** exact: all that is known to PyTorch is right; counts: only output or MACs are missing; unknown: something else is. */
  verdict: Verdict;
  /** "field: got, expected" for each number that differs. */
  wrong: string[];
  /** The fields that were not determined. */
  missing: string[];
  /** Why, as the analyser says it. */
  reasons: string[];
}

function toNumber(count: Count | undefined): number | null {
  return typeof count === 'object' && count !== null ? count.value : (count ?? null);
}

/** True if an output holds a null where PyTorch gave a shape: such a part is missing rather than wrong. */
function isIncomplete(got: Output | undefined, want: Output): boolean {
  if (want === null) return false;
  if (got === null || got === undefined) return true;
  if (Array.isArray(want)) {
    const items: readonly (number | Output)[] = want;
    const found: readonly (number | Output)[] = Array.isArray(got) ? got : [];
    return items.some((item, index) =>
      typeof item === 'number' ? found[index] === null : isIncomplete(asOutput(found[index]), item),
    );
  }
  const fields = got;
  return Object.entries(want).some(
    ([name, item]) => !Array.isArray(fields) && name in fields && isIncomplete(fields[name], item),
  );
}

function asOutput(value: number | Output | undefined): Output {
  return typeof value === 'number' || value === undefined ? [] : value;
}

/** Replaces what is missing in `got` by what is wanted, so that the rest can be compared. */
function fill(got: Output | undefined, want: Output): Output {
  if (got === null || got === undefined || want === null) return want;
  if (Array.isArray(want) && Array.isArray(got)) {
    const items: readonly (number | Output)[] = want;
    const found: readonly (number | Output)[] = got;
    const filled = found.map((item, index) => {
      const wanted = items[index];
      if (item === null) return wanted ?? null;
      return typeof item === 'number' || typeof wanted === 'number' || wanted === undefined ? item : fill(item, wanted);
    });
    return filled as Output;
  }
  if (!Array.isArray(want) && !Array.isArray(got)) {
    return Object.fromEntries(
      Object.entries(got).map(([name, item]) => [name, name in want ? fill(item, want[name] ?? null) : item]),
    );
  }
  return got;
}

/** JSON with sorted keys: the order in which a dict's outputs are listed does not matter. */
function canonical(value: Output): string {
  if (value !== null && !Array.isArray(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
    return `{${fields.join(',')}}`;
  }
  if (Array.isArray(value)) {
    const items: readonly (number | Output)[] = value;
    return `[${items.map((item) => (typeof item === 'number' ? String(item) : canonical(item))).join(',')}]`;
  }
  return 'null';
}

/** Compares an answer with the truth, field by field. */
export function compare(truth: Truth, answer: Answer): Result {
  const wrong: string[] = [];
  const missing: string[] = [];
  if (answer.error)
    return { verdict: 'unknown', wrong, missing: ['everything'], reasons: [`error: ${answer.error.message}`] };

  const check = (field: string, count: Count | undefined, want: number): void => {
    const got = toNumber(count);
    if (got === null) missing.push(field);
    else if (got !== want) wrong.push(`${field}: ${got}, expected ${want}`);
  };
  check('params', answer.parameters?.total, truth.params);
  check('trainable', answer.parameters?.trainable, truth.trainable);
  check('buffers', answer.buffers, truth.buffers);
  check('modules', answer.modules, truth.modules);

  const children = new Map((answer.tree?.children ?? []).map((child) => [child.name, child]));
  for (const [name, want] of Object.entries(truth.children)) {
    const child = children.get(name);
    if (child) check(`children.${name}`, child.total, want);
    else if (missing.length > 0) missing.push(`children.${name}`);
    else wrong.push(`children.${name}: not there, expected ${want}`);
    children.delete(name);
  }
  // PyTorch lists a module that was registered twice under its first name only.
  for (const child of children.values()) if (!child.shared) wrong.push(`children.${child.name}: not in the model`);

  const missingCounts = missing.length;
  if (truth.output !== undefined) {
    if (isIncomplete(answer.output, truth.output)) missing.push('output');
    const got = fill(answer.output, truth.output);
    if (canonical(got) !== canonical(truth.output)) {
      wrong.push(`output: ${JSON.stringify(answer.output)}, expected ${JSON.stringify(truth.output)}`);
    }
  }
  if (truth.macs !== undefined) check('macs', answer.macs, truth.macs);

  let verdict: Verdict = 'exact';
  if (wrong.length > 0) verdict = 'wrong';
  else if (missingCounts > 0) verdict = 'unknown';
  else if (missing.length > 0) verdict = 'counts';
  const reasons = missing.length > 0 ? (answer.unknowns ?? []).map(({ reason }) => reason) : [];
  return {
    verdict,
    wrong,
    missing,
    reasons: missing.length > 0 && reasons.length === 0 ? ['no reason given'] : reasons,
  };
}
