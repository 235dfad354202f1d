/** The inspector's panel: asks for the reports, keeps them up to date, and answers the page. */
import * as vscode from 'vscode';
import { baselineText } from '../../edits/index.js';
import type {
  FromInspector,
  InspectorPart,
  InspectorView,
  InspectParams,
  ModelReport,
  OverlayText,
  SourceLink,
  ToInspector,
} from '../../protocol/index.js';
import { shortName } from '../diff/documents.js';
import { showPlace } from '../notebooks.js';
import type { Services } from '../services.js';
import type { ModuleTarget } from '../target.js';
import { bytesText, grouped, numberOf } from '../../texts.js';
import { detailsOf } from './details.js';
import { exportView } from './export.js';
import { graphOf } from './graph.js';
import { pageOf } from './html.js';
import { largestBatch } from './largestBatch.js';
import { savePicture } from './savePicture.js';
import { viewOf, type ToUri } from './view.js';

const QUIET_MILLISECONDS = 250;

/** What is asked of a report beside counts and shapes. */
type Wanted = Pick<InspectParams, 'details' | 'batch' | 'precision' | 'graph'>;
type Asked<T extends FromInspector['type']> = Extract<FromInspector, { type: T }>;

export class InspectorPanel implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private view: InspectorView | undefined;
  private ready = false;
  private timer: NodeJS.Timeout | undefined;
  private running: vscode.CancellationTokenSource | undefined;
  /** Parts that are being worked on. */
  private readonly asked = new Map<InspectorPart, vscode.CancellationTokenSource>();

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private target: ModuleTarget,
    private readonly services: Services,
  ) {
    const { context, analysis, changes } = services;
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.svg');
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist')],
    };
    this.disposables = [
      panel.webview.onDidReceiveMessage((message: FromInspector) => this.receive(message)),
      analysis.onDidChangeResults(() => this.refreshSoon()),
      changes.pending.onDidChange(() => this.refreshSoon()),
    ];
    panel.webview.html = pageOf(panel.webview, context.extensionUri);
  }

  /** Shows another module. */
  show(target: ModuleTarget): void {
    this.target = target;
    this.view = undefined;
    this.running?.cancel();
    this.dropQuestions();
    this.panel.reveal(undefined, true);
    this.tell({ type: 'loading', text: `Analysing ${target.qualname}` });
    this.refreshSoon(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.running?.cancel();
    this.dropQuestions();
    for (const each of this.disposables) each.dispose();
  }

  private receive(message: FromInspector): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        return this.refreshSoon(0);
      case 'choose':
        return this.show({ uri: this.target.uri, qualname: message.qualname });
      case 'reveal':
        return this.run(reveal(message.source));
      case 'export':
        return this.view && this.run(openExport(exportView(this.view, message.format), message.format));
      case 'details':
        return this.answer('details', (token) => this.details(message, token));
      case 'graph':
        return this.answer('graph', (token) => this.graph(token));
      case 'fit':
        return this.answer('fit', (token) => this.fit(message, token));
      case 'cancel':
        return this.asked.get(message.part)?.cancel();
      case 'problem':
        return void vscode.window.showErrorMessage(message.text);
      case 'picture':
        return this.run(savePicture(this.target, message));
    }
  }

  private refreshSoon(delay = QUIET_MILLISECONDS): void {
    clearTimeout(this.timer);
    if (this.ready) this.timer = setTimeout(() => this.run(this.refresh()), delay);
  }

  private async refresh(): Promise<void> {
    this.running?.cancel();
    const source = new vscode.CancellationTokenSource();
    this.running = source;
    const { target } = this;
    this.panel.title = `Inspect ${target.qualname}`;
    if (!this.view) this.tell({ type: 'loading', text: `Analysing ${target.qualname}` });
    let message: ToInspector;
    try {
      const view = await this.look(target, source.token);
      if (source.token.isCancellationRequested) return;
      this.view = view;
      message = view
        ? { type: 'view', view, target }
        : {
            type: 'message',
            text: `There is no nn.Module named ${target.qualname} in ${shortName(target.uri)} any more.`,
          };
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      message = {
        type: 'message',
        text: `${target.qualname} can't be shown. ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    if (source.token.isCancellationRequested) return;
    // Answers that are still under way are about what was before.
    this.dropQuestions();
    this.tell(message);
  }

  private async look(
    { uri, qualname }: ModuleTarget,
    token: vscode.CancellationToken,
  ): Promise<InspectorView | undefined> {
    const { analysis } = this.services;
    const { reports } = await analysis.request('architect/inspect', { uri, qualname }, token);
    const [after] = reports;
    if (!after) return undefined;
    const { modules } = await analysis.request('architect/modules', { uri }, token);
    return viewOf({
      after,
      before: await this.without(uri, qualname, token),
      choices: modules.map((module) => module.qualname),
      file: shortName(uri),
      toUri,
    });
  }

  /** The report without the pending changes; `null` if the class is new, `undefined` if nothing is pending. */
  private async without(
    uri: string,
    qualname: string,
    token: vscode.CancellationToken,
    wanted: Wanted = {},
  ): Promise<ModelReport | null | undefined> {
    const { pending } = this.services.changes;
    const overlay = pending.uris.flatMap((each): OverlayText[] => {
      const state = pending.state(each);
      return state ? [{ uri: each, text: baselineText(state) }] : [];
    });
    if (overlay.length === 0) return undefined;
    const { reports } = await this.services.analysis.request(
      'architect/inspect',
      { uri, qualname, overlay, ...wanted },
      token,
    );
    return reports[0] ?? null;
  }

  /** Answers what a tab of the page asks for; a newer question takes the place of an older one. */
  private answer(part: InspectorPart, find: (token: vscode.CancellationToken) => Promise<ToInspector>): void {
    const older = this.asked.get(part);
    const source = new vscode.CancellationTokenSource();
    this.asked.set(part, source);
    older?.cancel();
    const work = find(source.token)
      .catch((error: unknown): ToInspector => {
        if (error instanceof vscode.CancellationError) return { type: 'failed', part, text: 'Cancelled.' };
        return { type: 'failed', part, text: error instanceof Error ? error.message : String(error) };
      })
      .then((message) => {
        if (this.asked.get(part) !== source) return;
        this.asked.delete(part);
        this.tell(message);
      })
      .finally(() => source.dispose());
    this.run(work);
  }

  /** Whatever a tab asked for is not answered any more. */
  private dropQuestions(): void {
    const sources = [...this.asked.values()];
    this.asked.clear();
    for (const source of sources) source.cancel();
  }

  private async details({ batch, precision }: Asked<'details'>, token: vscode.CancellationToken): Promise<ToInspector> {
    const { target } = this;
    const wanted: Wanted = { details: true, precision, ...(batch === null ? {} : { batch }) };
    const after = await this.report(target, wanted, token);
    const before = await this.without(target.uri, target.qualname, token, wanted);
    return { type: 'details', details: detailsOf({ after, before, batch, toUri }) };
  }

  private async graph(token: vscode.CancellationToken): Promise<ToInspector> {
    return { type: 'graph', graph: graphOf(await this.report(this.target, { graph: true }, token), toUri) };
  }

  private async fit({ gigabytes, precision }: Asked<'fit'>, token: vscode.CancellationToken): Promise<ToInspector> {
    const { target } = this;
    const limit = gigabytes * 2 ** 30;
    const fit = await largestBatch(limit, async (batch) => {
      const { memory } = await this.report(target, { details: true, batch, precision }, token);
      return numberOf(memory.peak);
    });
    const room = `${Number(gigabytes.toPrecision(6))} GiB`;
    const texts = {
      fits: () => `The largest batch that fits into ${room} is ${fit.kind === 'fits' ? grouped(fit.batch) : ''}`,
      nothing: () => `Not even one sample fits into ${room}`,
      unbounded: () =>
        `Every batch that was tried fits into ${room}, up to ${'batch' in fit ? grouped(fit.batch) : ''}`,
      unknown: () => 'What a batch takes is not known as a number, so it can’t be told which one fits.',
    };
    const taken = 'bytes' in fit ? ` (${bytesText(fit.bytes)}); the operators’ own work memory comes on top.` : '';
    return { type: 'fit', text: `${texts[fit.kind]()}${taken}` };
  }

  private async report(
    { uri, qualname }: ModuleTarget,
    wanted: Wanted,
    token: vscode.CancellationToken,
  ): Promise<ModelReport> {
    const { reports } = await this.services.analysis.request('architect/inspect', { uri, qualname, ...wanted }, token);
    const [report] = reports;
    if (!report) throw new Error(`There is no nn.Module named ${qualname} any more.`);
    return report;
  }

  private tell(message: ToInspector): void {
    if (this.ready) void this.panel.webview.postMessage(message);
  }

  private run(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.services.log.error('The inspector ran into a problem.', error));
  }
}

const toUri: ToUri = (file) => (/^[a-z][a-z\d+.-]+:/i.test(file) ? file : vscode.Uri.file(file).toString());

/** Shows a place beside the inspector. */
async function reveal({ uri, line, character }: SourceLink): Promise<void> {
  const at = new vscode.Range(line, character, line, character);
  const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  await showPlace(vscode.Uri.parse(uri), at, { viewColumn: open?.viewColumn ?? vscode.ViewColumn.One });
}

/** An unsaved document: the user decides where it goes. */
async function openExport(content: string, format: 'markdown' | 'csv'): Promise<void> {
  const language = format === 'markdown' ? 'markdown' : 'plaintext';
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language }));
}
