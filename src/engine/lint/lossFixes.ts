/** Fixes that put another loss in the place of one: its functional call, or the layer where it is made. */
import type { Place } from '../python/value.js';
import type { ObservedOp } from '../torch/rehearsal.js';
import { isUsers } from './program.js';
import { callAt, callInstead } from './source.js';
import type { FixEdit } from './types.js';

/** A loss by both of its names. */
export interface LossName {
  readonly function: string;
  readonly layer: string;
}

export const BCE_WITH_LOGITS: LossName = { function: 'binary_cross_entropy_with_logits', layer: 'BCEWithLogitsLoss' };
export const CROSS_ENTROPY: LossName = { function: 'cross_entropy', layer: 'CrossEntropyLoss' };

/** Where a loss is spelled: the construction of its layer, or the call of its function. */
export function placeOfLoss(loss: ObservedOp): { readonly place: Place; readonly isLayer: boolean } | null {
  const layer = loss.call?.module;
  if (layer?.cls.module.startsWith('torch.nn') && layer.cls.name.endsWith('Loss'))
    return layer.place && isUsers(layer.place) ? { place: layer.place, isLayer: true } : null;
  return loss.place && isUsers(loss.place) ? { place: loss.place, isLayer: false } : null;
}

/**
 * Renames a loss.
 * @param plain only where no further arguments are given, which the other one may not know
 */
export function swapLoss(loss: ObservedOp, to: LossName, plain = false): FixEdit | null {
  const found = placeOfLoss(loss);
  const call = found && callAt(found.place);
  if (!found || !call || (plain && call.args.length > (found.isLayer ? 0 : 2))) return null;
  const name = found.isLayer ? `torch.nn.${to.layer}` : `torch.nn.functional.${to.function}`;
  return callInstead(found.place.file, call, name);
}
