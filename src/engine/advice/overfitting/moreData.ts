/** Advice without a change: more variety in the data, a smaller model. */
import { callsIn, qualifiedName } from '../../training/index.js';
import { groupedTex, short } from '../numbers.js';
import { papers } from '../papers.js';
import type { Outcome } from '../types.js';
import { valueOfSize, type Facts } from './facts.js';
import { Anatomy } from './layers.js';
import { grouped } from '../../../texts.js';

/** Below this a smaller model is hardly the cure. */
const MANY_PER_EXAMPLE = 10;

export function adviseAugmentation({ context }: Facts): Outcome {
  const { code, classes } = context;
  const isImageModel = classes.some((cls) =>
    new Anatomy(code, cls).constructed().some(({ name }) => name === 'torch.nn.Conv2d'),
  );
  if (!isImageModel) return null;
  const title = 'Augment the images';
  const random = code.files.flatMap((file) =>
    callsIn(file)
      .filter((call) =>
        /^torchvision\.transforms\.(?:v2\.)?(?:Random|ColorJitter|AutoAugment|TrivialAugment|AugMix)/.test(
          qualifiedName(file, call.func) ?? '',
        ),
      )
      .map((call) => file.slice(call.func)),
  );
  if (random.length > 0) return { left: { title, why: `it is there: \`${random[0]}\`` } };
  return {
    advised: {
      id: 'augmentation',
      title,
      reason:
        'If a transformation $T$ leaves the label as it is, training on $(T(x), y)$ with a fresh $T$ in each epoch is training on more data: the loss becomes $\\mathbb{E}_T\\,\\ell(f(T(x)), y)$.',
      effect: 'Often more than all penalties on the weights together.',
      risk: 'Only you know which transformations keep the label: a mirrored 6 is no 6, a mirrored scan may be a wrong diagnosis. So no change is made.',
      sources: [papers.augmentation],
      changes: [],
    },
  };
}

export function adviseSmallerModel({ parameters, training, perExample }: Facts): Outcome {
  const [n, m] = [valueOfSize(parameters), valueOfSize(training)];
  if (n === null || m === null || perExample === null || perExample < MANY_PER_EXAMPLE) return null;
  return {
    advised: {
      id: 'smaller-model',
      title: 'More data, or a smaller model',
      reason: `$N/M = ${groupedTex(n)}/${groupedTex(m)} = ${short(perExample)}$ parameters per example. Each example can have parameters of its own; halving width and depth changes that, and so does every new example.`,
      effect: `A model with a tenth of the ${grouped(n)} parameters trains faster and has less to memorise with. Try it once the changes above have shown what they do.`,
      risk: 'Size and validation loss are not monotonic (double descent), so measure: a regularised larger model can beat a smaller one.',
      sources: [papers.doubleDescent],
      changes: [],
    },
  };
}
