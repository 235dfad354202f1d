# torch.utils._pytree: nested containers as a list of leaves and a description.
from collections import OrderedDict, namedtuple


class TreeSpec:
    def __init__(self, type, context, children_specs):
        self.type = type
        self.context = context
        self.children_specs = children_specs

    @property
    def num_leaves(self):
        return 1 if self.type is None else sum(child.num_leaves for child in self.children_specs)

    def is_leaf(self):
        return self.type is None


class LeafSpec(TreeSpec):
    def __init__(self):
        super().__init__(None, None, [])


def _is_named(value):
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


def tree_flatten(tree, is_leaf=None):
    leaves = []
    spec = _flatten(tree, leaves, is_leaf)
    return leaves, spec


def _flatten(tree, leaves, is_leaf):
    if is_leaf is not None and is_leaf(tree):
        leaves.append(tree)
        return LeafSpec()
    if isinstance(tree, dict):
        keys = list(tree.keys())
        return TreeSpec(type(tree), keys, [_flatten(tree[key], leaves, is_leaf) for key in keys])
    if isinstance(tree, (list, tuple)):
        return TreeSpec(type(tree), _is_named(tree), [_flatten(child, leaves, is_leaf) for child in tree])
    leaves.append(tree)
    return LeafSpec()


def tree_unflatten(leaves, treespec):
    # Older code gives the arguments the other way round.
    if isinstance(leaves, TreeSpec):
        leaves, treespec = treespec, leaves
    return _build(iter(leaves), treespec)


def _build(leaves, spec):
    if spec.type is None:
        return next(leaves)
    children = [_build(leaves, child) for child in spec.children_specs]
    if issubclass(spec.type, dict):
        return spec.type(zip(spec.context, children))
    if spec.context:
        return spec.type(*children)
    return spec.type(children)


def tree_leaves(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func, tree, *rests, is_leaf=None):
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves] + [tree_leaves(rest, is_leaf) for rest in rests]
    return tree_unflatten([func(*parts) for parts in zip(*columns)], spec)


def tree_map_only(kind, func, tree, is_leaf=None):
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree, is_leaf=is_leaf)


def tree_any(pred, tree, is_leaf=None):
    return any(pred(leaf) for leaf in tree_leaves(tree, is_leaf))


def tree_all(pred, tree, is_leaf=None):
    return all(pred(leaf) for leaf in tree_leaves(tree, is_leaf))
