/** Losses that take more than an input and a target: their class is added, and the note says how to call it. */
import { findAll, qualifiedName } from '../../training/index.js';
import { changed, refused, type Made } from '../offers.js';
import { papers } from '../papers.js';
import type { Paper } from '../types.js';
import { provideClass } from './insert.js';
import type { LossSite } from './site.js';
import DistillationLoss from './templates/DistillationLoss.py';
import GradNorm from './templates/GradNorm.py';
import HingeGANLoss from './templates/HingeGANLoss.py';
import NonSaturatingGANLoss from './templates/NonSaturatingGANLoss.py';
import UncertaintyWeighting from './templates/UncertaintyWeighting.py';
import WassersteinGPLoss from './templates/WassersteinGPLoss.py';

interface Added {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly template: string;
  readonly reason: string;
  /** How it is called, in place of what is there. */
  readonly usage: string;
  readonly sources: readonly Paper[];
}

const ADVERSARIAL: readonly Added[] = [
  {
    id: 'nonSaturating',
    name: 'NonSaturatingGANLoss',
    title: 'Add a non-saturating GAN loss (class)',
    template: NonSaturatingGANLoss,
    reason:
      'The generator minimises $-\\ln\\sigma(D(G(z)))$, whose gradient $-\\sigma(-D)$ is largest where the discriminator is sure that an example is fake; that of $\\ln(1-\\sigma(D))$ vanishes there.',
    usage:
      'gan = NonSaturatingGANLoss(); gan.discriminator(D(real), D(fake.detach())) and gan.generator(D(fake)), with raw scores: no sigmoid in D.',
    sources: [papers.gan],
  },
  {
    id: 'hingeGan',
    name: 'HingeGANLoss',
    title: 'Add a hinge GAN loss (class)',
    template: HingeGANLoss,
    reason:
      '$\\max(0, 1 - D(x)) + \\max(0, 1 + D(G(z)))$: scores beyond the margin cost nothing, so the discriminator stops growing where it is sure; the generator minimises $-D(G(z))$.',
    usage:
      'gan = HingeGANLoss(); gan.discriminator(D(real), D(fake.detach())) and gan.generator(D(fake)), with raw scores: no sigmoid in D.',
    sources: [papers.hingeGan],
  },
  {
    id: 'wassersteinGp',
    name: 'WassersteinGPLoss',
    title: 'Add a Wasserstein loss with gradient penalty (class)',
    template: WassersteinGPLoss,
    reason:
      'The critic’s scores measure a distance between the distributions while its slope is near 1, which $\\lambda(\\lVert\\nabla_x D(x)\\rVert - 1)^2$ between real and fake examples enforces.',
    usage:
      'wgan = WassersteinGPLoss(); wgan(D, real, fake.detach()) for the critic, several steps for each wgan.generator(D(fake)). No sigmoid and no batch normalisation in D.',
    sources: [papers.wganGp],
  },
];

const SEVERAL: readonly Added[] = [
  {
    id: 'uncertainty',
    name: 'UncertaintyWeighting',
    title: 'Add uncertainty weighting of the losses (class)',
    template: UncertaintyWeighting,
    reason:
      '$\\sum_i e^{-s_i}\\ell_i + s_i$ with learned $s_i$: each task settles at $e^{s_i} = \\ell_i$, so that losses on different scales pull alike and no weight has to be searched.',
    usage:
      'balance = UncertaintyWeighting(number of losses); loss = balance([first, second]). Hand list(balance.parameters()) to the optimizer as well.',
    sources: [papers.uncertainty],
  },
  {
    id: 'gradNorm',
    name: 'GradNorm',
    title: 'Add GradNorm balancing of the losses (class)',
    template: GradNorm,
    reason:
      'The weights move until every task pulls at the shared layer with the gradient that is due to it, $\\bar G\\, r_i^{\\alpha}$: slow tasks pull harder.',
    usage:
      'balance = GradNorm(number of losses); loss = balance(losses); balance.step(losses, shared.weight) before loss.backward(), shared being the last layer that all tasks use.',
    sources: [papers.gradNorm],
  },
];

const DISTILLATION: Added = {
  id: 'distillation',
  name: 'DistillationLoss',
  title: 'Add a distillation loss (class)',
  template: DistillationLoss,
  reason:
    '$(1-\\alpha)\\,\\mathrm{CE}(z, y) + \\alpha t^2\\,\\mathrm{KL}(\\mathrm{softmax}(v/t)\\,\\|\\,\\mathrm{softmax}(z/t))$: the teacher’s softened output $v$ tells which wrong classes are nearly right.',
  usage:
    'distil = DistillationLoss(temperature=4.0, alpha=0.5); loss = distil(student_logits, teacher_logits, target), the teacher in eval mode under torch.no_grad().',
  sources: [papers.distillation],
};

/** Classes that fit what is seen around the loss: a game of two networks, several losses, a teacher. */
export function addedClasses(
  site: LossSite,
): { readonly id: string; readonly title: string; readonly make: () => Made }[] {
  const wanted = [
    ...(isAdversarial(site) ? ADVERSARIAL : []),
    ...(site.context.losses.length > 1 && !isAdversarial(site) ? SEVERAL : []),
    ...(hasTeacher(site) ? [DISTILLATION] : []),
  ];
  return wanted.map((each) => ({ id: each.id, title: each.title, make: () => add(site, each) }));
}

function add(site: LossSite, { id, name, title, template, reason, usage, sources }: Added): Made {
  const inserted = provideClass(site.context, site.file, name, template);
  if (!inserted) return refused(`'${name}' is the name of something else in this file`);
  if (inserted.changes.length === 0) return refused('it is there');
  return changed({
    title,
    reason: `${reason}\n\nUse it: \`${usage}\``,
    risk: `The class is added, your loop is as it was. Use it: ${usage}`,
    sources,
    changes: inserted.changes.map((change) => ({ ...change, group: id })),
    groups: [{ id, reason: `${name} and what it imports` }],
  });
}

const LABELS = /^torch\.(?:ones|zeros|ones_like|zeros_like|full|full_like)$/;

/** The targets are all ones in one place and all zeros in another: real and fake. */
export function isAdversarial({ context, calls }: LossSite): boolean {
  const { code } = context;
  const kinds = new Set<string>();
  for (const { file, call } of calls) {
    const target = call.args[1]?.value;
    if (!target) continue;
    for (const { file: at, expr } of code.origins(file, target)) {
      const name = expr.kind === 'Call' ? qualifiedName(at, expr.func) : null;
      if (name !== null && LABELS.test(name))
        kinds.add(/ones/.test(name) ? 'real' : /zeros/.test(name) ? 'fake' : at.slice(expr));
    }
  }
  return kinds.size > 1;
}

/** Something in the loss's file is called a teacher. */
function hasTeacher({ file, context }: LossSite): boolean {
  const names = context.code.files.includes(file) ? findAll(file.ast.body, 'Name') : [];
  return names.some(({ id }) => /teacher/i.test(id));
}
