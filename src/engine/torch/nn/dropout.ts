/** Dropout in all its forms. */
import type { PyClass } from '../../python/value.js';
import { asNumber, layer } from './layer.js';
import { isUnknown } from './objects.js';

const dropoutBase = layer('dropout', '_DropoutNd(p=0.5, inplace=False)', {
  repr: 'p={p}, inplace={inplace}',
  init: (_self, { p }, context) => {
    const value = asNumber(p);
    if (value !== undefined && (value < 0 || value > 1)) {
      const shown = context.str(p ?? null);
      context.raise(
        'ValueError',
        `dropout probability has to be between 0 and 1, but got ${isUnknown(shown) ? value : shown}`,
      );
    }
  },
});
const dropout = (name: string, forward: string): PyClass =>
  layer('dropout', `${name}()`, { base: dropoutBase, forward });
export const dropoutLayers: readonly PyClass[] = [
  dropoutBase,
  dropout('Dropout', 'F.dropout(input, self.p, self.training, self.inplace)'),
  dropout('Dropout1d', 'F.dropout1d(input, self.p, self.training, self.inplace)'),
  dropout('Dropout2d', 'F.dropout2d(input, self.p, self.training, self.inplace)'),
  dropout('Dropout3d', 'F.dropout3d(input, self.p, self.training, self.inplace)'),
  dropout('AlphaDropout', 'F.alpha_dropout(input, self.p, self.training)'),
  dropout('FeatureAlphaDropout', 'F.feature_alpha_dropout(input, self.p, self.training)'),
];
