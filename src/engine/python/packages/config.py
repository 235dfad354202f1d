class EasyDict(dict):
    """A dict whose items are attributes too."""

    def __init__(self, d=None, **kwargs):
        super().__init__()
        for key, value in {**(d or {}), **kwargs}.items():
            self[key] = value

    def _wrap(self, value):
        if isinstance(value, dict) and not isinstance(value, EasyDict):
            return type(self)(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self._wrap(item) for item in value)
        return value

    def __setitem__(self, key, value):
        dict.__setitem__(self, key, self._wrap(value))

    def __setattr__(self, key, value):
        self[key] = value

    def __getattr__(self, key):
        if key in self:
            return self[key]
        raise AttributeError(key)

    def __delattr__(self, key):
        del self[key]

    def update(self, other=None, **kwargs):
        for key, value in {**(other or {}), **kwargs}.items():
            self[key] = value
