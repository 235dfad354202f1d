/** The module that a question is about, with its report. */
import * as vscode from 'vscode';
import type { ModelReport, ModuleSummary } from '../../protocol/index.js';
import { numberOf } from '../../texts.js';
import { cellOf, isCell, nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import type { AnswerSink } from './question.js';
import { documentThatNames, namedIn } from './subject.js';

export interface ModuleInQuestion {
  readonly document: vscode.TextDocument;
  readonly uri: string;
  readonly qualname: string;
}

/** The module that is named, else the one under the cursor, else the largest of the file. Says so if there is none. */
export async function moduleInQuestion(
  { analysis }: Services,
  text: string,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<ModuleInQuestion | undefined> {
  const home = (await documentThatNames(text, document)) ?? document;
  const uri = home.uri.toString();
  let { modules } = await analysis.request('architect/modules', { uri }, token);
  // The model of a notebook may be in another cell than the cursor.
  const notebook = modules.length === 0 ? cellOf(home.uri)?.notebook.uri.toString() : undefined;
  if (notebook !== undefined) ({ modules } = await analysis.request('architect/modules', { uri: notebook }, token));
  sink.reference(home.uri);
  if (modules.length === 0) {
    sink.markdown(
      `There is no \`nn.Module\` class in ${nameOf(home.uri)}. Open the file that has it, or attach it to the question.`,
    );
    return undefined;
  }
  return { document: home, uri, qualname: chosen(modules, text, home) };
}

function chosen(modules: readonly ModuleSummary[], text: string, document: vscode.TextDocument): string {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const cursor = editor?.selection.active;
  const named = namedIn(
    text,
    modules.map(({ qualname }) => qualname),
  );
  const around = modules.findLast(
    ({ range }) => cursor && cursor.line >= range.start.line && cursor.line <= range.end.line,
  );
  const size = ({ parameters }: ModuleSummary): number => numberOf(parameters) ?? -1;
  return named ?? around?.qualname ?? modules.reduce((a, b) => (size(b) > size(a) ? b : a)).qualname;
}

/** Its report, listed as a reference; `undefined` after saying that there is none. */
export async function reportOf(
  { analysis }: Services,
  { document, uri, qualname }: ModuleInQuestion,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<ModelReport | undefined> {
  const { reports } = await analysis.request('architect/inspect', { uri, qualname }, token);
  const [report] = reports;
  if (!report) {
    sink.markdown(`\`${qualname}\` could not be analysed.`);
    return undefined;
  }
  const place = isCell(document.uri) ? vscode.Uri.parse(report.span.file) : document.uri;
  sink.reference(place, new vscode.Range(report.span.start.line, 0, report.span.end.line, 0));
  return report;
}
