class Dict(dict):
    """A dict whose items are attributes too; what is missing is an empty one that joins once something is put into it."""

    def __init__(self, *args, **kwargs):
        object.__setattr__(self, "_owner", kwargs.pop("__parent", None))
        object.__setattr__(self, "_place", kwargs.pop("__key", None))
        object.__setattr__(self, "_frozen", False)
        for arg in args:
            if not arg:
                continue
            if isinstance(arg, tuple) and not isinstance(arg[0], tuple):
                arg = (arg,)
            for key, value in arg.items() if isinstance(arg, dict) else arg:
                self[key] = self._hook(value)
        for key, value in kwargs.items():
            self[key] = self._hook(value)

    @classmethod
    def _hook(cls, value):
        if isinstance(value, dict):
            return cls(value)
        if isinstance(value, (list, tuple)):
            return type(value)(cls._hook(item) for item in value)
        return value

    def __setattr__(self, name, value):
        if hasattr(self.__class__, name):
            raise AttributeError(f"'Dict' object attribute '{name}' is read-only")
        self[name] = value

    def __setitem__(self, name, value):
        if self._frozen and name not in self:
            raise KeyError(name)
        super().__setitem__(name, value)
        if self._owner is not None:
            self._owner[self._place] = self
            object.__setattr__(self, "_owner", None)
            object.__setattr__(self, "_place", None)

    def __getattr__(self, item):
        return self.__getitem__(item)

    def __missing__(self, name):
        if self._frozen:
            raise KeyError(name)
        return self.__class__(__parent=self, __key=name)

    def __delattr__(self, name):
        del self[name]

    def to_dict(self):
        def plain(value):
            if isinstance(value, type(self)):
                return value.to_dict()
            if isinstance(value, (list, tuple)):
                return type(value)(plain(item) for item in value)
            return value

        return {key: plain(value) for key, value in self.items()}

    def copy(self):
        return self.__class__(self)

    def deepcopy(self):
        return self.__class__(self.to_dict())

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        other = self.__class__()
        memo[id(self)] = other
        for key, value in self.items():
            other[_deepcopy(key, memo)] = _deepcopy(value, memo)
        return other

    def update(self, *args, **kwargs):
        given = dict(*args)
        given.update(kwargs)
        for key, value in given.items():
            if key in self and isinstance(self[key], dict) and isinstance(value, dict):
                self[key].update(value)
            else:
                self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def __or__(self, other):
        new = Dict(self)
        new.update(other)
        return new

    def freeze(self, shouldFreeze=True):
        object.__setattr__(self, "_frozen", shouldFreeze)
        for value in self.values():
            if isinstance(value, Dict):
                value.freeze(shouldFreeze)

    def unfreeze(self):
        self.freeze(False)


from copy import deepcopy as _deepcopy
