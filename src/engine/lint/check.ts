/** Runs all rules over a program, leaves out what the user silenced, and gives each finding once. */
import type { Project } from '../project/index.js';
import { parseDirective, type SourceFile } from '../syntax/index.js';
import type { Program } from './program.js';
import { rules } from './rules/index.js';
import type { Finding, Rule } from './types.js';

export interface Found extends Finding {
  readonly rule: Rule;
}

/** Findings whose place is in the program's file and that the user didn't silence there. */
export function check(program: Program): Found[] {
  const silenced = silencedLines(program);
  return rules.flatMap((rule) =>
    [...rule.check(program)].flatMap((finding) => {
      const { file, start } = finding.place;
      if (file.path !== program.file.path) return [];
      const off = silenced.get(file.positionAt(start).line);
      return off && (off.length === 0 || off.includes(rule.id)) ? [] : [{ ...finding, rule }];
    }),
  );
}

/** Problems of a file without those that the user silenced on their lines. */
export function unsilenced<
  T extends { readonly rule: string; readonly span: { readonly start: { readonly line: number } } },
>(found: readonly T[], file: SourceFile, project: Project): T[] {
  const silenced = silencedLines({ file, project });
  return found.filter(({ rule, span }) => {
    const off = silenced.get(span.start.line);
    return !(off && (off.length === 0 || off.includes(rule)));
  });
}

/** Each finding once, in source order. */
export function distinct(found: readonly Found[]): Found[] {
  const byPlace = new Map<string, Found>();
  for (const finding of found) {
    const { start, end } = finding.place;
    const key = `${finding.rule.id} ${start} ${end}`;
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()].sort((a, b) => a.place.start - b.place.start || a.rule.id.localeCompare(b.rule.id));
}

/** Lines with `# architect: ignore[L01]`: the rules named there; none named means all. */
function silencedLines({ file, project }: Pick<Program, 'file' | 'project'>): Map<number, readonly string[]> {
  const lines = new Map<number, readonly string[]>();
  for (const comment of file.ast.comments) {
    const directive = parseDirective(comment, project.parser);
    if (directive?.kind === 'ignore') lines.set(file.positionAt(directive.start).line, directive.rules);
  }
  return lines;
}
