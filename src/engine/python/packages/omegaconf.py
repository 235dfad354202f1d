import copy as _copy
import dataclasses as _dataclasses
import enum as _enum
import re as _re
from collections.abc import Mapping as _Mapping, MutableMapping as _MutableMapping, MutableSequence as _MutableSequence
from collections.abc import Sequence as _Sequence

import yaml as _yaml

MISSING = "???"
_REFERENCE = _re.compile(r"\$\{([^${}]*)\}")
_EXPONENT = _re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+")


class OmegaConfBaseException(Exception):
    pass


class ConfigAttributeError(OmegaConfBaseException, AttributeError):
    pass


class ConfigKeyError(OmegaConfBaseException, KeyError):
    pass


class MissingMandatoryValue(OmegaConfBaseException):
    pass


class ReadonlyConfigError(OmegaConfBaseException):
    pass


class ValidationError(OmegaConfBaseException, ValueError):
    pass


class UnsupportedValueType(ValidationError):
    pass


def II(interpolation):
    return "${" + interpolation + "}"


SI = str


class Container:
    def _resolved(self, key, value):
        if isinstance(value, str) and value == MISSING:
            raise MissingMandatoryValue(f"Missing mandatory value: {key}")
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._referred(whole.group(1))
        text = value
        for match in _REFERENCE.finditer(value):
            text = text.replace(match.group(0), str(self._referred(match.group(1))))
        return _unknown("nested references in a configuration are not followed") if "${" in text else text

    def _referred(self, path):
        if ":" in path:
            return _unknown(f"what the resolver of '{path}' gives is not followed")
        node = self
        if path.startswith("."):
            path = path[1:]
            while path.startswith("."):
                node = node._get_parent()
                path = path[1:]
        else:
            node = self._get_root()
        for part in path.replace("[", ".").replace("]", "").split("."):
            node = node[int(part) if isinstance(node, ListConfig) else part]
        return node

    def _get_parent(self):
        return self.__dict__["_parent"]

    def _get_root(self):
        node = self
        while node._get_parent() is not None:
            node = node._get_parent()
        return node

    def _flag(self, name):
        node = self
        while node is not None:
            if node.__dict__["_flags"].get(name) is not None:
                return node.__dict__["_flags"][name]
            node = node._get_parent()
        return None

    def _check_writable(self):
        if self._flag("readonly"):
            raise ReadonlyConfigError("Cannot change read-only config container")


class DictConfig(Container, _MutableMapping):
    def __init__(self, content=None, key=None, parent=None, ref_type=None, key_type=None, element_type=None, is_optional=True, flags=None):
        self.__dict__["_parent"] = parent
        self.__dict__["_flags"] = dict(flags or {})
        self.__dict__["_content"] = {}
        kept = content.__dict__["_content"] if isinstance(content, DictConfig) else _fields(content)
        for name, value in kept.items():
            self.__dict__["_content"][name] = _node(value, self)
        if not isinstance(content, (dict, DictConfig)) and content is not None:
            self.__dict__["_flags"]["struct"] = True

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self.__dict__["_content"]:
            raise ConfigAttributeError(f"Missing key {name}")
        return self[name]

    def __setattr__(self, name, value):
        if self._flag("struct") and name not in self.__dict__["_content"]:
            raise ConfigAttributeError(f"Key '{name}' is not in struct")
        self._check_writable()
        self.__dict__["_content"][name] = _node(value, self)

    def __delattr__(self, name):
        del self[name]

    def __getitem__(self, key):
        if key not in self.__dict__["_content"]:
            raise ConfigKeyError(f"Missing key {key}")
        return self._resolved(key, self.__dict__["_content"][key])

    def __setitem__(self, key, value):
        if self._flag("struct") and key not in self.__dict__["_content"]:
            raise ConfigKeyError(f"Key '{key}' is not in struct")
        self._check_writable()
        self.__dict__["_content"][key] = _node(value, self)

    def __delitem__(self, key):
        self._check_writable()
        del self.__dict__["_content"][key]

    def __contains__(self, key):
        return key in self.__dict__["_content"] and self.__dict__["_content"][key] != MISSING

    def __iter__(self):
        return iter(list(self.__dict__["_content"]))

    def __len__(self):
        return len(self.__dict__["_content"])

    def __bool__(self):
        return len(self) > 0

    def __eq__(self, other):
        if isinstance(other, DictConfig):
            other = OmegaConf.to_container(other, resolve=True)
        return OmegaConf.to_container(self, resolve=True) == other

    def __hash__(self):
        return id(self)

    def __deepcopy__(self, memo):
        made = DictConfig(self, parent=self._get_parent())
        made.__dict__["_flags"] = dict(self.__dict__["_flags"])
        return made

    def keys(self):
        return self.__dict__["_content"].keys()

    def values(self):
        return [self[key] for key in self]

    def items(self):
        return [(key, self[key]) for key in self]

    def get(self, key, default_value=None):
        if key not in self.__dict__["_content"] or self.__dict__["_content"][key] == MISSING:
            return default_value
        return self[key]

    def pop(self, key, *default):
        if self._flag("struct"):
            raise ConfigKeyError("DictConfig in struct mode does not support pop")
        self._check_writable()
        if key not in self.__dict__["_content"]:
            if default:
                return default[0]
            raise ConfigKeyError(f"Key not found: '{key}'")
        value = self[key]
        del self.__dict__["_content"][key]
        return value

    def update(self, *others, **kwargs):
        for other in (*others, kwargs):
            for key, value in other.items():
                self[key] = value

    def copy(self):
        return _copy.deepcopy(self)

    def merge_with(self, *others):
        for other in others:
            _merge(self, _create(other))


class ListConfig(Container, _MutableSequence):
    def __init__(self, content=None, key=None, parent=None, flags=None, **kwargs):
        self.__dict__["_parent"] = parent
        self.__dict__["_flags"] = dict(flags or {})
        kept = content.__dict__["_content"] if isinstance(content, ListConfig) else (content or [])
        self.__dict__["_content"] = [_node(value, self) for value in kept]

    def __getitem__(self, index):
        if isinstance(index, slice):
            return ListConfig(self.__dict__["_content"][index], parent=self._get_parent())
        return self._resolved(index, self.__dict__["_content"][index])

    def __setitem__(self, index, value):
        self._check_writable()
        self.__dict__["_content"][index] = _node(value, self)

    def __delitem__(self, index):
        self._check_writable()
        del self.__dict__["_content"][index]

    def __len__(self):
        return len(self.__dict__["_content"])

    def __iter__(self):
        return iter([self[index] for index in range(len(self))])

    def __contains__(self, item):
        return item in list(self)

    def __add__(self, other):
        return ListConfig(self.__dict__["_content"] + list(other), parent=self._get_parent())

    def __radd__(self, other):
        return ListConfig(list(other) + self.__dict__["_content"], parent=self._get_parent())

    def __eq__(self, other):
        return list(self) == list(other) if isinstance(other, (list, tuple, ListConfig)) else NotImplemented

    def __hash__(self):
        return id(self)

    def __deepcopy__(self, memo):
        return ListConfig(self, parent=self._get_parent())

    def insert(self, index, item):
        self._check_writable()
        self.__dict__["_content"].insert(index, _node(item, self))

    def append(self, item):
        self.insert(len(self), item)

    def extend(self, items):
        for item in items:
            self.append(item)

    def index(self, item, *bounds):
        return list(self).index(item, *bounds)


def _fields(content):
    if content is None:
        return {}
    if isinstance(content, _Mapping):
        return content
    if _dataclasses.is_dataclass(content):
        made = {}
        for field in _dataclasses.fields(content):
            if not isinstance(content, type):
                made[field.name] = getattr(content, field.name)
            elif field.default is not _dataclasses.MISSING:
                made[field.name] = field.default
            elif field.default_factory is not _dataclasses.MISSING:
                made[field.name] = field.default_factory()
            else:
                made[field.name] = MISSING
        return made
    return _unknown("settings that are made from such an object are not followed")


def _node(value, parent):
    if isinstance(value, (DictConfig, dict)) or _dataclasses.is_dataclass(value):
        made = DictConfig(value, parent=parent)
        if isinstance(value, DictConfig):
            made.__dict__["_flags"] = dict(value.__dict__["_flags"])
        return made
    if isinstance(value, (ListConfig, list, tuple)):
        return ListConfig(value, parent=parent)
    if value is None or isinstance(value, (bool, int, float, str, bytes, _enum.Enum, type)) or hasattr(value, "__fspath__"):
        return value
    raise UnsupportedValueType(f"Value '{type(value).__name__}' is not a supported primitive type")


def _create(content):
    if isinstance(content, Container):
        return content
    if isinstance(content, str):
        content = _read(_yaml.safe_load(content)) or {}
        if isinstance(content, str):
            content = {content: None}
    if isinstance(content, (list, tuple)):
        return ListConfig(content)
    return DictConfig(content)


def _read(value):
    """Numbers that PyYAML takes as text and this package doesn't; quoted ones would be text, which can't be told any more."""
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        return _unknown(f"whether '{value}' is quoted is not kept")
    return value


def _merge(target, other):
    kept = target.__dict__["_content"]
    for key, value in other.__dict__["_content"].items():
        if isinstance(value, DictConfig) and isinstance(kept.get(key), DictConfig):
            _merge(kept[key], value)
        elif isinstance(value, str) and value == MISSING and key in kept:
            pass
        else:
            target[key] = value


def _plain(value, resolve, instances=False):
    if isinstance(value, DictConfig):
        raw = value.__dict__["_content"]
        return {key: _plain(value[key] if resolve and raw[key] != MISSING else raw[key], resolve) for key in raw}
    if isinstance(value, ListConfig):
        raw = value.__dict__["_content"]
        return [_plain(value[index] if resolve else raw[index], resolve) for index in range(len(raw))]
    return value


class OmegaConf:
    @staticmethod
    def create(obj=None, parent=None, flags=None):
        made = _create({} if obj is None else obj)
        return _copy.deepcopy(made) if made is obj else made

    @staticmethod
    def structured(obj, parent=None, flags=None):
        return DictConfig(obj)

    @staticmethod
    def load(file_):
        if isinstance(file_, str) or hasattr(file_, "__fspath__"):
            with open(file_) as stream:
                return OmegaConf.create(_read(_yaml.safe_load(stream)))
        return OmegaConf.create(_read(_yaml.safe_load(file_)))

    @staticmethod
    def merge(*configs):
        target = _copy.deepcopy(_create(configs[0]))
        for other in configs[1:]:
            other = _create(other)
            if isinstance(target, ListConfig) or isinstance(other, ListConfig):
                target = _copy.deepcopy(other)
            else:
                _merge(target, other)
        return target

    unsafe_merge = merge

    @staticmethod
    def to_container(cfg, *, resolve=False, throw_on_missing=False, enum_to_str=False, structured_config_mode=None):
        return _plain(cfg, resolve)

    @staticmethod
    def to_object(cfg):
        return _unknown("objects made from settings are not followed") if cfg._flag("struct") else _plain(cfg, True)

    @staticmethod
    def to_yaml(cfg, *, resolve=False, sort_keys=False):
        return _unknown("the text of a configuration is not written out")

    @staticmethod
    def save(config, f, resolve=False):
        pass

    @staticmethod
    def resolve(cfg):
        for key in list(cfg) if isinstance(cfg, DictConfig) else range(len(cfg)):
            value = cfg[key]
            cfg.__dict__["_content"][key] = value
            if isinstance(value, Container):
                OmegaConf.resolve(value)

    @staticmethod
    def from_dotlist(dotlist):
        made = OmegaConf.create()
        for entry in dotlist:
            key, _, text = entry.partition("=")
            OmegaConf.update(made, key, _read(_yaml.safe_load(text)))
        return made

    @staticmethod
    def from_cli(args_list=None):
        return OmegaConf.create() if args_list is None else OmegaConf.from_dotlist(args_list)

    @staticmethod
    def update(cfg, key, value=None, *, merge=True, force_add=False):
        *parents, last = key.split(".")
        node = cfg
        for parent in parents:
            if node.get(parent) is None:
                node[parent] = {}
            node = node[parent]
        if merge and isinstance(node.get(last), DictConfig) and isinstance(value, (dict, DictConfig)):
            _merge(node[last], _create(value))
        else:
            node[last] = value

    @staticmethod
    def select(cfg, key, *, default=None, throw_on_resolution_failure=True, throw_on_missing=False):
        node = cfg
        for part in key.replace("[", ".").replace("]", "").split(".") if key else []:
            if isinstance(node, ListConfig):
                node = node[int(part)]
            elif isinstance(node, DictConfig) and part in node:
                node = node[part]
            else:
                return default
        return node

    @staticmethod
    def is_config(obj):
        return isinstance(obj, Container)

    @staticmethod
    def is_dict(obj):
        return isinstance(obj, DictConfig)

    @staticmethod
    def is_list(obj):
        return isinstance(obj, ListConfig)

    @staticmethod
    def is_missing(cfg, key):
        return cfg.__dict__["_content"].get(key) == MISSING

    @staticmethod
    def is_interpolation(node, key=None):
        value = node.__dict__["_content"][key]
        return isinstance(value, str) and "${" in value

    @staticmethod
    def set_struct(conf, value):
        conf.__dict__["_flags"]["struct"] = value

    @staticmethod
    def set_readonly(conf, value):
        conf.__dict__["_flags"]["readonly"] = value

    @staticmethod
    def is_struct(conf):
        return bool(conf._flag("struct"))

    @staticmethod
    def is_readonly(conf):
        return bool(conf._flag("readonly"))

    @staticmethod
    def register_new_resolver(name, resolver, *, replace=False, use_cache=False):
        pass

    register_resolver = legacy_register_resolver = register_new_resolver

    @staticmethod
    def has_resolver(name):
        return False

    @staticmethod
    def clear_resolvers():
        pass


class flag_override:
    def __init__(self, config, names, values):
        names, values = ([names], [values]) if isinstance(names, str) else (names, values)
        self.config = config
        self.flags = dict(zip(names, values))

    def __enter__(self):
        self.before = dict(self.config.__dict__["_flags"])
        self.config.__dict__["_flags"].update(self.flags)
        return self.config

    def __exit__(self, *details):
        self.config.__dict__["_flags"] = self.before
        return False


def open_dict(config):
    return flag_override(config, "struct", False)


def read_write(config):
    return flag_override(config, "readonly", False)
