/** What ranges say about where they come from. */
import type { GroupLink, Owner, ParameterDelta, ProposalRange } from './types.js';

export const CHANGED_SINCE: ParameterDelta = { kind: 'notChecked', reason: 'changed since it was checked', open: true };

/** Owners and groups of what became one. */
export function describe(parts: readonly { readonly owners: readonly Owner[]; readonly groups: readonly string[] }[]): {
  owners: Owner[];
  groups: string[];
} {
  const owners: Owner[] = [];
  for (const owner of parts.flatMap((part) => part.owners)) {
    if (!owners.some((known) => sameOwner(known, owner))) owners.push(owner);
  }
  return { owners, groups: unique(parts.flatMap((part) => part.groups)) };
}

export function sameOwner(a: Owner, b: Owner): boolean {
  return a.set === b.set && a.prescription === b.prescription && a.label === b.label;
}

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

export function withConflict(range: ProposalRange, conflict: ProposalRange['conflict']): ProposalRange {
  return conflict === undefined ? range : { ...range, conflict };
}

/** The links of these group ids. */
export function linksOf(groups: readonly GroupLink[], ids: readonly string[]): GroupLink[] {
  return ids.map((id) => groups.find((group) => group.id === id) ?? { id });
}
