/** Findings of the rules as the report has them: plain JSON. */
import type { Found } from '../lint/index.js';
import { spanOf } from './counts.js';
import type { FindingReport } from './types.js';

export function findingReport({ rule, message, severity, place, related, fix }: Found): FindingReport {
  return {
    rule: rule.id,
    severity: severity ?? rule.severity,
    message,
    span: spanOf(place),
    ...(related?.length
      ? { related: related.map((item) => ({ message: item.message, span: spanOf(item.place) })) }
      : {}),
    ...(fix
      ? { fix: { title: fix.title, edits: fix.edits.map((edit) => ({ span: spanOf(edit.place), text: edit.text })) } }
      : {}),
  };
}
