/** What goes to the model first: the module in question with its report, the code that trains it, findings, attachments. */
import type { ModelReport, Position, Range } from '../../protocol/index.js';
import type { AgentPorts, FilesPort } from '../ports.js';
import { reportText } from '../tools/report.js';
import { numbered } from '../tools/text.js';
import { trainingText } from '../tools/trainingContext.js';
import type { ImageBlock } from '../messages.js';
import type { AgentContext, AttachedImage, Attachment, SentReference } from '../types.js';
import { countText } from '../../texts.js';
import { fenced } from './fence.js';
import { withoutSecrets } from './secrets.js';

/** A piece of context. Those with a lower rank are dropped last. */
export interface Piece {
  readonly rank: number;
  readonly text: string;
  /** Whose contents are in the text, in whatever form. */
  readonly references?: readonly SentReference[];
  /** Files of which something is in the text, no matter where it stands there. */
  readonly mentions?: readonly string[];
  /** Goes after the text. */
  readonly image?: ImageBlock;
  /** For the user: what was attached and does not go. */
  readonly notice?: string;
}

const CELL_SCHEME = 'vscode-notebook-cell:';

/** Longer files go as the symbols around the place in question. */
const WHOLE_FILE = 12_000;

/** Pieces in the order in which they are sent. @param textOnly no picture can be sent @throws CancelledError, or what the analyser throws for people */
export async function gather(
  context: AgentContext,
  prompt: string,
  ports: AgentPorts,
  signal: AbortSignal,
  textOnly = false,
): Promise<Piece[]> {
  const { focus, selection, attachments = [], texts = [], images = [], diagnostics = [] } = context;
  const pieces: (Piece | undefined)[] = [];
  if (selection) pieces.push(await attachmentPiece(selection, 0, ports));
  for (const attachment of attachments) pieces.push(await attachmentPiece(attachment, 1, ports));
  for (const { label, text } of texts)
    pieces.push({ rank: 1, text: `Attached by the user as ${label}:\n${fenced(label, withoutSecrets(text))}` });
  for (const image of images) pieces.push(await imagePiece(image, ports, textOnly));
  if (focus && (await ports.files.refusal(focus.uri)) === undefined) {
    const { uri } = focus;
    const { analyser } = ports;
    // Side by side: mostly the model that is trained here is the one in question.
    const [{ reports }, likely] = await Promise.all([
      analyser.request('architect/inspect', { uri }, signal),
      analyser.request('architect/training', { uri }, signal),
    ]);
    const report = chosen(reports, focus.qualname, focus.position, prompt);
    // The cells of a notebook are one program: the module may stand in another one.
    const home = report?.span.file.startsWith(CELL_SCHEME) ? report.span.file : uri;
    pieces.push(await sourcePiece(home, report, attachments, ports));
    if (report) pieces.push(reportPiece(report, home, ports));
    const others = reports
      .filter((each) => each !== report)
      .map(({ qualname, parameters }) => `${qualname} (${countText(parameters.total)})`);
    if (others.length > 0)
      pieces.push({
        rank: 4,
        text: `Other modules of ${ports.files.display(uri)} with their parameters: ${others.join(', ')}.`,
        mentions: [uri],
      });
    const isMeant = !report || (likely.model?.qualname === report.qualname && likely.model.uri === home);
    const training = isMeant
      ? likely
      : await analyser.request('architect/training', { uri, qualname: report.qualname }, signal);
    if (training.model) {
      const read = new Set<string>();
      const text = withoutSecrets(await trainingText(training, ports, (each) => read.add(each)));
      const [place] = [training.batchLoop, training.modelCall, ...training.optimizers].filter((each) => each !== null);
      pieces.push({
        rank: 3,
        text: `The code that trains it:\n${fenced('training code', text)}`,
        ...(place && read.has(place.uri)
          ? { references: [{ uri: place.uri, range: place.range, label: 'training code' }] }
          : {}),
        mentions: [...read],
      });
    }
  }
  if (diagnostics.length > 0) pieces.push(await diagnosticsPiece(diagnostics, ports));
  return pieces.filter((piece) => piece !== undefined);
}

/** What is sent with some pieces, each once: a part of a file that goes as a whole needn't be named, nor twice. */
export function referencesOf(pieces: readonly Piece[], files: FilesPort): SentReference[] {
  const sent = pieces.flatMap(({ references = [] }) => references);
  const mentioned = pieces.flatMap(({ mentions = [] }) => mentions);
  const all: readonly SentReference[] = [
    ...sent,
    ...mentioned
      .filter((uri) => !sent.some((each) => each.uri === uri))
      .map((uri) => ({ uri, label: files.display(uri) })),
  ];
  const whole = new Set(sent.flatMap(({ uri, range }) => (range ? [] : [uri])));
  const named = new Set<string>();
  return all.filter(({ uri, range }) => {
    const key = JSON.stringify([uri, range]);
    const again = named.has(key) || (range !== undefined && whole.has(uri));
    named.add(key);
    return !again;
  });
}

/** The module that is meant: named, under the cursor, named in the question, or the largest. */
function chosen(
  reports: readonly ModelReport[],
  qualname: string | undefined,
  position: Position | undefined,
  prompt: string,
): ModelReport | undefined {
  const words = new Set(prompt.match(/[A-Za-z_]\w*/g) ?? []);
  const size = ({ parameters: { total } }: ModelReport): number =>
    typeof total === 'number' ? total : (total?.value ?? -1);
  return (
    reports.find((report) => report.qualname === qualname) ??
    reports.find((report) => words.has(report.qualname)) ??
    reports.find(({ span }) => position && span.start.line <= position.line && position.line <= span.end.line) ??
    [...reports].sort((a, b) => size(b) - size(a))[0]
  );
}

async function attachmentPiece(
  { uri, range, label, isFolder = false }: Attachment,
  rank: number,
  ports: AgentPorts,
): Promise<Piece | undefined> {
  const { files } = ports;
  const refusal = await files.refusal(uri);
  if (refusal !== undefined) return notSent(rank, `${label} (${files.display(uri)})`, refusal);
  const file = isFolder ? undefined : await files.read(uri);
  if (!file)
    return {
      rank,
      text: `${label} (${files.display(uri)}) was attached by the user and is no text that could be sent: list_modules and read_source look into folders and files.`,
      ...(isFolder ? {} : { notice: `${files.display(uri)} is not sent: it is no text, or a very long one.` }),
    };
  const lines = withoutSecrets(file.text).split(/\r\n|\n|\r/);
  const first = range?.start.line ?? 0;
  const last = range ? range.end.line : lines.length - 1;
  const text = lines.slice(first, last + 1).join('\n');
  return {
    rank,
    text: `Attached by the user as ${label}:\n${fenced(`file ${files.display(uri)}`, numbered(text, first + 1))}`,
    references: [{ uri, ...(range ? { range } : {}), label }],
  };
}

/** Told to the model, which would wonder, and to the user. */
function notSent(rank: number, what: string, why: string): Piece {
  const text = `${what} is not sent: ${why}.`;
  return { rank, text, notice: text };
}

/** The API takes pictures of 5 MB, in base64. */
const MOST_IMAGE_CHARACTERS = 5_000_000;

async function imagePiece(
  { label, uri, ...image }: AttachedImage,
  { files }: AgentPorts,
  textOnly: boolean,
): Promise<Piece> {
  const refusal = uri === undefined ? undefined : await files.refusal(uri);
  const tooLarge = image.data.length > MOST_IMAGE_CHARACTERS ? 'it is larger than a model takes (5 MB)' : undefined;
  const why = refusal ?? (textOnly ? 'this model takes no pictures' : tooLarge);
  if (why !== undefined) return notSent(1, `The picture ${label}`, why);
  return {
    rank: 1,
    text: `A picture that the user attached as ${label}:`,
    image,
    ...(uri === undefined ? {} : { references: [{ uri, label }] }),
  };
}

async function sourcePiece(
  uri: string,
  report: ModelReport | undefined,
  attachments: readonly Attachment[],
  ports: AgentPorts,
): Promise<Piece | undefined> {
  // What is attached as a whole needn't go twice.
  if (attachments.some((each) => each.uri === uri && !each.range)) return undefined;
  const file = await ports.files.read(uri);
  if (!file) return undefined;
  const lines = withoutSecrets(file.text).split(/\r\n|\n|\r/);
  const whole = file.text.length <= WHOLE_FILE || !report;
  const range: Range = whole
    ? { start: { line: 0, character: 0 }, end: { line: lines.length - 1, character: 0 } }
    : { start: report.span.start, end: report.span.end };
  const text = lines.slice(range.start.line, range.end.line + 1).join('\n');
  const path = ports.files.display(uri);
  return {
    rank: 2,
    text: `${whole ? path : `${report.qualname} in ${path}`}, which the user is looking at:\n${fenced(`file ${path}`, numbered(text, range.start.line + 1))}`,
    references: [{ uri, ...(whole ? {} : { range }), label: whole ? path : report.qualname }],
  };
}

function reportPiece(report: ModelReport, uri: string, ports: AgentPorts): Piece {
  return {
    rank: 1,
    text: `The analyser's report of ${report.qualname} in ${ports.files.display(uri)}:\n${fenced('analyser', withoutSecrets(reportText(report)))}`,
    references: [{ uri, range: { start: report.span.start, end: report.span.end }, label: report.qualname }],
  };
}

async function diagnosticsPiece(
  diagnostics: NonNullable<AgentContext['diagnostics']>,
  ports: AgentPorts,
): Promise<Piece | undefined> {
  const lines: string[] = [];
  const read = new Set<string>();
  for (const { uri, line, severity, message } of diagnostics.slice(0, 30)) {
    if ((await ports.files.refusal(uri)) !== undefined) continue;
    read.add(uri);
    lines.push(`${ports.files.display(uri)}:${line + 1} ${severity}: ${message}`);
  }
  if (lines.length === 0) return undefined;
  return {
    rank: 4,
    text: `Problems that the editor shows:\n${fenced('diagnostics', withoutSecrets(lines.join('\n')))}`,
    mentions: [...read],
  };
}
