/** Findings as text: for people, for programs, for code scanning, for GitHub's workflow log. */
import { pathToFileURL } from 'node:url';
import { styleText } from 'node:util';
import { rules } from '../engine/lint/index.js';
import type { FindingReport, Severity } from '../engine/report/index.js';
import { shownPath } from './terminal.js';
import { plural } from '../texts.js';

export const LINT_FORMATS = ['text', 'json', 'sarif', 'github'] as const;
export type LintFormat = (typeof LINT_FORMATS)[number];

export interface RenderOptions {
  /** How many files were looked at. */
  readonly files: number;
  readonly colour: boolean;
}

const RENDERERS: Record<LintFormat, (found: readonly FindingReport[], options: RenderOptions) => string> = {
  text,
  json: (findings) => `${JSON.stringify({ findings }, null, 2)}\n`,
  sarif,
  github,
};

export function renderFindings(found: readonly FindingReport[], format: LintFormat, options: RenderOptions): string {
  return RENDERERS[format](found, options);
}

const COLOURS: Record<Severity, 'red' | 'yellow' | 'blue' | 'gray'> = {
  error: 'red',
  warning: 'yellow',
  info: 'blue',
  hint: 'gray',
};

function text(found: readonly FindingReport[], { files, colour }: RenderOptions): string {
  const paint = (style: Parameters<typeof styleText>[0], part: string): string =>
    colour ? styleText(style, part) : part;
  const lines = found.map(({ rule, severity, message, span, fix }) => {
    const place = `${shownPath(span.file)}:${span.start.line + 1}:${span.start.character + 1}`;
    const tail = fix ? paint('dim', `  [--fix: ${fix.title}]`) : '';
    return `${place}: ${paint(COLOURS[severity], `${severity} ${rule}`)} ${message}${tail}`;
  });
  const count = (severity: Severity): number => found.filter((each) => each.severity === severity).length;
  const parts = (['error', 'warning', 'info', 'hint'] as const).flatMap((severity) =>
    count(severity) > 0
      ? [`${count(severity)} ${severity}${severity !== 'info' && count(severity) > 1 ? 's' : ''}`]
      : [],
  );
  const where = `in ${plural(files, 'file')}`;
  lines.push(parts.length > 0 ? `${parts.join(', ')} ${where}` : `Nothing found ${where}`);
  return `${lines.join('\n')}\n`;
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function github(found: readonly FindingReport[]): string {
  const escape = (value: string): string =>
    value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (value: string): string => escape(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return found
    .map(({ rule, severity, message, span }) => {
      const command = severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'notice';
      const at = `file=${property(shownPath(span.file))},line=${span.start.line + 1},endLine=${span.end.line + 1},col=${span.start.character + 1}`;
      return `::${command} ${at},title=${property(rule)}::${escape(message)}\n`;
    })
    .join('');
}

/** Static Analysis Results Interchange Format 2.1.0. */
function sarif(found: readonly FindingReport[]): string {
  const used = new Set(found.map(({ rule }) => rule));
  const level = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const;
  const region = ({ start, end }: FindingReport['span']): object => ({
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  });
  const location = (span: FindingReport['span']): object => ({
    physicalLocation: {
      artifactLocation: {
        uri: shownPath(span.file) === span.file ? pathToFileURL(span.file).href : encodeURI(shownPath(span.file)),
      },
      region: region(span),
    },
  });
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Model Architect',
            rules: rules
              .filter(({ id }) => used.has(id))
              .map(({ id, title, why, severity }) => ({
                id,
                shortDescription: { text: title },
                fullDescription: { text: why.replaceAll('\\`', '`') },
                defaultConfiguration: { level: level[severity] },
              })),
          },
        },
        results: found.map(({ rule, severity, message, span, related }) => ({
          ruleId: rule,
          level: level[severity],
          message: { text: message },
          locations: [location(span)],
          ...(related
            ? {
                relatedLocations: related.map((item, id) => ({
                  id,
                  ...location(item.span),
                  message: { text: item.message },
                })),
              }
            : {}),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
