class Munch(dict):
    """A dict whose items are attributes too."""

    def __init__(self, *args, **kwargs):
        self.update(*args, **kwargs)

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def __delattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        del self[name]

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def get(self, key, default=None):
        return self[key] if key in self else default

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def copy(self):
        return type(self).fromDict(self)

    def toDict(self):
        return unmunchify(self)

    @classmethod
    def fromDict(cls, d):
        return munchify(d, cls)


class DefaultMunch(Munch):
    def __init__(self, *args, **kwargs):
        default = args[0] if args else None
        object.__setattr__(self, "_default", default)
        super().__init__(*args[1:], **kwargs)

    def __missing__(self, key):
        return self._default

    def __getattr__(self, name):
        return self[name] if name in self else self._default

    def get(self, key, default=None):
        return self[key] if key in self else default

    @classmethod
    def fromDict(cls, d, default=None):
        return munchify(d, lambda *args: cls(default, *args))


AutoMunch = Munch


def munchify(x, factory=Munch):
    if isinstance(x, dict):
        return factory({key: munchify(value, factory) for key, value in x.items()})
    if isinstance(x, (list, tuple)):
        return type(x)(munchify(value, factory) for value in x)
    return x


def unmunchify(x):
    if isinstance(x, dict):
        return {key: unmunchify(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(unmunchify(value) for value in x)
    return x
