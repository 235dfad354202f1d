/** Editor commands over the same core as chat, for those who have no chat: the answer is a document beside the code. */
import * as vscode from 'vscode';
import { tellable } from '../agent/tellable.js';
import { nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import { answer } from './answer.js';
import type { AnswerSink, ChatCommand, Question } from './question.js';
import { plural } from '../../texts.js';

const SCHEME = 'architect-answer';

interface AnswerCommand {
  readonly id: string;
  readonly command: ChatCommand;
  readonly title: string;
  /** What is asked of the user. */
  readonly ask: string;
  readonly example: string;
  /** Stands before what the user writes. */
  readonly prefix?: string;
  /** Without words of the user there is nothing to do. */
  readonly needsText?: boolean;
  /** No model is asked. */
  readonly local?: boolean;
}

const COMMANDS: readonly AnswerCommand[] = [
  {
    id: 'architect.fixOverfitting',
    command: 'fix',
    title: 'Fix Overfitting',
    ask: 'What do you see? You may leave this empty.',
    example: 'e.g. loss is 0.1 on training but 0.8 on validation',
    prefix: 'overfitting ',
  },
  {
    id: 'architect.answer.fix',
    command: 'fix',
    title: 'Fix a Training Problem',
    ask: 'What do you see?',
    example: 'e.g. the loss becomes NaN after 200 steps',
    needsText: true,
  },
  {
    id: 'architect.answer.analyze',
    command: 'analyze',
    title: 'Analyze Model',
    ask: 'Which module? Leave this empty for the one under the cursor.',
    example: 'e.g. TextClassifier',
  },
  {
    id: 'architect.answer.design',
    command: 'design',
    title: 'Design a Model',
    ask: 'What should it do, on which data, within which budget?',
    example: 'e.g. a CNN for 5 classes of 224×224 grey-scale scans, under 5M parameters',
    needsText: true,
  },
  {
    id: 'architect.answer.loss',
    command: 'loss',
    title: 'Choose or Design a Loss',
    ask: 'What should be learned? Leave this empty to look at the present loss.',
    example: 'e.g. segmentation with 2 % foreground',
  },
  {
    id: 'architect.answer.explain',
    command: 'explain',
    title: 'Explain a Module',
    ask: 'Which module, or what about it? Leave this empty for the one under the cursor.',
    example: 'e.g. why is EncoderBlock pre-norm?',
  },
  {
    id: 'architect.answer.train',
    command: 'train',
    title: 'Plan the Training',
    ask: 'What do you have? You may leave this empty.',
    example: 'e.g. two GPUs with 24 GB each, 1M images',
  },
  {
    id: 'architect.answer.verify',
    command: 'verify',
    title: 'Verify in Python',
    ask: 'Which module? Leave this empty for the one under the cursor. You are asked before anything is run.',
    example: 'e.g. TextClassifier',
    local: true,
  },
  {
    id: 'architect.answer.shrink',
    command: 'shrink',
    title: 'Shrink to a Budget',
    ask: 'To how many parameters? Leave this empty to see where they are.',
    example: 'e.g. under 200k parameters',
  },
];

/** One command for each of chat’s. */
export function registerAnswerCommands(services: Services): vscode.Disposable {
  const answers = new Answers();
  return vscode.Disposable.from(
    answers,
    ...COMMANDS.map((command) => vscode.commands.registerCommand(command.id, () => ask(services, command, answers))),
  );
}

/** Documents that hold answers; they grow while the answer is written. */
class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? '';
  }

  write(uri: vscode.Uri, text: string): void {
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

async function ask(services: Services, command: AnswerCommand, answers: Answers): Promise<void> {
  const { title, ask: prompt, example, prefix = '', needsText = false, local = false } = command;
  const text = await vscode.window.showInputBox({
    title: `Architect: ${title}`,
    prompt,
    placeHolder: example,
    validateInput: (value) => (needsText && value.trim() === '' ? 'Say in a few words what you want.' : undefined),
  });
  if (text === undefined) return;
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
  const question: Question = { command: command.command, prompt: `${prefix}${text.trim()}`, references: [], local };
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Model Architect', cancellable: true },
    (progress, token) => run(services, question, new DocumentSink(uri, answers, progress), token),
  );
}

/** Shows the answer from its first words on. */
class DocumentSink implements AnswerSink {
  private text = '';
  private shown: Thenable<unknown> | undefined;
  private readonly references = new Map<string, string>();

  constructor(
    private readonly uri: vscode.Uri,
    private readonly answers: Answers,
    private readonly report: vscode.Progress<{ message: string }>,
  ) {}

  progress(message: string): void {
    this.report.report({ message });
    // What was said before a tool was used is a paragraph of its own.
    if (this.text !== '' && !this.text.endsWith('\n\n')) this.text += '\n\n';
  }

  markdown(more: string): void {
    this.text += more;
    this.answers.write(this.uri, this.text);
    this.shown ??= vscode.commands.executeCommand('markdown.showPreviewToSide', this.uri);
  }

  reference(uri: vscode.Uri, range?: vscode.Range): void {
    const place = nameOf(uri) + (range ? `, line ${range.start.line + 1}` : '');
    this.references.set(place, place);
  }

  /** Notifications carry the buttons: a preview runs no commands. */
  button(): void {
    return;
  }

  async end(): Promise<void> {
    if (this.references.size > 0)
      this.markdown(`\n\nRead for this answer: ${[...this.references.keys()].join('; ')}.\n`);
    await this.shown;
  }
}

async function run(
  services: Services,
  question: Question,
  sink: DocumentSink,
  token: vscode.CancellationToken,
): Promise<void> {
  try {
    const { proposed } = await answer(services, { ...question, history: [] }, sink, token);
    await sink.end();
    if (proposed.length > 0) void offer(services);
  } catch (error) {
    if (token.isCancellationRequested || error instanceof vscode.CancellationError) return;
    const { message, details } = tellable(error);
    services.log.error(`An answer failed. ${details}`);
    void vscode.window.showErrorMessage(`Model Architect: ${message}`);
  }
}

async function offer({ changes: { pending } }: Services): Promise<void> {
  const actions = {
    Review: 'architect.reviewAll',
    'Keep All': 'architect.keepAll',
    'Undo All': 'architect.undoAll',
  } as const;
  const chosen = await vscode.window.showInformationMessage(
    `${plural(pending.count, 'change')} pending in the editor, not saved yet.`,
    ...Object.keys(actions),
  );
  const command = Object.entries(actions).find(([title]) => title === chosen)?.[1];
  if (command) await vscode.commands.executeCommand(command);
}
