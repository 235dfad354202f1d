/** Evidence and diagnosis: what in this code, with which numbers, makes overfitting. */
import { argumentOf } from '../../training/index.js';
import { groupedTex, short } from '../numbers.js';
import { grouped, plural } from '../../../texts.js';
import type { AdviceEvidence, AdviceReading } from '../types.js';
import { valueOfSize, type Facts } from './facts.js';
import { numberOf } from './layers.js';
import { dropoutsOf } from './regularised.js';

export function readingsOf({ context }: Facts): AdviceReading[] {
  const found: AdviceReading[] = [];
  if (context.model) found.push({ file: context.model.file, span: context.model.node, label: context.model.node.name });
  if (context.modelCall)
    found.push({ file: context.modelCall.file, span: context.modelCall.expr, label: 'the model as it is constructed' });
  for (const { file, call, name } of context.optimizers)
    found.push({ file, span: call, label: `optimizer ${name.slice(name.lastIndexOf('.') + 1)}` });
  const criterion = new Set<unknown>();
  for (const loss of context.losses) {
    const at = loss.construction ?? { file: loss.file, expr: loss.call };
    if (criterion.has(at.expr)) continue;
    criterion.add(at.expr);
    found.push({
      file: at.file,
      span: at.expr,
      label: `loss ${loss.name?.slice(loss.name.lastIndexOf('.') + 1) ?? loss.file.slice(loss.call.func)}`,
    });
  }
  if (context.trainLoader)
    found.push({ file: context.trainLoader.file, span: context.trainLoader.call, label: 'training data' });
  if (context.validationLoader)
    found.push({ file: context.validationLoader.file, span: context.validationLoader.call, label: 'validation data' });
  if (context.loop?.epochLoop)
    found.push({ file: context.loop.epochLoop.file, span: context.loop.epochLoop.loop, label: 'loop over epochs' });
  return found;
}

export function evidenceOf(facts: Facts): AdviceEvidence[] {
  const all = [...figureEvidence(facts), ...capacityEvidence(facts), ...regularisation(facts)];
  return all.filter(({ text }, index) => all.findIndex((other) => other.text === text) === index);
}

function figureEvidence({ figures }: Facts): AdviceEvidence[] {
  if (!figures) return [];
  const { kind, training, validation } = figures;
  if (kind === 'accuracy') {
    return [
      {
        text: `You see ${short(100 * training)} % accuracy in training and ${short(100 * validation)} % in validation: a gap of **${short(100 * (training - validation))} points**.`,
      },
    ];
  }
  const ratio = training > 0 ? `, ${short(validation / training)} times as much` : '';
  return [
    {
      text: `You see a loss of ${short(training)} in training and ${short(validation)} in validation: a gap of **${short(validation - training)}**${ratio}.`,
    },
  ];
}

function capacityEvidence(facts: Facts): AdviceEvidence[] {
  const { context, parameters, training, validation, perExample } = facts;
  const { model, trainLoader } = context;
  if (!model) return [];
  const name = `\`${model.node.name}\``;
  const at = { file: model.file, span: model.node.nameSpan };
  const [n, m, v] = [valueOfSize(parameters), valueOfSize(training), valueOfSize(validation)];
  const held = v === null ? '' : ` (and ${plural(v, 'example')} to validate on)`;
  if (n !== null && m !== null && perExample !== null) {
    return [
      {
        text: `${name} has **${grouped(n)}** trainable parameters and ${plural(m, 'example')} to learn from${held}: **${short(perExample)} parameters per example**.`,
        at,
      },
    ];
  }
  const found: AdviceEvidence[] = [
    n === null
      ? {
          text: `How many parameters ${name} has is not known: ${'reason' in parameters ? parameters.reason : ''}.`,
          at,
        }
      : { text: `${name} has **${grouped(n)}** trainable parameters.`, at },
  ];
  if (m !== null)
    found.push({
      text: `There are ${plural(m, 'example')} to learn from${held}.`,
      at: trainLoader ? { file: trainLoader.file, span: trainLoader.call } : undefined,
    });
  else if (trainLoader)
    found.push({
      text: `How many examples there are to learn from is not known: ${'reason' in training ? training.reason : ''}.`,
      at: { file: trainLoader.file, span: trainLoader.call },
    });
  return found;
}

function regularisation(facts: Facts): AdviceEvidence[] {
  const { context } = facts;
  const { code, classes, optimizers, losses, loop } = context;
  const found: AdviceEvidence[] = [];
  if (classes.length > 0) {
    const states = classes.flatMap((cls) => dropoutsOf(code, cls));
    const of =
      classes.length === 1
        ? `\`${classes[0]?.node.name}\``
        : `the model's ${plural(classes.length, 'class', 'classes')}`;
    const at = context.model ? { file: context.model.file, span: context.model.node.nameSpan } : undefined;
    const modules = facts.dropouts;
    if (states.length === 0) found.push({ text: `No dropout in ${of}.`, at });
    else if (states.every(({ state }) => state === 'off') || (modules && modules.active === 0 && modules.off > 0))
      found.push({ text: `The dropout in ${of} is switched off: its probability is 0.`, at });
    else if (modules && modules.active > 0)
      found.push({
        text: `${plural(modules.active, 'dropout module')} of the constructed model ${modules.active === 1 ? 'is' : 'are'} active${modules.off > 0 ? `, ${modules.off} switched off` : ''}.`,
        at,
      });
    else found.push({ text: `There is dropout in ${of}: ${states[0]?.what}.`, at });
  }
  for (const { file, call, name } of optimizers) {
    const short_ = name.slice(name.lastIndexOf('.') + 1);
    const decay = argumentOf(call, 'weight_decay', 4);
    const at = { file, span: call };
    if (decay && numberOf(decay.value) !== 0) {
      found.push({
        text:
          short_ === 'Adam'
            ? `\`Adam\` has \`${file.slice(decay)}\`, coupled: its second moment divides the decay away.`
            : `\`${short_}\` decays the weights (\`${file.slice(decay)}\`).`,
        at,
      });
    } else if (short_ === 'AdamW' && !decay)
      found.push({ text: '`AdamW` decays the weights by its default of 0.01.', at });
    else found.push({ text: `\`${short_}\` has no weight decay.`, at });
  }
  const cross = losses.find(
    ({ name }) => name === 'torch.nn.CrossEntropyLoss' || name === 'torch.nn.functional.cross_entropy',
  );
  if (cross) {
    const at = cross.construction ?? { file: cross.file, expr: cross.call };
    const smoothing = argumentOf(at.expr, 'label_smoothing', cross.construction ? 5 : 7);
    found.push({
      text:
        smoothing && numberOf(smoothing.value) !== 0
          ? `The labels are smoothed (\`${at.file.slice(smoothing)}\`).`
          : 'The loss asks for full certainty: no label smoothing.',
      at: { file: at.file, span: at.expr },
    });
  }
  if (loop?.epochLoop) {
    const { file, loop: node } = loop.epochLoop;
    const epochs = valueOfSize(facts.epochs);
    const rounds = loop.batchLoop ? 'epochs' : 'rounds';
    const all = epochs === null ? `all ${rounds}` : `all ${grouped(epochs)} ${rounds}`;
    const span = { start: node.start, end: node.kind === 'For' ? node.iter.end : node.test.end };
    if (context.stops) found.push({ text: 'The loop over epochs can end early.', at: { file, span: context.stops } });
    else
      found.push({
        text: context.keepsBest
          ? `The loop runs ${all}; the best checkpoint is kept.`
          : `The loop runs ${all} and keeps the last weights, not the best.`,
        at: { file, span },
      });
    if (!context.validation)
      found.push({ text: 'No variable with a validation loss was recognised in that loop.', at: { file, span } });
  } else if (!loop)
    found.push({ text: 'No training loop (`backward()`) was found that uses this file, so only the model was read.' });
  return found;
}

export function diagnosisOf(facts: Facts): string[] {
  const { figures, parameters, training, perExample, usesCrossEntropy } = facts;
  const found: string[] = [];
  if (figures?.kind === 'loss' && usesCrossEntropy) found.push(crossEntropyReading(facts));
  else if (figures?.kind === 'loss') {
    found.push(
      `$L_{\\mathrm{val}} - L_{\\mathrm{train}} = ${short(figures.validation)} - ${short(figures.training)} = ${short(figures.validation - figures.training)}$ is what the model knows about the training set only.`,
    );
  } else if (figures) {
    found.push(
      `In training ${short(100 * (1 - figures.training))} % are wrong, on new data ${short(100 * (1 - figures.validation))} %: what separates the two was learnt from single training examples and doesn't carry over.`,
    );
  }
  const [n, m] = [valueOfSize(parameters), valueOfSize(training)];
  if (n !== null && m !== null && perExample !== null && perExample > 1) {
    found.push(
      `$N = ${groupedTex(n)}$ parameters meet $M = ${groupedTex(m)}$ examples, $N/M = ${short(perExample)}$. Networks with more parameters than examples can fit even random labels (Zhang et al., 2017), so a small training loss proves nothing here: only penalties, noise and the moment of stopping decide what is learnt.`,
    );
  } else
    found.push(
      'A network with enough parameters can fit even random labels (Zhang et al., 2017), so a small training loss alone proves nothing: penalties, noise and the moment of stopping decide what is learnt.',
    );
  if (usesCrossEntropy) found.push(marginReading(facts));
  return found;
}

function crossEntropyReading({ figures, classes }: Facts): string {
  if (!figures) return '';
  const { training, validation } = figures;
  const c = valueOfSize(classes);
  const chance =
    c === null || c < 2
      ? ''
      : ` Guessing among $C = ${c}$ classes gives $\\ln ${c} = ${short(Math.log(c))}$${validation >= Math.log(c) ? ', so on new data it does no better than that: it is confidently wrong' : ''}.`;
  return (
    `Cross-entropy is $-\\ln p$ of the right class. In training that is a (geometric) mean probability of $e^{-${short(training)}} = ${short(Math.exp(-training))}$, in validation of $e^{-${short(validation)}} = ${short(Math.exp(-validation))}$:` +
    ` $$L_{\\mathrm{val}} - L_{\\mathrm{train}} = ${short(validation)} - ${short(training)} = ${short(validation - training)}.$$` +
    chance
  );
}

function marginReading({ figures, classes }: Facts): string {
  const c = valueOfSize(classes);
  const base =
    'Once all training labels are right, the loss $\\ln(1+(C-1)e^{-m})$ still falls as the margin $m$ between the right logit and the others grows, so the weights keep growing along what tells single examples apart';
  if (!figures || figures.kind !== 'loss' || c === null || c < 2 || figures.training <= 0) return `${base}.`;
  const margin = Math.log((c - 1) / Math.expm1(figures.training));
  return `${base}: a training loss of ${short(figures.training)} with $C = ${c}$ means $m = \\ln\\frac{C-1}{e^{${short(figures.training)}}-1} = ${short(margin)}$ for an example of that loss.`;
}
