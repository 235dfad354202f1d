/** The documentation of the rules, made from the rules themselves. */
import { rules } from './rules/index.js';
import type { Rule } from './types.js';

const LEVELS = { error: 'error', warning: 'warning', info: 'information', hint: 'hint' } as const;

function page({ id, title, star, severity, why, wrong, right, sources }: Rule): string {
  return `# ${id}: ${title}

Shown as ${LEVELS[severity]}${star ? ', by default among the problems' : ''}. Setting: \`architect.rules.levels\`; on one line: \`# architect: ignore[${id}]\`.

## Why

${why.trim().replaceAll('\\`', '`')}

## Wrong

\`\`\`python
${wrong.trim()}
\`\`\`

## Right

\`\`\`python
${right.trim()}
\`\`\`

## Source

${sources.map((source) => `- ${source}`).join('\n')}
`;
}

function index(): string {
  const rows = rules.map(
    ({ id, title, star, severity }) => `| [${id}](${id}.md) | ${title} | ${LEVELS[severity]} | ${star ? '★' : ''} |`,
  );
  return `# Rules

What the analyser finds in models, losses and training loops. A rule speaks only where everything it needs is known.

| id | finds | level | ★ |
|---|---|---|---|
${rows.join('\n')}

★ marks the rules of highest value and precision.
`;
}

/** File names and texts. */
export function rulePages(): ReadonlyMap<string, string> {
  return new Map([['README.md', index()], ...rules.map((rule): [string, string] => [`${rule.id}.md`, page(rule)])]);
}
