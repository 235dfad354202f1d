/** A line over each `nn.Module`: its parameters, multiply-accumulates and output, Inspect, Ask. */
import * as vscode from 'vscode';
import type { Count, ModuleSummary } from '../protocol/index.js';
import { PYTHON, type AnalysisClient } from './analysis/client.js';
import { KnownModules } from './analysis/knownModules.js';
import { countText, numberOf, outputText, shortText } from '../texts.js';

/** Longer than the editor itself waits after a keystroke, which it would do anew. */
const QUIET_MILLISECONDS = 700;
const LONGEST_REASON = 80;
const LONGEST_SHAPE = 60;

/** Shows counts over the module classes of Python documents. */
export function registerCodeLens(analysis: AnalysisClient, log: vscode.LogOutputChannel): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const known = new KnownModules(analysis, log);
  let timer: NodeJS.Timeout | undefined;
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      if (!vscode.workspace.getConfiguration('architect', document).get('codeLens.enabled', true)) return [];
      if (!/^[ \t]*class\s/m.test(document.getText())) return [];
      return (await known.of(document)).flatMap((module) => lensesOf(module, document.uri));
    },
  };
  return vscode.Disposable.from(
    changed,
    known,
    known.onDidAnswer(() => changed.fire()),
    vscode.languages.registerCodeLensProvider([...PYTHON], provider),
    {
      dispose: () => {
        clearTimeout(timer);
      },
    },
    analysis.onDidChangeResults(() => {
      // Other files may depend on the one that is being typed in; the editor itself asks again for that one.
      clearTimeout(timer);
      timer = setTimeout(() => changed.fire(), QUIET_MILLISECONDS);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('architect.codeLens')) changed.fire();
    }),
  );
}

function lensesOf(module: ModuleSummary, uri: vscode.Uri): vscode.CodeLens[] {
  const { start, end } = module.nameRange;
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const lens = (title: string, command: string, tooltip: string): vscode.CodeLens =>
    new vscode.CodeLens(range, {
      title,
      command,
      tooltip,
      arguments: [{ uri: uri.toString(), qualname: module.qualname }],
    });
  return [
    lens([moduleCountText(module), ...forwardText(module)].join(' · '), 'architect.inspect', countDetail(module)),
    lens('Inspect', 'architect.inspect', `Show the module tree of ${module.name}`),
    ...(module.missing.length > 0
      ? [
          lens(
            'arguments unknown · Say them…',
            'architect.insertDirective',
            `Nothing says what ${module.missing.join(', ')} ${module.missing.length === 1 ? 'is' : 'are'}. Insert a comment that does.`,
          ),
        ]
      : []),
    lens('Ask @architect', 'architect.ask', `Ask about ${module.name} in chat`),
  ];
}

/** `1,234,567 parameters`, or what is known of them. */
export function moduleCountText({ parameters, atLeast, missing, unknown }: ModuleSummary): string {
  if (parameters !== null) return `${countText(parameters)} parameters`;
  if (atLeast !== undefined && atLeast !== null) return `at least ${countText(atLeast)} parameters`;
  // The lens beside it says why, and what to do.
  if (!unknown || missing.length > 0) return 'parameters unknown';
  const { reason } = unknown;
  return `parameters unknown: ${reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason}`;
}

/** A number for each of something: `1605632*B`. */
const PER_SIZE = /^(\d+)\*([A-Za-z_]\w*)$/;

/** `4.09 GMACs`, `1.61 MMACs × B`; nothing where there are none or they take more than that to say. */
function macsText(macs: Count): string[] {
  const each = macs === null || typeof macs === 'number' ? null : PER_SIZE.exec(macs.expression);
  const size = each ? Number(each[1]) : numberOf(macs);
  if (size === null || size === 0) return [];
  return [`${shortText(size)}MACs${each ? ` × ${each[2] ?? ''}` : ''}`];
}

/** `4.09 GMACs`, `→ [B, 10]`: as far as forward could be followed. */
export function forwardText({ macs, output }: Pick<ModuleSummary, 'macs' | 'output'>): string[] {
  const shape = outputText(output, '');
  return [...macsText(macs), ...(shape === '' || shape.length > LONGEST_SHAPE ? [] : [`→ ${shape}`])];
}

function countDetail({ call, unknown, macs, inputs, output }: ModuleSummary): string {
  const made = call === null ? '' : `As made by ${call}`;
  const why = unknown ? `${unknown.reason}${unknown.line === null ? '' : ` (line ${unknown.line})`}` : '';
  const given = inputs.map(({ name, shape, dtype }) => `${name}: ${dtype ?? ''}${outputText(shape, '[?]')}`);
  const forward = output === null ? '' : `forward: (${given.join(', ')}) → ${outputText(output)}`;
  const cost = macs === null || macs === 0 ? '' : `${countText(macs)} multiply-accumulates`;
  return [made, forward, cost, why].filter(Boolean).join('\n');
}
