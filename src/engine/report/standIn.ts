/** Objects that pass for a module: what their `modules()` says is what is counted, as PyTorch's own tools would. */
import { isUnknown, type Interpreter, type PyInstance } from '../python/index.js';
import { isModule, mayBeModule } from '../torch/nn/module.js';

/**
 * The module that an object stands for: the first that its `modules()` gives, as `nn.Module.modules` begins with the module
 * itself. Modules, and objects without such a method, stand for themselves.
 */
export function moduleBehind(interpreter: Interpreter, value: PyInstance): PyInstance {
  if (mayBeModule(value)) return value;
  const first = interpreter.attempt(() => {
    if (interpreter.getAttribute(value, 'modules') === undefined) return value;
    const all = interpreter.iterate(interpreter.callMethod(value, 'modules'));
    return isUnknown(all) ? all : (all.next(interpreter) ?? value);
  });
  return isModule(first) ? first : value;
}
