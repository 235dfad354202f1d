/** The report as the inspector shows it: rows of text, with the report before pending changes beside it if there are any. */
import type {
  Count,
  InspectorNote,
  InspectorRow,
  InspectorTotal,
  InspectorView,
  ModelReport,
  ModuleNodeReport,
  ReportNote,
  ReportSpan,
  RowChange,
  SourceLink,
} from '../../protocol/index.js';
import { countText, differenceText, numberOf, outputText } from '../../texts.js';

/** Turns a file name of a report into a document's URI. */
export type ToUri = (file: string) => string;

export interface ViewInput {
  readonly after: ModelReport;
  /** With pending changes: the report without them; `null` if the module isn't there then. */
  readonly before?: ModelReport | null;
  readonly choices: readonly string[];
  readonly file: string;
  readonly toUri: ToUri;
}

export function viewOf({ after, before, choices, file, toUri }: ViewInput): InspectorView {
  const comparing = before !== undefined;
  return {
    qualname: after.qualname,
    file,
    call: after.call,
    choices,
    comparing,
    signature: signatureOf(after),
    totals: totalsOf(after, before),
    rows: after.tree ? rowsOf(after.tree, before?.tree ?? null, comparing, toUri) : [],
    unknowns: [...after.unknowns.map((note) => noteOf(note, toUri)), ...inputsUnknown(after)],
    assumptions: after.assumptions.map((note) => noteOf(note, toUri)),
  };
}

function totalsOf(after: ModelReport, before: ModelReport | null | undefined): InspectorTotal[] {
  const total = (label: string, of: (report: ModelReport) => Count): InspectorTotal => {
    const value = of(after);
    const shown = value === null && label === 'Parameters' ? atLeast(after) : countText(value);
    if (before === undefined) return { label, value: shown };
    const old = before === null ? 0 : of(before);
    return { label, value: shown, before: countText(old), difference: differenceOf(old, value) };
  };
  return [
    total('Parameters', ({ parameters }) => parameters.total),
    total('Trainable', ({ parameters }) => parameters.trainable),
    total('Frozen', ({ parameters }) => parameters.frozen),
    total('Buffers', ({ buffers }) => buffers),
    total('Modules', ({ modules }) => modules),
    total('MACs', ({ macs }) => macs),
  ];
}

function atLeast({ parameters }: ModelReport): string {
  return parameters.atLeast === undefined || parameters.atLeast === null
    ? 'unknown'
    : `at least ${countText(parameters.atLeast)}`;
}

/** Without input sizes there is nothing to follow through forward; the user can say them. */
function inputsUnknown(report: ModelReport): InspectorNote[] {
  if (report.inputs.length > 0 || !report.tree) return [];
  return [plainNote('The sizes of the inputs are unknown, so there are no shapes and MACs.'), inputsHint(report)];
}

/** What the user can do where sizes of inputs are missing. */
export function inputsHint({ qualname }: ModelReport): InspectorNote {
  return plainNote(`A comment above the class says them: # architect: ${qualname}(…)(x: f32[8, 3, 32, 32])`);
}

/** A note about no place. */
export function plainNote(text: string): InspectorNote {
  return { text, source: null };
}

/** What came and went, or that it can't be told. */
export function differenceOf(before: Count, after: Count): string {
  if (before === null || after === null) return 'unknown';
  if (typeof before === 'number' && typeof after === 'number') return differenceText(after - before);
  if (countText(before) === countText(after)) return differenceText(0);
  const [a, b] = [numberOf(before), numberOf(after)];
  return a === null || b === null ? 'changed' : differenceText(b - a);
}

function rowsOf(
  after: ModuleNodeReport,
  before: ModuleNodeReport | null,
  comparing: boolean,
  toUri: ToUri,
): InspectorRow[] {
  const rows: InspectorRow[] = [];
  const whole = numberOf(after.total);
  const visit = (
    node: ModuleNodeReport,
    old: ModuleNodeReport | null,
    path: string,
    depth: number,
    gone: boolean,
  ): void => {
    const removed = gone
      ? []
      : (old?.children ?? []).filter(({ name }) => !node.children.some((child) => child.name === name));
    const own = numberOf(node.total);
    rows.push({
      path,
      name: path === '' ? node.type : node.name,
      type: node.type,
      depth,
      children: node.children.length + removed.length,
      parameters: gone ? '' : countText(node.total),
      share: gone || own === null || !whole ? null : own / whole,
      shared: node.shared,
      input: outputText(node.inputShape, ''),
      output: outputText(node.outputShape, ''),
      macs: node.macs === null ? '' : countText(node.macs),
      source: gone ? null : linkOf(node.span, toUri),
      ...(comparing ? compared(node, old, gone) : {}),
    });
    const below = (child: ModuleNodeReport): string => (path === '' ? child.name : `${path}.${child.name}`);
    for (const child of node.children) {
      visit(child, old?.children.find(({ name }) => name === child.name) ?? null, below(child), depth + 1, gone);
    }
    for (const child of removed) visit(child, child, below(child), depth + 1, true);
  };
  visit(after, before, '', 0, false);
  return rows;
}

function compared(
  node: ModuleNodeReport,
  old: ModuleNodeReport | null,
  gone: boolean,
): Pick<InspectorRow, 'before' | 'difference' | 'change'> {
  const [was, is] = [old ? old.total : 0, gone ? 0 : node.total];
  const difference = differenceOf(was, is);
  const change: RowChange = gone
    ? 'removed'
    : !old
      ? 'added'
      : difference !== '±0' || old.type !== node.type
        ? 'changed'
        : 'same';
  return { before: old ? countText(old.total) : '', difference, change };
}

function signatureOf({ inputs, output }: ModelReport): string {
  if (inputs.length === 0) return '';
  const shown = inputs.map(({ name, shape, dtype }) => `${name}: ${dtype ?? ''}${outputText(shape, '[?]')}`);
  return `(${shown.join(', ')}) → ${outputText(output, 'unknown')}`;
}

/** A note of the report, with its place. */
export function noteOf({ reason, file, line }: ReportNote, toUri: ToUri): InspectorNote {
  const source = file === null || line === null ? null : { uri: toUri(file), line: line - 1, character: 0 };
  return { text: reason, source };
}

/** The beginning of a piece of a file. */
export function linkOf(span: ReportSpan | null, toUri: ToUri): SourceLink | null {
  return span && { uri: toUri(span.file), line: span.start.line, character: span.start.character };
}
