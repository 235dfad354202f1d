/** Runs all rules over a program, leaves out what the user silenced, and gives each finding once. */
import { parseDirective } from '../syntax/index.js';
import type { Program } from './program.js';
import { rules } from './rules/index.js';
import type { Finding, Rule } from './types.js';

export interface Found extends Finding {
  readonly rule: Rule;
}

/** Findings whose place is in the program's file, in source order. */
export function check(program: Program): Found[] {
  const silenced = silencedLines(program);
  const found = new Map<string, Found>();
  for (const rule of rules) {
    for (const finding of rule.check(program)) {
      const { file, start, end } = finding.place;
      if (file.path !== program.file.path) continue;
      const line = program.file.positionAt(start).line;
      const off = silenced.get(line);
      if (off && (off.length === 0 || off.includes(rule.id))) continue;
      const key = `${rule.id} ${start} ${end}`;
      if (!found.has(key)) found.set(key, { ...finding, rule });
    }
  }
  return [...found.values()].sort((a, b) => a.place.start - b.place.start || a.rule.id.localeCompare(b.rule.id));
}

/** Lines with `# architect: ignore[L01]`: the rules named there; none named means all. */
function silencedLines({ file, project }: Program): Map<number, readonly string[]> {
  const lines = new Map<number, readonly string[]>();
  for (const comment of file.ast.comments) {
    const directive = parseDirective(comment, project.parser);
    if (directive?.kind === 'ignore') lines.set(file.positionAt(directive.start).line, directive.rules);
  }
  return lines;
}
