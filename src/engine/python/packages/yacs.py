import copy as _copy
from ast import literal_eval as _literal_eval

import yaml as _yaml

_CASTS = ((tuple, list), (list, tuple))


def _coerced(replacement, original, name):
    kinds = (type(replacement), type(original))
    if kinds[0] == kinds[1] or replacement is None or original is None:
        return replacement
    if kinds in _CASTS:
        return kinds[1](replacement)
    raise ValueError(f"Type mismatch ({kinds[1]} vs. {kinds[0]}) for config key: {name}")


class CfgNode(dict):
    """A tree of settings whose items are attributes too; `_state` has what is no setting."""

    def __init__(self, init_dict=None, key_list=None, new_allowed=False):
        super().__init__()
        for key, value in (init_dict or {}).items():
            dict.__setitem__(self, key, self._decode_cfg_tree(value))
        self.__dict__["_state"] = {"frozen": False, "new": new_allowed, "deprecated": set(), "renamed": {}}

    @classmethod
    def _decode_cfg_tree(cls, value):
        return cls(value) if type(value) is dict else value

    @classmethod
    def _decode_cfg_value(cls, value):
        if isinstance(value, dict):
            return cls(value)
        if not isinstance(value, str):
            return value
        try:
            return _literal_eval(value)
        except (ValueError, SyntaxError):
            return value

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        if self.is_frozen():
            raise AttributeError(f"Attempted to set {name} to {value}, but CfgNode is immutable")
        self[name] = value

    def _nodes(self):
        yield self
        for value in self.values():
            if isinstance(value, CfgNode):
                yield from value._nodes()

    def freeze(self):
        for node in self._nodes():
            node.__dict__["_state"]["frozen"] = True

    def defrost(self):
        for node in self._nodes():
            node.__dict__["_state"]["frozen"] = False

    def is_frozen(self):
        return self.__dict__["_state"]["frozen"]

    def set_new_allowed(self, is_new_allowed):
        for node in self._nodes():
            node.__dict__["_state"]["new"] = is_new_allowed

    def is_new_allowed(self):
        return self.__dict__["_state"]["new"]

    def clone(self):
        return _copy.deepcopy(self)

    def __deepcopy__(self, memo):
        made = type(self)()
        for key, value in self.items():
            dict.__setitem__(made, key, _copy.deepcopy(value, memo))
        made.__dict__["_state"] = _copy.deepcopy(self.__dict__["_state"], memo)
        return made

    def dump(self, **kwargs):
        return _unknown("the text of a configuration is not written out")

    def register_deprecated_key(self, key):
        self.__dict__["_state"]["deprecated"].add(key)

    def register_renamed_key(self, old_name, new_name, message=None):
        self.__dict__["_state"]["renamed"][old_name] = new_name

    def key_is_deprecated(self, full_key):
        return full_key in self.__dict__["_state"]["deprecated"]

    def key_is_renamed(self, full_key):
        return full_key in self.__dict__["_state"]["renamed"]

    def raise_key_rename_error(self, full_key):
        raise KeyError(f"Key {full_key} was renamed to {self.__dict__['_state']['renamed'][full_key]}; please update your config")

    @classmethod
    def load_cfg(cls, cfg_file_obj_or_str):
        return cls(_yaml.safe_load(cfg_file_obj_or_str))

    def merge_from_file(self, cfg_filename):
        with open(cfg_filename, "r") as stream:
            self.merge_from_other_cfg(self.load_cfg(stream))

    def merge_from_other_cfg(self, cfg_other):
        self._merge(cfg_other, self, [])

    def _merge(self, cfg_other, root, path):
        for key, given in cfg_other.items():
            name = ".".join(path + [str(key)])
            value = self._decode_cfg_value(_copy.deepcopy(given))
            if key in self:
                value = _coerced(value, self[key], name)
                if isinstance(value, CfgNode):
                    self[key]._merge(value, root, path + [str(key)])
                else:
                    self[key] = value
            elif self.is_new_allowed():
                self[key] = value
            elif not root.key_is_deprecated(name):
                if root.key_is_renamed(name):
                    root.raise_key_rename_error(name)
                raise KeyError(f"Non-existent config key: {name}")

    def merge_from_list(self, cfg_list):
        assert len(cfg_list) % 2 == 0, f"Override list has odd length: {cfg_list}; it must be a list of pairs"
        for name, given in zip(cfg_list[0::2], cfg_list[1::2]):
            if self.key_is_deprecated(name):
                continue
            if self.key_is_renamed(name):
                self.raise_key_rename_error(name)
            *parents, last = name.split(".")
            node = self
            for parent in parents:
                assert parent in node, f"Non-existent key: {name}"
                node = node[parent]
            assert last in node, f"Non-existent key: {name}"
            node[last] = _coerced(self._decode_cfg_value(given), node[last], name)


def load_cfg(cfg_file_obj_or_str):
    return CfgNode.load_cfg(cfg_file_obj_or_str)
