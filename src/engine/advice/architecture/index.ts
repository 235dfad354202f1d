/** What is offered on a layer. */
import type { SourceFile } from '../../syntax/index.js';
import { classAround, functionAround, qualifiedName, type TrainingContext } from '../../training/index.js';
import { callAtOffset } from '../loss/site.js';
import type { Offer } from '../offers.js';
import { Anatomy } from '../overfitting/layers.js';
import { addDropout, addNorm, addResidual, depthwiseSeparable, isPlainLayer } from './changes.js';
import { isTransformerBlock, preNorm, preNormStatement } from './preNorm.js';
import { layerSiteAt } from './site.js';

/** Every action on the layer at an offset; those that would be refused are among them. */
export function layerOffers(context: TrainingContext, file: SourceFile, offset: number): Offer[] {
  const offers: Offer[] = [];
  const add = (id: string, title: string, make: Offer['make'], needsShapes = false): void =>
    void offers.push({ id: `layer.${id}`, group: 'layer', title, changesModel: true, needsShapes, make });
  const call = callAtOffset(file, offset);
  if (!call) return [];
  if (isTransformerBlock(qualifiedName(file, call.func)))
    add('preNorm', 'Normalise first (pre-norm)', () => preNorm(context.code, file, call));
  const cls = classAround(file, call);
  if (cls && functionAround(file, call)?.name === 'forward') {
    if (new Anatomy(context.code, { file, node: cls }).called(call)?.kind === 'norm')
      add('preNorm', 'Normalise first (pre-norm)', () => preNormStatement(file, call), true);
  }
  const site = layerSiteAt(context, file, offset);
  if (!site) return offers;
  const { name } = site;
  if (isPlainLayer(name)) {
    const isConvolution = name.startsWith('Conv');
    const norm = isConvolution ? `BatchNorm${name.slice('Conv'.length)}` : 'LayerNorm';
    add('norm', `Add ${norm}`, () => addNorm(site));
    add('residual', 'Add a residual path', () => addResidual(site), true);
    if (isConvolution) add('depthwise', 'Make depthwise-separable', () => depthwiseSeparable(site));
    add('dropout', 'Add dropout (p = 0.1)', () => addDropout(site));
  }
  return offers;
}
