/** `/explain`, `/train` and `/shrink` from what the analyser knows, without a model. */
import * as vscode from 'vscode';
import { budgetIn } from '../../agent/index.js';
import type { TrainingResult } from '../../protocol/index.js';
import { numberOf } from '../../texts.js';
import { explainRule, ruleInQuestion } from '../rulePages.js';
import type { Services } from '../services.js';
import { moduleInQuestion, reportOf } from './module.js';
import { renderExplanation } from './playbook/explain.js';
import { renderShrink, smaller } from './playbook/shrink.js';
import { renderTraining } from './playbook/train.js';
import type { Row } from './playbook/tables.js';
import { tellChanges, writeChanges } from './proposal.js';
import type { AnswerSink } from './question.js';

/** Longest source line that is shown in a table. */
const LONGEST_LINE = 80;

type Answering = (
  services: Services,
  text: string,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
) => Promise<readonly string[]>;

/** @returns ids of the changes that are pending now */
export const explain: Answering = async (services, text, document, sink, token) => {
  const asked = ruleInQuestion(text);
  const page = asked && (await explainRule(services.context.extensionUri, asked.rule, asked.about));
  if (page) {
    sink.markdown(page);
    return [];
  }
  sink.progress('Reading the module');
  const module = await moduleInQuestion(services, text, document, sink, token);
  const report = module && (await reportOf(services, module, sink, token));
  if (!module || !report) return [];
  const { uri, qualname } = module;
  const training = await services.analysis.request('architect/training', { uri, qualname }, token);
  const sourceAt = await sourceLines(report.tree ? [report.tree] : []);
  sink.markdown(renderExplanation(report, training, sourceAt));
  sink.button('architect.inspect', 'Inspect', [{ uri, qualname }]);
  return [];
};

export const train: Answering = async (services, _text, document, sink, token) => {
  sink.progress('Reading the training code');
  const uri = document.uri.toString();
  const training = await services.analysis.request('architect/training', { uri }, token);
  for (const place of placesOf(training)) sink.reference(vscode.Uri.parse(place.uri), rangeOf(place.range));
  const { model } = training;
  const reports = model
    ? (await services.analysis.request('architect/inspect', { uri: model.uri, qualname: model.qualname }, token))
        .reports
    : [];
  sink.markdown(renderTraining(reports[0], training));
  return [];
};

export const shrink: Answering = async (services, text, document, sink, token) => {
  sink.progress('Counting');
  const module = await moduleInQuestion(services, text, document, sink, token);
  const report = module && (await reportOf(services, module, sink, token));
  if (!module || !report) return [];
  const { uri, qualname } = module;
  const budget = budgetIn(text, numberOf(report.parameters.total));
  sink.progress('Counting the model at other sizes');
  const result = await services.analysis.request(
    'architect/alternatives',
    { uri, qualname, ...(budget === undefined ? {} : { budget }) },
    token,
  );
  const [largest] = budget === undefined ? [] : smaller(result);
  const written = largest && (await writeChanges(services, [largest.edits], sink, token));
  sink.markdown(renderShrink(report, result, budget, written && written.hunks > 0 ? largest : undefined));
  if (written) tellChanges(written, sink);
  return largest && written && written.hunks > 0 ? [largest.edits.id] : [];
};

function placesOf(training: TrainingResult): { uri: string; range: TrainingResult['losses'][number]['range'] }[] {
  const { modelCall, losses, optimizers, schedulers, trainLoader, validationLoader, epochs } = training;
  return [modelCall, ...losses, ...optimizers, ...schedulers, trainLoader, validationLoader, epochs].flatMap(
    (place) => place ?? [],
  );
}

function rangeOf({ start, end }: TrainingResult['losses'][number]['range']): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** Reads the lines at which submodules are made; library files are left alone, their lines say nothing to the user. */
async function sourceLines(roots: readonly Row['node'][]): Promise<(row: Row) => string | undefined> {
  const files = new Set<string>();
  const visit = (node: Row['node']): void => {
    if (node.span) files.add(node.span.file);
    node.children.forEach(visit);
  };
  roots.forEach(visit);
  const documents = new Map<string, vscode.TextDocument>();
  for (const file of files) {
    const uri = file.includes('://') ? vscode.Uri.parse(file) : vscode.Uri.file(file);
    if (vscode.workspace.getWorkspaceFolder(uri)) documents.set(file, await vscode.workspace.openTextDocument(uri));
  }
  return ({ node: { span } }) => {
    const document = span && documents.get(span.file);
    if (!span || !document || span.start.line >= document.lineCount) return undefined;
    const range = new vscode.Range(span.start.line, span.start.character, span.end.line, span.end.character);
    const text = document.getText(range).replaceAll(/\s+/g, ' ').trim();
    return text === '' || text.length > LONGEST_LINE ? undefined : text;
  };
}
