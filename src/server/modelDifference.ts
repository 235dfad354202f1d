/** Parameter counts before and after a change. */
import type { ParameterDelta } from '../edits/index.js';
import type { Count, ModelReport, ModuleDifference, ModuleNodeReport, SymbolicCount } from '../protocol/index.js';

export interface LocatedReport {
  readonly uri: string;
  readonly report: ModelReport;
}

/** The total of each module that is in one of the two or in both. */
export function compareModules(before: readonly LocatedReport[], after: readonly LocatedReport[]): ModuleDifference[] {
  const differences = after.map(({ uri, report }): ModuleDifference => {
    const old = find(before, uri, report.qualname);
    const total = report.parameters.total;
    return old
      ? { uri, qualname: report.qualname, before: old.parameters.total, after: total }
      : { uri, qualname: report.qualname, after: total };
  });
  for (const { uri, report } of before) {
    if (!find(after, uri, report.qualname))
      differences.push({ uri, qualname: report.qualname, before: report.parameters.total });
  }
  return differences;
}

/**
 * What the change does to the outermost module: the one that no other of these modules contains. Where several stand
 * side by side and more than one changes, no single number is true.
 */
export function parameterDelta(before: readonly LocatedReport[], after: readonly LocatedReport[]): ParameterDelta {
  if (before.length === 0 && after.length === 0)
    return { kind: 'notChecked', reason: 'there is no module in these files' };
  const changes: ParameterDelta[] = [];
  for (const difference of compareModules(outermost(before), outermost(after))) {
    const { qualname } = difference;
    const delta = countDelta(
      'before' in difference ? (difference.before ?? null) : 0,
      'after' in difference ? (difference.after ?? null) : 0,
    );
    if (delta === null) return { kind: 'notChecked', reason: `the parameters of ${qualname} are unknown` };
    if (delta.kind === 'symbolic' || (delta.kind === 'known' && delta.delta !== 0)) changes.push(delta);
  }
  if (changes.length > 1) return { kind: 'notChecked', reason: 'several models change' };
  return changes[0] ?? { kind: 'known', delta: 0 };
}

/** `null` if either is unknown. */
export function countDelta(before: Count, after: Count): ParameterDelta | null {
  if (before === null || after === null) return null;
  if (typeof before === 'number' && typeof after === 'number') return { kind: 'known', delta: after - before };
  if (expressionOf(before) === expressionOf(after)) return { kind: 'known', delta: 0 };
  return { kind: 'symbolic', expression: `(${expressionOf(after)}) − (${expressionOf(before)})` };
}

function expressionOf(count: number | SymbolicCount): string {
  return typeof count === 'number' ? String(count) : count.expression;
}

function find(reports: readonly LocatedReport[], uri: string, qualname: string): ModelReport | undefined {
  return reports.find((each) => each.uri === uri && each.report.qualname === qualname)?.report;
}

function outermost(reports: readonly LocatedReport[]): LocatedReport[] {
  const contained = new Set<string>();
  for (const { report } of reports) for (const child of report.tree?.children ?? []) addTypes(child, contained);
  return reports.filter(({ report }) => !contained.has(lastPart(report.qualname)));
}

function addTypes(node: ModuleNodeReport, types: Set<string>): void {
  types.add(node.type);
  for (const child of node.children) addTypes(child, types);
}

function lastPart(qualname: string): string {
  return qualname.slice(qualname.lastIndexOf('.') + 1);
}
