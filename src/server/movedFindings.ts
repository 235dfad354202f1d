/** Findings of a text, for the text that it has become meanwhile. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { carryFileEdit, carryRange, minimalEdits } from '../edits/index.js';
import type { FindingReport } from '../protocol/index.js';
import { pathOf } from './paths.js';

type Span = FindingReport['span'];
type Fix = NonNullable<FindingReport['fix']>;

/**
 * What was found in `from`, with places in `to`. A finding whose place was rewritten is left out, and so is a fix that the change ran
 * into: it will be found again, or it is gone.
 */
export function movedFindings(
  uri: string,
  found: readonly FindingReport[],
  from: string,
  to: string,
): readonly FindingReport[] {
  if (from === to || found.length === 0) return found;
  const changes = minimalEdits(from, to);
  const path = pathOf(uri);
  const isHere = ({ file }: Span): boolean => file === path;
  const [before, after] = [documentOf(uri, from), documentOf(uri, to)];
  const moved = (span: Span): Span | null => {
    if (!isHere(span)) return span;
    const range = carryRange({ start: before.offsetAt(span.start), end: before.offsetAt(span.end) }, changes);
    return range ? { ...span, start: after.positionAt(range.start), end: after.positionAt(range.end) } : null;
  };
  const movedFix = (fix: Fix): Fix | null => {
    const own = fix.edits.filter(({ span }) => isHere(span));
    const edits = own.map(({ span, text }) => ({
      start: before.offsetAt(span.start),
      end: before.offsetAt(span.end),
      newText: text,
    }));
    if (!carryFileEdit({ uri, edits }, from, to, 0)) return null;
    const all = fix.edits.map(({ span, text }) => ({ span: moved(span), text }));
    return { ...fix, edits: all.flatMap(({ span, text }) => (span ? [{ span, text }] : [])) };
  };
  return found.flatMap((finding) => {
    const span = moved(finding.span);
    if (!span) return [];
    const { fix, related, ...rest } = finding;
    const fixNow = fix && movedFix(fix);
    const relatedNow = related?.flatMap((item) => {
      const at = moved(item.span);
      return at ? [{ ...item, span: at }] : [];
    });
    return [{ ...rest, span, ...(fixNow ? { fix: fixNow } : {}), ...(relatedNow ? { related: relatedNow } : {}) }];
  });
}

const documentOf = (uri: string, text: string): TextDocument => TextDocument.create(uri, 'python', 0, text);
