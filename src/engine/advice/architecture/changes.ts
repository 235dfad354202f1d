/** Rewrites of one layer; each gives the change, or why it doesn't fit. Shapes and counts are checked by who shows them. */
import { hasOwnLines, indentAt, lineEnd, startsLine, type CallExpr, type SourceFile } from '../../syntax/index.js';
import { argumentOf, findAll, parentOf, type Node } from '../../training/index.js';
import { addArgument, indentStep, linesAfter, nameFor, replace, wrap } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import { numberOf, type Kind } from '../overfitting/layers.js';
import { papers } from '../papers.js';
import type { Change } from '../types.js';
import { calledKind, followers, isOutput, textOf, type LayerSite } from './site.js';

const SIZES: Readonly<Record<string, readonly [string, string]>> = {
  Linear: ['in_features', 'out_features'],
  Conv1d: ['in_channels', 'out_channels'],
  Conv2d: ['in_channels', 'out_channels'],
  Conv3d: ['in_channels', 'out_channels'],
};

export const isPlainLayer = (name: string): boolean => name in SIZES;

function sizesOf({ file, call, name }: LayerSite): { readonly input: string; readonly output: string } | null {
  const names = SIZES[name];
  if (!names || call.args.some(({ form }) => form === 'star' || form === 'doubleStar')) return null;
  const input = textOf(file, argumentOf(call, names[0], 0)?.value);
  const output = textOf(file, argumentOf(call, names[1], 1)?.value);
  return input === null || output === null || /\n/.test(input + output) ? null : { input, output };
}

const dimensions = (name: string): string => /\dd$/.exec(name)?.[0] ?? '';

/** A new element after another one in `nn.Sequential`, laid out as the others are. */
function elementAfter(
  file: SourceFile,
  container: CallExpr,
  index: number,
  text: string,
  label: string,
): Change | null {
  const item = container.args[index];
  if (!item) return null;
  const eol = lineEnd(file);
  const newText = startsLine(file, item.start) ? `,${eol}${indentAt(file, item.start)}${text}` : `, ${text}`;
  return { file, start: item.end, end: item.end, newText, label };
}

/** The kinds of the elements that follow, up to the next layer with weights. */
function kindsAfter({ anatomy, file }: LayerSite, container: CallExpr, index: number): Kind[] {
  return container.args.slice(index + 1).map(({ value }) => {
    const found = anatomy.constructed().find(({ call }) => call === value);
    return found?.kind ?? (file.slice(value).includes('Norm') ? 'norm' : 'other');
  });
}

const isNorm = (kind: Kind): boolean => kind === 'norm' || kind === 'batchNorm';

/** A layer of its own behind this one: defined in `__init__`, called around it in `forward`. */
function behind(site: LayerSite, around: CallExpr, attr: string, text: string, label: string): Change[] | null {
  const { file, statement } = site;
  if (!hasOwnLines(file, statement)) return null;
  return [
    linesAfter(file, statement, [`self.${attr} = ${text}`], label),
    ...wrap(file, around, `self.${attr}(`, ')', label),
  ];
}

export function addNorm(site: LayerSite): Made {
  const { file, name, place, anatomy } = site;
  const sizes = sizesOf(site);
  if (!sizes) return refused('its sizes are not written in the call');
  const isBatch = name.startsWith('Conv');
  const norm = isBatch ? `BatchNorm${dimensions(name)}` : 'LayerNorm';
  const title = `Add ${norm}`;
  const spelled = nameFor(file, `torch.nn.${norm}`, title);
  if (!spelled) return refused(`${norm} can't be named here`);
  const text = `${spelled.text}(${sizes.output})`;
  const changes: Change[] = [...spelled.changes];
  if (place.type === 'element') {
    const after = kindsAfter(site, place.container, place.index);
    if (after.length === 0) return refused('it is the last layer');
    if (after[0] !== undefined && isNorm(after[0])) return refused('it is normalised');
    const added = elementAfter(file, place.container, place.index, text, title);
    if (added) changes.push(added);
  } else {
    if (!place.use) return refused('it is not called in exactly one place');
    const { calls } = followers(anatomy, place.use);
    if (isOutput(anatomy, place.use)) return refused('its result is an output');
    if (calls.some((each) => isNorm(calledKind(anatomy, each)))) return refused('it is normalised');
    const added = behind(site, place.use, freshAttribute(site, 'norm'), text, title);
    if (!added) return refused('its line holds more than one statement');
    changes.push(...added);
  }
  const unbiased = isBatch ? dropBias(site) : null;
  if (unbiased) changes.push(...unbiased);
  return grouped(unbiased ? `${title}, drop the bias` : title, changes, {
    reason: isBatch
      ? `$\\hat x = \\frac{x - \\mu_c}{\\sqrt{\\sigma_c^2 + \\epsilon}}\\gamma_c + \\beta_c$ over the batch keeps every channel at the same scale, so that a larger learning rate holds and the gradient does not shrink with depth. A bias before it is subtracted with $\\mu_c$: it goes.`
      : `$\\hat x = \\frac{x - \\mu}{\\sqrt{\\sigma^2 + \\epsilon}}\\gamma + \\beta$ over the features of each example keeps the scale whatever the batch size. The bias stays: it differs from feature to feature, so the mean over features does not take it away.`,
    risk: isBatch
      ? 'With fewer than about 8 examples in a batch its statistics are noisy: GroupNorm is better then. Saved weights of the old model do not fit.'
      : 'Saved weights of the old model do not fit.',
    sources: [isBatch ? papers.batchNorm : papers.layerNorm],
  });
}

function dropBias({ file, call }: LayerSite): Change[] | null {
  const given = call.args.find(({ name }) => name === 'bias');
  const label = 'The normalisation makes it superfluous';
  if (!given) return call.args.length > 7 ? null : addArgument(file, call, 'bias=False', label);
  return given.value.kind === 'Constant' && given.value.value === true
    ? [replace(file, given.value, 'False', label)]
    : null;
}

export function addDropout(site: LayerSite): Made {
  const { file, name, place, anatomy } = site;
  const layer = name === 'Conv2d' || name === 'Conv3d' || name === 'Conv1d' ? `Dropout${dimensions(name)}` : 'Dropout';
  const title = `Add ${layer} (p = 0.1)`;
  const spelled = nameFor(file, `torch.nn.${layer}`, title);
  if (!spelled) return refused(`${layer} can't be named here`);
  const text = `${spelled.text}(0.1)`;
  const changes: Change[] = [...spelled.changes];
  if (place.type === 'element') {
    const after = kindsAfter(site, place.container, place.index);
    const skipped = after.findIndex((kind) => !isNorm(kind) && kind !== 'activation');
    const at = skipped < 0 ? after.length : skipped;
    if (after.length === 0 || skipped < 0) return refused('no layer comes after it');
    if (after.includes('dropout')) return refused('dropout follows');
    if (after.slice(at).some((kind) => kind === 'batchNorm')) return refused('batch normalisation comes after it');
    const added = elementAfter(file, place.container, place.index + at, text, title);
    if (added) changes.push(added);
  } else {
    let around = place.use;
    if (!around) return refused('it is not called in exactly one place');
    if (isOutput(anatomy, around)) return refused('its result is an output');
    for (let step = 0; step < 3; step++) {
      const { calls, returned } = followers(anatomy, around);
      const [next] = calls;
      if (returned || !next) return refused('its result is an output');
      const kind = calledKind(anatomy, next);
      if (kind === 'dropout') return refused('dropout follows');
      if (calls.length !== 1 || (kind !== 'activation' && !isNorm(kind))) break;
      around = next;
    }
    if (anatomy.batchNormAfter(around)) return refused('batch normalisation comes after it');
    const added = behind(site, around, freshAttribute(site, 'dropout'), text, title);
    if (!added) return refused('its line holds more than one statement');
    changes.push(...added);
  }
  return grouped(title, changes, {
    reason:
      'In training each value is kept with probability $1-p$ and scaled by $\\frac{1}{1-p}$, so its mean stays the same and no unit can rely on another one alone. In evaluation it does nothing.',
    risk: 'Training loss rises: compare in evaluation mode. With little data raise p, on a model that underfits take it out again.',
    sources: [papers.dropout],
  });
}

export function addResidual(site: LayerSite): Made {
  const { file, call, name, place } = site;
  const sizes = sizesOf(site);
  if (!sizes) return refused('its sizes are not written in the call');
  if (place.type !== 'attribute' || !place.use) return refused('it is not called in exactly one place');
  const { use } = place;
  const [input] = use.args;
  if (use.args.length !== 1 || input?.form !== 'positional' || input.value.kind !== 'Name')
    return refused('its input has no name');
  if (
    site.anatomy.calls.some(
      (each) => each !== use && each.args.some(({ value }) => value.kind === 'Binary' && contains(value, use)),
    )
  )
    return refused('it is added to something');
  const above = parentOf(file, use);
  if (above?.kind === 'Binary') return refused('it is added to something');
  if (isOutput(site.anatomy, use)) return refused('its result is an output');
  const stride = argumentOf(call, 'stride', 3);
  const strideText = stride ? file.slice(stride.value) : '1';
  const isConvolution = name.startsWith('Conv');
  const same = sizes.input === sizes.output && (!isConvolution || strideText === '1');
  const free = !above?.kind || ['Assign', 'AnnAssign', 'Return'].includes(above.kind);
  const skipped = file.slice(input.value);
  const title = same ? 'Add a residual path' : 'Add a residual path with projection';
  const [open, close] = free ? ['', ''] : ['(', ')'];
  if (same) return grouped(title, wrap(file, use, `${open}${skipped} + `, close, title), RESIDUAL);
  const made = nameFor(file, `torch.nn.${name}`, title);
  if (!made || !hasOwnLines(file, site.statement)) return refused('the projection can’t be written here');
  const attr = freshAttribute(site, 'skip');
  const projection = isConvolution
    ? `${made.text}(${sizes.input}, ${sizes.output}, 1${strideText === '1' ? '' : `, stride=${strideText}`}, bias=False)`
    : `${made.text}(${sizes.input}, ${sizes.output}, bias=False)`;
  return grouped(
    title,
    [
      linesAfter(file, site.statement, [`self.${attr} = ${projection}`], title),
      ...wrap(file, use, `${open}self.${attr}(${skipped}) + `, close, title),
      ...made.changes,
    ],
    RESIDUAL,
  );
}

const contains = (outer: Node, inner: Node): boolean => outer.start <= inner.start && inner.end <= outer.end;

const RESIDUAL = {
  reason:
    "$y = x + f(x)$: the gradient $\\frac{\\partial y}{\\partial x} = 1 + f'(x)$ reaches the layers below undiminished, however deep the stack; the layer learns the difference from its input.",
  risk: 'The variance grows with each addition: normalise in the block, or start $f$ near 0. Saved weights of the old model have to be trained on.',
  sources: [papers.residual],
};

/** A k×k convolution as one per channel and a 1×1 across channels. */
export function depthwiseSeparable(site: LayerSite): Made {
  const { file, call, name, place, anatomy } = site;
  const title = 'Make depthwise-separable';
  const sizes = sizesOf(site);
  const kernel = argumentOf(call, 'kernel_size', 2);
  if (!sizes || !kernel) return refused('its sizes are not written in the call');
  if (argumentOf(call, 'groups', 6)) return refused('it has groups');
  if (numberOf(kernel.value) === 1 || sizes.input === '1') return refused('there is nothing to separate');
  const positional = call.args.filter(({ form }) => form === 'positional');
  if (positional.length > 6) return refused('its arguments are given by position');
  if (place.type === 'attribute') {
    const inside = findAll(anatomy.node, 'Attribute').some(
      ({ value }) =>
        value.kind === 'Attribute' &&
        value.attr === place.attr &&
        value.value.kind === 'Name' &&
        value.value.id === 'self',
    );
    if (inside) return refused('its own attributes are used');
  }
  const sequential = nameFor(file, 'torch.nn.Sequential', title);
  if (!sequential) return refused("nn.Sequential can't be named here");
  const func = file.slice(call.func);
  const rest = call.args
    .filter((arg, index) =>
      arg.form === 'positional' ? index > 1 : !['in_channels', 'out_channels', 'bias'].includes(arg.name ?? ''),
    )
    .map((arg) => file.slice(arg));
  const bias = call.args.find((arg) => arg.name === 'bias');
  const placed = call.args
    .filter(({ name: each }) => ['device', 'dtype'].includes(each ?? ''))
    .map((arg) => file.slice(arg));
  const depthwise = `${func}(${[sizes.input, sizes.input, ...rest, `groups=${sizes.input}`, 'bias=False'].join(', ')})`;
  const pointwise = `${func}(${[sizes.input, sizes.output, '1', ...(bias ? [file.slice(bias)] : []), ...placed].join(', ')})`;
  if (/\n/.test(depthwise + pointwise)) return refused('its arguments stand on several lines');
  const eol = lineEnd(file);
  const step = indentStep(file);
  const indent = indentAt(file, call.start);
  const text = `${sequential.text}(${eol}${indent}${step}${depthwise},${eol}${indent}${step}${pointwise},${eol}${indent})`;
  return grouped(title, [replace(file, call, text, title), ...sequential.changes], {
    reason: `A ${name} mixes space and channels at once with $k^d C_{in} C_{out}$ weights; separated, $k^d C_{in}$ weights look at the surroundings of each channel and $C_{in} C_{out}$ mix the channels: about $\\frac{1}{C_{out}} + \\frac{1}{k^d}$ of the weights and multiplications.`,
    risk: 'A little less expressive: expect to need more channels or more training for the same accuracy. Names in saved weights change.',
    sources: [papers.mobileNet],
  });
}

/** `self.conv1` → `conv1_norm`, free in the class. */
function freshAttribute({ anatomy, place }: LayerSite, suffix: string): string {
  const base = place.type === 'attribute' ? `${place.attr}_${suffix}` : suffix;
  const taken = new Set(findAll(anatomy.node, 'Attribute').map(({ attr }) => attr));
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
  return name;
}

/** Changes that only work together. */
export function grouped(
  title: string,
  changes: readonly Change[],
  about: {
    readonly reason: string;
    readonly risk: string;
    readonly sources: readonly (typeof papers)[keyof typeof papers][];
  },
  why = 'The layer is made in __init__ and used in forward',
): Made {
  const group = 'layer';
  return changed({
    title,
    ...about,
    changes: changes.map((change) => ({ ...change, group })),
    groups: [{ id: group, reason: why }],
  });
}
