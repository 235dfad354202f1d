import copy as _copy


class ConfigDict:
    """Settings as attributes and items; a value keeps its type once it is set."""

    def __init__(self, initial_dictionary=None, type_safe=True, convert_dict=True):
        self.__dict__["_fields"] = {}
        self.__dict__["_locked"] = False
        self.__dict__["_safe"] = type_safe
        for key, value in (initial_dictionary or {}).items():
            self[key] = value

    def __getattr__(self, name):
        if name in self.__dict__["_fields"]:
            return self.__dict__["_fields"][name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        fields = self.__dict__["_fields"]
        if self.__dict__["_locked"] and name not in fields:
            raise AttributeError(f'Key "{name}" does not exist and cannot be added since the config is locked.')
        if isinstance(value, dict):
            value = type(self)(value, self.__dict__["_safe"])
        old = fields.get(name)
        if self.__dict__["_safe"] and old is not None and value is not None and type(old) is not type(value):
            if type(old) is float and type(value) is int:
                value = float(value)
            elif not isinstance(old, (tuple, list)) or not isinstance(value, (tuple, list)):
                if not isinstance(value, type(old)):
                    raise TypeError(f'field has type {type(old)}, but the value for "{name}" is of type {type(value)}')
            else:
                value = type(old)(value)
        fields[name] = value

    def __delattr__(self, name):
        del self.__dict__["_fields"][name]

    def __getitem__(self, key):
        node = self
        for part in key.split(".") if isinstance(key, str) else [key]:
            fields = node.__dict__["_fields"]
            if part not in fields:
                raise KeyError(key)
            node = fields[part]
        return node

    def __setitem__(self, key, value):
        if isinstance(key, str) and "." in key:
            parent, last = key.rsplit(".", 1)
            self[parent][last] = value
        else:
            self.__setattr__(key, value)

    def __delitem__(self, key):
        self.__delattr__(key)

    def __contains__(self, key):
        return key in self.__dict__["_fields"]

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.__dict__["_fields"])

    def __eq__(self, other):
        return isinstance(other, ConfigDict) and self.to_dict() == other.to_dict()

    def __deepcopy__(self, memo):
        return type(self)(_copy.deepcopy(self.to_dict(), memo), self.__dict__["_safe"])

    def keys(self, **kwargs):
        return sorted(self.__dict__["_fields"])

    def values(self, **kwargs):
        return [self[key] for key in self.keys()]

    def items(self, **kwargs):
        return [(key, self[key]) for key in self.keys()]

    iterkeys = keys
    itervalues = values
    iteritems = items

    def get(self, key, default=None):
        return self[key] if key in self else default

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others, **kwargs):
        for other in (*others, kwargs):
            for key, value in other.items():
                if key in self and isinstance(self[key], ConfigDict) and isinstance(value, (dict, ConfigDict)):
                    self[key].update(value)
                else:
                    self[key] = value

    def update_from_flattened_dict(self, flattened_dict, strip_prefix=""):
        for key, value in flattened_dict.items():
            if key.startswith(strip_prefix):
                self[key[len(strip_prefix):]] = value

    def to_dict(self, **kwargs):
        return {key: value.to_dict() if isinstance(value, ConfigDict) else value for key, value in self.__dict__["_fields"].items()}

    def copy_and_resolve_references(self, **kwargs):
        return type(self)(self.to_dict(), self.__dict__["_safe"])

    def get_ref(self, key):
        return self[key]

    get_oneway_ref = get_ref

    def is_locked(self):
        return self.__dict__["_locked"]

    def lock(self):
        self.__dict__["_locked"] = True
        for value in self.values():
            if isinstance(value, ConfigDict):
                value.lock()
        return self

    def unlock(self):
        self.__dict__["_locked"] = False
        for value in self.values():
            if isinstance(value, ConfigDict):
                value.unlock()
        return self

    def unlocked(self):
        return _Unlocked(self)

    ignore_type = unlocked


class _Unlocked:
    def __init__(self, config):
        self.config = config
        self.before = config.is_locked(), config.__dict__["_safe"]

    def __enter__(self):
        self.config.unlock()
        self.config.__dict__["_safe"] = False

    def __exit__(self, *details):
        locked, safe = self.before
        self.config.__dict__["_safe"] = safe
        if locked:
            self.config.lock()
        return False


class FrozenConfigDict(ConfigDict):
    def __init__(self, initial_configdict=None, type_safe=True):
        super().__init__(initial_configdict, type_safe)
        self.__dict__["_frozen"] = True

    def __setattr__(self, name, value):
        if self.__dict__.get("_frozen"):
            raise AttributeError("FrozenConfigDict is immutable. Cannot edit the contents.")
        super().__setattr__(name, value)


def placeholder(field_type, required=False):
    return None


required_placeholder = placeholder


def create(**kwargs):
    return ConfigDict(initial_dictionary=kwargs)
