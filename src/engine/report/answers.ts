/**
 * What was found out about the present version of each file, once for all who ask: code lenses, hints, hovers, diagnostics, the
 * inspector, checks of proposed edits. An edit of comments or blank lines only moves it; any other edit makes it be found out anew.
 */
import { quietEdit, type MovedLines, type Position, type SourceFile } from '../syntax/index.js';
import type { Engine } from './engine.js';
import { hintsOf, type HintOptions } from './hints.js';
import { hoverAt } from './hover.js';
import { moved } from './moved.js';
import type { Observation } from './observation.js';
import type { TrainingPlaces } from './trainingPlaces.js';
import type { FindingReport, ModelReport } from './types.js';

/** Written between the user's words. */
export interface PlacedHint {
  readonly position: Position;
  readonly label: string;
  readonly kind: 'shape' | 'parameters';
  readonly tooltip: string | null;
}

export interface PlacedHover {
  readonly markdown: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

/** What is known of one version of a file. */
interface Known {
  readonly file: SourceFile;
  reports?: readonly ModelReport[];
  observations?: readonly Observation[];
  findings?: readonly FindingReport[];
  /** By class, for those that somebody pointed at. */
  readonly places: Map<string, TrainingPlaces | null>;
  readonly hints: Map<string, readonly PlacedHint[]>;
}

/** Files whose answers are kept; the one asked for longest ago goes first. */
const MOST_FILES = 64;

export class Answers {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly engine: Engine,
    /** Whether the running request was given up: what it found is not the whole then. */
    private readonly cancelled: () => boolean = () => false,
  ) {}

  /** The reports of a whole file. @throws EngineError when it can't be read */
  reports(path: string): readonly ModelReport[] {
    return this.analysis(path, false).reports;
  }

  /** What the rules find in a file. @throws EngineError when it can't be read */
  findings(path: string): readonly FindingReport[] {
    const known = this.of(path);
    if (known?.findings) return known.findings;
    const findings = this.engine.lintFile(path);
    if (known && !this.cancelled()) known.findings = findings;
    return findings;
  }

  /** Both of a file that nobody may ask for again: nothing is kept of it. @throws EngineError when it can't be read */
  once(path: string): { readonly reports: readonly ModelReport[]; readonly findings: readonly FindingReport[] } {
    const known = this.known.has(path) ? this.of(path) : undefined;
    return {
      reports: known?.reports ?? this.engine.analyzeFile(path),
      findings: known?.findings ?? this.engine.lintFile(path),
    };
  }

  /** What is written into a file's text. @throws EngineError when it can't be read */
  hints(path: string, options: HintOptions): readonly PlacedHint[] {
    const key = JSON.stringify([options.shapes, options.parameters]);
    const earlier = this.of(path)?.hints.get(key);
    if (earlier) return earlier;
    const { observations } = this.analysis(path, true);
    const known = this.of(path);
    if (!known) return [];
    const { file } = known;
    const hints = hintsOf(file, observations, options).map(({ offset, ...hint }) => ({
      ...hint,
      position: file.positionAt(offset),
    }));
    if (!this.cancelled()) known.hints.set(key, hints);
    return hints;
  }

  /** What is known of the expression at a position. @throws EngineError when the file can't be read */
  hover(path: string, position: Position): PlacedHover | null {
    const { observations } = this.analysis(path, true);
    const file = this.engine.project.file(path);
    const hover =
      file && hoverAt(file, observations, file.offsetAt(position), (qualname) => this.places(path, qualname));
    if (!file || !hover) return null;
    const { start, end } = hover.span;
    return { markdown: hover.markdown, range: { start: file.positionAt(start), end: file.positionAt(end) } };
  }

  /** A training pass of one class, made when somebody points at one of its layers or operators. */
  private places(path: string, qualname: string): TrainingPlaces | null {
    const known = this.of(path);
    const earlier = known?.places.get(qualname);
    if (earlier !== undefined) return earlier;
    const places = this.engine.trainingPlaces(path, qualname);
    if (!this.cancelled()) known?.places.set(qualname, places);
    return places;
  }

  /** These files (all when omitted) have changed. */
  invalidate(paths?: readonly string[]): void {
    // Whatever else there is may depend on them.
    const [only, ...others] = paths ?? [];
    for (const path of [...this.known.keys()]) if (path !== only || others.length > 0) this.known.delete(path);
  }

  /** One run gives the reports and what is seen at the file's places; after an edit of a comment the reports alone are still good. */
  private analysis(
    path: string,
    places: boolean,
  ): { readonly reports: readonly ModelReport[]; readonly observations: readonly Observation[] } {
    const known = this.of(path);
    if (known?.reports && (known.observations || !places))
      return { reports: known.reports, observations: known.observations ?? [] };
    const seen = this.engine.observeFile(path);
    if (known && !this.cancelled()) Object.assign(known, seen);
    return seen;
  }

  /** What is known of the file as it is now. */
  private of(path: string): Known | undefined {
    const file = this.engine.project.file(path);
    if (!file) return undefined;
    let known = this.known.get(path);
    if (known?.file !== file) {
      known = (known && carried(known, file)) ?? { file, hints: new Map(), places: new Map() };
      this.known.set(path, known);
      const [oldest] = this.known.keys();
      if (oldest !== undefined && this.known.size > MOST_FILES) this.known.delete(oldest);
    }
    return known;
  }
}

/** What was known of the version before, if nothing but comments and blank lines changed since. */
function carried(before: Known, file: SourceFile): Known | undefined {
  const lines = quietEdit(before.file, file);
  if (!lines) return undefined;
  const reports = before.reports && moved(before.reports, file.path, lines);
  const findings = before.findings && moved(before.findings, file.path, lines);
  const hints = new Map<string, readonly PlacedHint[]>();
  for (const [key, placed] of before.hints) {
    const now = movedHints(placed, lines);
    if (now) hints.set(key, now);
  }
  return { file, hints, places: new Map(), ...(reports ? { reports } : {}), ...(findings ? { findings } : {}) };
}

function movedHints(hints: readonly PlacedHint[], lines: MovedLines): PlacedHint[] | null {
  const now: PlacedHint[] = [];
  for (const hint of hints) {
    const position = lines.position(hint.position);
    if (!position) return null;
    now.push({ ...hint, position });
  }
  return now;
}
