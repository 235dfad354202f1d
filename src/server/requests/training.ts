import type { SourceFile, Span } from '../../engine/syntax/index.js';
import type { Construction, LossCall } from '../../engine/training/index.js';
import type { SourcePlace, TrainingParams, TrainingResult } from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

const NOTHING: TrainingResult = {
  model: null,
  modelCall: null,
  batchLoop: null,
  epochs: null,
  losses: [],
  validationLosses: [],
  optimizers: [],
  schedulers: [],
  trainLoader: null,
  validationLoader: null,
  clipping: null,
  amp: null,
  earlyStop: null,
  keepsBest: null,
};

/** What constructs, feeds and trains the model that the user looks at. */
export function training(params: TrainingParams, workspace: Workspace): TrainingResult {
  return workspace.remembered(JSON.stringify(['training', params.uri, params.qualname]), () => look(params, workspace));
}

function look({ uri, qualname }: TrainingParams, workspace: Workspace): TrainingResult {
  const context = workspace.current().training({ path: pathOf(uri), qualname });
  if (!context) return NOTHING;
  const { model, modelCall, loop, epochs, clipping, amp } = context;
  const epochFile = loop?.epochLoop?.file;
  const inEpochs = (span: Span | null): SourcePlace | null => (span && epochFile ? placeOf(epochFile, span) : null);
  return {
    model: model && { ...placeOf(model.file, model.node, model.node.name), qualname: model.node.name },
    modelCall: modelCall && placeOf(modelCall.file, modelCall.expr),
    batchLoop: loop?.batchLoop ? placeOf(loop.batchLoop.file, loop.batchLoop.loop) : null,
    epochs: inEpochs(epochs),
    losses: context.losses.map(lossOf),
    validationLosses: context.validationLosses.map(lossOf),
    optimizers: context.optimizers.map(madeOf),
    schedulers: context.schedulers.map(madeOf),
    trainLoader: context.trainLoader && madeOf(context.trainLoader),
    validationLoader: context.validationLoader && madeOf(context.validationLoader),
    clipping: clipping && placeOf(clipping.file, clipping.expr),
    amp: amp && placeOf(amp.file, amp.expr),
    earlyStop: inEpochs(context.stops),
    keepsBest: inEpochs(context.keepsBest),
  };
}

/** The criterion where it is made, else the call that computes the loss. */
function lossOf({ file, call, name, construction }: LossCall): SourcePlace {
  return construction ? placeOf(construction.file, construction.expr, name) : placeOf(file, call, name);
}

function madeOf({ file, call, name }: Construction): SourcePlace {
  return placeOf(file, call, name);
}

function placeOf(file: SourceFile, span: Span, name: string | null = null): SourcePlace {
  return {
    uri: uriOf(file.path),
    range: { start: file.positionAt(span.start), end: file.positionAt(span.end) },
    text: file.slice(span),
    name,
  };
}
