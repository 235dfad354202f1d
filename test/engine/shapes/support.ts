/** Programs as an editor shows them: what stands in «…» is what the analyser writes between the words. */
import type { FindingReport } from '../../../src/engine/report/index.js';
import { hintsOf, hoverAt, type HintOptions } from '../../../src/engine/report/index.js';
import { asFiles, engineFor, type Files } from '../advice/support.js';

export const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

/** The same program with the hints that it really gets. */
export async function withHints(marked: string, options: Partial<HintOptions> = {}): Promise<string> {
  const text = HEAD + marked.replaceAll(/ «[^»]*»/g, '');
  const engine = await engineFor(asFiles(text));
  const { observations } = engine.observeFile('/train.py');
  const file = engine.project.file('/train.py');
  if (!file) throw new Error('the file is gone');
  let shown = text;
  for (const { offset, label } of hintsOf(file, observations, {
    shapes: 'on',
    parameters: false,
    ...options,
  }).reverse())
    shown = `${shown.slice(0, offset)} «${label}»${shown.slice(offset)}`;
  return shown.slice(HEAD.length);
}

/** What a hover says where `‸` stands; `null` for nothing. */
export async function hover(marked: string): Promise<string | null> {
  const text = HEAD + marked;
  const offset = text.indexOf('‸');
  const engine = await engineFor(asFiles(text.replace('‸', '')));
  const { observations } = engine.observeFile('/train.py');
  const file = engine.project.file('/train.py');
  if (!file) throw new Error('the file is gone');
  const places = (qualname: string) => engine.trainingPlaces('/train.py', qualname);
  return hoverAt(file, observations, offset, places)?.markdown ?? null;
}

/** Shape problems of a file with the text they stand at. */
export async function problems(given: string | Files, path = '/train.py'): Promise<(FindingReport & { at: string })[]> {
  const files = asFiles(given);
  const engine = await engineFor(files);
  return engine.analyzeFile(path).flatMap(({ findings }) =>
    findings.map((finding) => {
      const file = engine.project.file(finding.span.file);
      const at = file?.text.slice(file.offsetAt(finding.span.start), file.offsetAt(finding.span.end)) ?? '';
      return { ...finding, at };
    }),
  );
}
