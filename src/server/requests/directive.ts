/** Help with `# architect:` comments: what may be typed next, and a whole one for a class. */
import type { DirectiveParams, DirectiveResult, Position } from '../../protocol/index.js';
import { AnalysisError } from '../engine.js';
import { completeDirective, type Suggestion } from '../directives/complete.js';
import { directiveSnippet } from '../directives/snippet.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** Suggestions at a position. */
export function completions(
  { uri, position }: { readonly uri: string; readonly position: Position },
  workspace: Workspace,
): { suggestions: readonly Suggestion[] } {
  const help = workspace.current().directiveHelp(pathOf(uri));
  const start = help.file.offsetAt({ line: position.line, character: 0 });
  const before = help.file.text.slice(start, start + position.character);
  return { suggestions: completeDirective(before, help) };
}

/** A directive for a class, and where it goes: above the class, at its indentation. */
export function directive({ uri, qualname }: DirectiveParams, workspace: Workspace): DirectiveResult {
  const engine = workspace.current();
  const path = pathOf(uri);
  const help = engine.directiveHelp(path);
  const cls = help.classes.find(({ name }) => name === qualname);
  if (!cls) throw new AnalysisError(`There is no nn.Module class ${qualname} here any more.`);
  const report = engine.analyzeFile(path).find((each) => each.qualname === qualname);
  const { start } = cls.span;
  return {
    position: { line: start.line, character: 0 },
    indent: start.character,
    snippet: directiveSnippet(cls, report?.inputs ?? []),
  };
}
