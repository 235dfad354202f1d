from collections import OrderedDict, defaultdict
from copy import deepcopy
from functools import partial
from typing import Any, Dict, List, Sequence, Tuple, Union

import torch
import torch.nn as nn
from torch.utils.checkpoint import checkpoint

from imagezoo.layers import pad_same

__all__ = ["FeatureInfo", "FeatureListNet", "FeatureHookNet", "FeatureGetterNet"]


class FeatureInfo:
    def __init__(self, feature_info: List[Dict], out_indices: Union[int, Tuple[int]]):
        self.info = feature_info
        if isinstance(out_indices, int):
            self.out_indices = [x % len(feature_info) for x in range(-out_indices, 0)]
        else:
            self.out_indices = tuple(x % len(feature_info) if x < 0 else x for x in out_indices)

    def from_other(self, out_indices):
        return FeatureInfo(deepcopy(self.info), out_indices)

    def get(self, key: str, idx=None):
        if idx is None:
            return [self.info[i][key] for i in self.out_indices]
        if isinstance(idx, (tuple, list)):
            return [self.info[i][key] for i in idx]
        return self.info[idx][key]

    def get_dicts(self, keys=None, idx=None):
        if keys is None:
            return [self.info[i] for i in self.out_indices]
        return [{k: self.info[i][k] for k in keys} for i in self.out_indices]

    def channels(self, idx=None):
        return self.get("num_chs", idx)

    def module_name(self, idx=None):
        return self.get("module", idx)

    def __getitem__(self, item):
        return self.info[item]

    def __len__(self):
        return len(self.info)


def _module_list(module, flatten_sequential=False):
    ml = []
    for name, child in module.named_children():
        if flatten_sequential and isinstance(child, nn.Sequential):
            for child_name, sub in child.named_children():
                combined = [name, child_name]
                ml.append(("_".join(combined), ".".join(combined), sub))
        else:
            ml.append((name, name, child))
    return ml


def _get_feature_info(net, out_indices):
    feature_info = getattr(net, "feature_info")
    if isinstance(feature_info, FeatureInfo):
        return feature_info.from_other(out_indices)
    elif isinstance(feature_info, (list, tuple)):
        return FeatureInfo(net.feature_info, out_indices)
    assert False, "Provided feature_info is not valid"


def _get_return_layers(feature_info, out_map):
    module_names = feature_info.module_name()
    return_layers = {}
    for i, name in enumerate(module_names):
        return_layers[name] = out_map[i] if out_map is not None else feature_info.out_indices[i]
    return return_layers


class FeatureDictNet(nn.ModuleDict):
    def __init__(self, model, out_indices=(0, 1, 2, 3, 4), out_map=None, output_fmt="NCHW", feature_concat=False, flatten_sequential=False):
        super().__init__()
        self.feature_info = _get_feature_info(model, out_indices)
        self.output_fmt = output_fmt
        self.concat = feature_concat
        self.grad_checkpointing = False
        self.return_layers = {}
        return_layers = _get_return_layers(self.feature_info, out_map)
        modules = _module_list(model, flatten_sequential=flatten_sequential)
        remaining = set(return_layers.keys())
        layers = OrderedDict()
        for new_name, old_name, module in modules:
            layers[new_name] = module
            if old_name in remaining:
                self.return_layers[new_name] = str(return_layers[old_name])
                remaining.remove(old_name)
            if not remaining:
                break
        assert not remaining and len(self.return_layers) == len(return_layers)
        self.update(layers)

    def set_grad_checkpointing(self, enable: bool = True):
        self.grad_checkpointing = enable

    def _collect(self, x) -> Dict[str, torch.Tensor]:
        out = OrderedDict()
        for i, (name, module) in enumerate(self.items()):
            if self.grad_checkpointing and not torch.jit.is_scripting():
                first_or_last_module = i == 0 or i == max(len(self) - 1, 0)
                x = module(x) if first_or_last_module else checkpoint(module, x)
            else:
                x = module(x)
            if name in self.return_layers:
                out_id = self.return_layers[name]
                if isinstance(x, (tuple, list)):
                    out[out_id] = torch.cat(x, 1) if self.concat else x[0]
                else:
                    out[out_id] = x
        return out

    def forward(self, x) -> Dict[str, torch.Tensor]:
        return self._collect(x)


class FeatureListNet(FeatureDictNet):
    def __init__(self, model, out_indices=(0, 1, 2, 3, 4), **kwargs):
        super().__init__(model, out_indices=out_indices, **kwargs)

    def forward(self, x) -> List[torch.Tensor]:
        return list(self._collect(x).values())


class FeatureHooks:
    def __init__(self, hooks: Sequence[Union[str, Dict]], named_modules: dict, out_map=None, default_hook_type: str = "forward"):
        self._feature_outputs = defaultdict(OrderedDict)
        self._handles = []
        modules = {k: v for k, v in named_modules}
        for i, h in enumerate(hooks):
            hook_name = h if isinstance(h, str) else h["module"]
            m = modules[hook_name]
            hook_id = out_map[i] if out_map else hook_name
            hook_fn = partial(self._collect_output_hook, hook_id)
            hook_type = default_hook_type
            if isinstance(h, dict):
                hook_type = h.get("hook_type", default_hook_type)
            if hook_type == "forward_pre":
                handle = m.register_forward_pre_hook(hook_fn)
            elif hook_type == "forward":
                handle = m.register_forward_hook(hook_fn)
            else:
                assert False, "Unsupported hook type"
            self._handles.append(handle)

    def _collect_output_hook(self, hook_id, *args):
        x = args[-1]
        if isinstance(x, tuple):
            x = x[0]
        self._feature_outputs[x.device][hook_id] = x

    def get_output(self, device) -> Dict[str, torch.Tensor]:
        output = self._feature_outputs[device]
        self._feature_outputs[device] = OrderedDict()
        return output


class FeatureHookNet(nn.ModuleDict):
    def __init__(self, model, out_indices=(0, 1, 2, 3, 4), out_map=None, return_dict=False, no_rewrite=False, flatten_sequential=False, default_hook_type="forward", **kwargs):
        super().__init__()
        assert not torch.jit.is_scripting()
        self.feature_info = _get_feature_info(model, out_indices)
        self.return_dict = return_dict
        layers = OrderedDict()
        hooks = []
        if hasattr(model, "reset_classifier"):
            model.reset_classifier(0)
        layers["body"] = model
        hooks.extend(self.feature_info.get_dicts())
        self.update(layers)
        self.hooks = FeatureHooks(hooks, model.named_modules(), out_map=out_map)

    def forward(self, x):
        for name, module in self.items():
            x = module(x)
        out = self.hooks.get_output(x.device)
        return out if self.return_dict else list(out.values())


class FeatureGetterNet(nn.ModuleDict):
    def __init__(self, model, out_indices=4, out_map=None, return_dict=False, output_fmt="NCHW", norm=False, prune=True, **kwargs):
        super().__init__()
        if prune and hasattr(model, "prune_intermediate_layers"):
            out_indices = model.prune_intermediate_layers(out_indices, prune_norm=not norm)
        self.feature_info = _get_feature_info(model, out_indices)
        self.model = model
        self.out_indices = out_indices
        self.norm = norm

    def forward(self, x):
        return self.model.forward_intermediates(x, indices=self.out_indices, norm=self.norm, intermediates_only=True)
