import copy as _copy

NOTHING = _Nothing()


class Factory:
    def __init__(self, factory, takes_self=False):
        self.factory = factory
        self.takes_self = takes_self


class _Attribute:
    def __init__(self, options):
        self.name = ""
        self.options = options
        self.default_value = options.get("default", NOTHING)
        if options.get("factory") is not None:
            self.default_value = Factory(options["factory"])
        self.init = options.get("init", True)
        self.kw_only = options.get("kw_only", False)
        self.converter = options.get("converter")
        self.repr = options.get("repr", True)
        self.checks = []

    def default(self, method):
        self.default_value = Factory(method, takes_self=True)
        return method

    def validator(self, method):
        self.checks.append(method)
        return method


def ib(default=NOTHING, validator=None, repr=True, **options):
    return _Attribute({"default": default, "repr": repr, **options})


attrib = attr = ib


def field(*, default=NOTHING, validator=None, repr=True, **options):
    return _Attribute({"default": default, "repr": repr, **options})


def _own_fields(cls, auto):
    own = vars(cls)
    marked = {name: value for name, value in own.items() if isinstance(value, _Attribute)}
    if auto is False or (auto is None and marked and not all(name in _annotated(cls) for name in marked)):
        return marked
    found = {}
    for name in _annotated(cls):
        value = own.get(name, NOTHING)
        found[name] = value if isinstance(value, _Attribute) else _Attribute({"default": value})
    for name, value in marked.items():
        found.setdefault(name, value)
    return found


def _initialise(self, args, kwargs):
    cls = type(self)
    fields = cls.__attrs_attrs__
    if hasattr(self, "__attrs_pre_init__"):
        self.__attrs_pre_init__()
    left = list(args)
    for attribute in fields:
        given = attribute.name.lstrip("_")
        if attribute.init and left and not attribute.kw_only:
            value = left.pop(0)
        elif attribute.init and given in kwargs:
            value = kwargs.pop(given)
        elif isinstance(attribute.default_value, Factory):
            factory = attribute.default_value
            value = factory.factory(self) if factory.takes_self else factory.factory()
        elif attribute.default_value is not NOTHING:
            value = attribute.default_value
        elif attribute.init:
            raise TypeError(f"{cls.__name__}.__init__() missing 1 required positional argument: '{given}'")
        else:
            continue
        if attribute.converter is not None:
            value = attribute.converter(value)
        object.__setattr__(self, attribute.name, value)
    if left:
        raise TypeError(f"{cls.__name__}.__init__() takes {len(fields) + 1} positional arguments but {len(args) + 1} were given")
    if kwargs:
        raise TypeError(f"{cls.__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
    for attribute in fields:
        for check in attribute.checks:
            check(self, attribute, getattr(self, attribute.name))
    if hasattr(self, "__attrs_post_init__"):
        self.__attrs_post_init__()


def _process(cls, auto, options):
    fields = {}
    for parent in reversed(cls.__mro__[1:]):
        for attribute in vars(parent).get("__attrs_attrs__", ()):
            fields[attribute.name] = attribute
    for name, attribute in _own_fields(cls, auto).items():
        attribute.name = name
        attribute.kw_only = attribute.kw_only or options.get("kw_only", False)
        fields.pop(name, None)
        fields[name] = attribute
        if name in vars(cls):
            delattr(cls, name)
    cls.__attrs_attrs__ = tuple(fields.values())
    own = vars(cls)
    if "__init__" not in own and options.get("init", True):
        def __init__(self, *args, **kwargs):
            _initialise(self, args, kwargs)

        cls.__init__ = __init__
    if "__repr__" not in own:
        def __repr__(self):
            shown = [f"{a.name.lstrip('_') if False else a.name}={getattr(self, a.name)!r}" for a in type(self).__attrs_attrs__ if a.repr]
            return f"{type(self).__name__}({', '.join(shown)})"

        cls.__repr__ = __repr__
    if "__eq__" not in own and options.get("eq", True):
        def __eq__(self, other):
            if type(self) is not type(other):
                return NotImplemented
            return all(getattr(self, a.name) == getattr(other, a.name) for a in type(self).__attrs_attrs__)

        cls.__eq__ = __eq__
    return cls


def s(maybe_cls=None, *, auto_attribs=False, **options):
    if maybe_cls is None:
        return lambda cls: _process(cls, auto_attribs, options)
    return _process(maybe_cls, auto_attribs, options)


attrs = attributes = s


def dataclass(maybe_cls=None, **options):
    return s(maybe_cls, auto_attribs=True, **options)


def define(maybe_cls=None, *, auto_attribs=None, **options):
    if maybe_cls is None:
        return lambda cls: _process(cls, auto_attribs, options)
    return _process(maybe_cls, auto_attribs, options)


mutable = frozen = define


def fields(cls):
    return cls.__attrs_attrs__


def has(cls):
    return hasattr(cls, "__attrs_attrs__")


def asdict(inst, recurse=True, **options):
    def plain(value):
        if has(type(value)):
            return asdict(value)
        if isinstance(value, (list, tuple)):
            return type(value)(plain(item) for item in value)
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return value

    return {a.name: plain(getattr(inst, a.name)) if recurse else getattr(inst, a.name) for a in fields(type(inst))}


def evolve(inst, **changes):
    for attribute in fields(type(inst)):
        if attribute.init:
            changes.setdefault(attribute.name.lstrip("_"), getattr(inst, attribute.name))
    return type(inst)(**changes)


class _Anything:
    def __getattr__(self, name):
        return lambda *args, **kwargs: None


validators = _Anything()
setters = _Anything()


class converters:
    @staticmethod
    def optional(converter):
        return lambda value: None if value is None else converter(value)

    @staticmethod
    def default_if_none(default=NOTHING, factory=None):
        return lambda value: value if value is not None else (factory() if factory else default)
