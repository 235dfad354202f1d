/** Values of the user's expressions, found by running abstractly what leads to them. */
import { evaluateSource, type Value } from '../python/index.js';
import type { Engine } from '../report/index.js';
import type { Expr, SourceFile } from '../syntax/index.js';
import { sliceFor, sliceText } from '../training/index.js';

/**
 * What `read` makes of the value of an expression, in the names of its file, or why it can't be run apart from where it stands.
 * @param asked Python that asks something of the expression: `len(…)`
 */
export function readExpression<T>(
  { interpreter }: Engine,
  file: SourceFile,
  expr: Expr,
  read: (value: Value) => T,
  asked?: (text: string) => string,
): T | { readonly reason: string } {
  const slice = sliceFor(file, expr);
  if ('reason' in slice) return slice;
  return interpreter.run(() =>
    read(
      interpreter.attempt(() =>
        evaluateSource(interpreter, interpreter.importer.moduleOfFile(file.path), sliceText(slice, asked)),
      ),
    ),
  );
}
