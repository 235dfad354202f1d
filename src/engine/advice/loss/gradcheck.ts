/** A test that holds the gradient of the user's own loss to finite differences. */
import type { FunctionDef } from '../../syntax/index.js';
import { findAll, methodOf, moduleFile } from '../../training/index.js';
import { changed, refused, type Made } from '../offers.js';
import type { LossSite } from './site.js';

/** Functions that take class indices as their second argument. */
const TAKES_INDICES = new Set([
  'cross_entropy',
  'nll_loss',
  'gather',
  'one_hot',
  'multi_margin_loss',
  'CrossEntropyLoss',
  'NLLLoss',
]);

export function gradientCheck({ context, own, construction, file }: LossSite): Made {
  if (!own) return refused('it is one of PyTorch’s own, which are tested there');
  const isClass = own.node.kind === 'ClassDef';
  const called: FunctionDef | null = own.node.kind === 'ClassDef' ? methodOf(own.node, 'forward') : own.node;
  const params = (called?.params ?? []).slice(isClass ? 1 : 0);
  const needed = params.filter(
    ({ form, default: fallback }) => !fallback && (form === 'normal' || form === 'positionalOnly'),
  );
  const [prediction, ...others] = needed;
  if (!called || !prediction) return refused('it takes no tensor');
  if (params.some(({ form, default: fallback }) => form === 'keywordOnly' && !fallback))
    return refused('it needs named arguments');
  const { name: module } = context.project.moduleNameOf(own.file.path);
  if (!/^[A-Za-z_][\w.]*$/.test(module)) return refused('its file can’t be imported by a name');
  const args = isClass && construction ? construction.expr.args.map((arg) => construction.file.slice(arg)) : [];
  if (args.some((arg) => !/^(?:\w+\s*=\s*)?(?:-?[\d.e]+|True|False|None|"[^"]*"|'[^']*')$/.test(arg)))
    return refused('it is constructed with values that only its own file knows');
  const { name } = own.node;
  const indices =
    findAll(called.body, 'Name').some(({ id }) => TAKES_INDICES.has(id)) ||
    findAll(own.node, 'Attribute').some(({ attr }) => TAKES_INDICES.has(attr));
  const targets = others.map((param) =>
    indices
      ? `    ${param.name} = torch.randint(0, 3, (4,))`
      : `    ${param.name} = torch.rand(4, 3, dtype=torch.float64)`,
  );
  const folder = file.path.slice(0, file.path.lastIndexOf('/'));
  const path = `${folder}/test_${name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()}_gradient.py`;
  if (context.project.text(path) !== undefined || moduleFile(context.project, file, path) !== null)
    return refused('the test is there');
  const call = isClass ? `${name}(${args.join(', ')}).double()` : name;
  const text = [
    `"""Holds the gradient of ${name} to finite differences, in double precision."""`,
    '',
    'import torch',
    'from torch.autograd import gradcheck',
    '',
    `from ${module} import ${name}`,
    '',
    '',
    `def test_gradient_of_${name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()}():`,
    '    torch.manual_seed(0)',
    '    # Sizes and targets are made up: 4 examples, 3 outputs. Put in what your loss expects.',
    `    ${prediction.name} = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)`,
    ...targets,
    `    loss = ${call}`,
    `    assert gradcheck(lambda x: loss(${['x', ...others.map((param) => param.name)].join(', ')}), (${prediction.name},))`,
    '',
  ].join('\n');
  return changed({
    title: `Test the gradient of ${name}`,
    reason:
      '`gradcheck` compares $\\frac{\\partial\\ell}{\\partial x_i}$ with $\\frac{\\ell(x + h e_i) - \\ell(x - h e_i)}{2h}$ in double precision. Run it with pytest.',
    risk: 'Sizes and targets in the test are made up: adjust them to what your loss expects, then run it with pytest.',
    sources: [],
    changes: [],
    created: [{ path, text }],
  });
}
