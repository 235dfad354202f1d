import copy as _copy


class ValidationError(ValueError):
    pass


class PydanticUndefined:
    pass


class FieldInfo:
    def __init__(self, default=..., *, default_factory=None, alias=None, **options):
        self.default = default
        self.default_factory = default_factory
        self.alias = alias
        self.description = options.get("description")

    def is_required(self):
        return self.default is ... and self.default_factory is None

    def get_default(self, **options):
        if self.default_factory is not None:
            return self.default_factory()
        return _copy.deepcopy(self.default)


def Field(default=..., **options):
    return FieldInfo(default, **options)


PrivateAttr = Field


class _Validator:
    """A method that `validator` and its like have marked."""

    def __init__(self, func, fields, before, whole, old):
        self.func = func.__func__ if isinstance(func, (classmethod, staticmethod)) else func
        self.fields = fields
        self.before = before
        self.whole = whole
        self.old = old

    def run(self, model, value, values):
        if _arity(self.func) < 3:
            return self.func(model, value)
        return self.func(model, value, values if self.old else _Info(values))


class _Info:
    def __init__(self, data):
        self.data = data
        self.context = None


def field_validator(*fields, mode="after", **options):
    return lambda func: _Validator(func, fields, mode == "before", False, False)


def validator(*fields, pre=False, **options):
    return lambda func: _Validator(func, fields, pre, False, True)


def model_validator(*, mode):
    return lambda func: _Validator(func, (), mode == "before", True, False)


def root_validator(*args, pre=False, **options):
    if args:
        return _Validator(args[0], (), False, True, True)
    return lambda func: _Validator(func, (), pre, True, True)


def computed_field(func=None, **options):
    if func is None:
        return lambda inner: computed_field(inner)
    return func if isinstance(func, property) else property(func)


def field_serializer(*fields, **options):
    return lambda func: func


model_serializer = field_serializer


def validate_call(func=None, **options):
    return func if func is not None else lambda inner: inner


validate_arguments = validate_call


def ConfigDict(**options):
    return options


def create_model(
    name, /, *, __config__=None, __doc__=None, __base__=None, __module__=None, __validators__=None, **fields
):
    annotations = {}
    namespace = {"__module__": __module__ or "__main__", "__annotations__": annotations, **(__validators__ or {})}
    if __config__ is not None:
        namespace["model_config" if isinstance(__config__, dict) else "Config"] = __config__
    for field, value in fields.items():
        annotations[field] = "Any"
        default = value[1] if isinstance(value, tuple) else value
        if default is not ...:
            namespace[field] = default
    bases = __base__ if isinstance(__base__, tuple) else (__base__ or BaseModel,)
    return type(name, bases, namespace)


def _validators(cls):
    found = []
    for parent in reversed(cls.__mro__):
        for value in vars(parent).values():
            if isinstance(value, _Validator):
                found.append(value)
    return found


def _option(cls, name, default):
    for parent in cls.__mro__:
        own = vars(parent)
        if "model_config" in own and name in own["model_config"]:
            return own["model_config"][name]
        if "Config" in own and hasattr(own["Config"], name):
            return getattr(own["Config"], name)
    return default


def _adapt(cls, name, value):
    """Nested models are made from the dicts that stand for them."""
    if isinstance(value, dict):
        declared = _annotation(cls, name)
        if isinstance(declared, type) and issubclass(declared, BaseModel):
            return declared(**value)
    return value


class BaseModel:
    model_config = {}

    def __init__(self, /, **data):
        cls = type(self)
        checks = _validators(cls)
        for check in checks:
            if check.whole and check.before:
                data = check.func(cls, data)
        values = {}
        for name, default in _fields(cls):
            info = default if isinstance(default, FieldInfo) else FieldInfo(default)
            given = name in data or (info.alias is not None and info.alias in data)
            if given:
                value = data[name] if name in data else data[info.alias]
                for check in checks:
                    if name in check.fields and check.before:
                        value = check.run(cls, value, values)
                value = _adapt(cls, name, value)
            elif info.is_required():
                raise ValidationError(f"1 validation error for {cls.__name__}\n{name}\n  Field required")
            else:
                value = info.get_default()
            if given or _option(cls, "validate_default", False):
                for check in checks:
                    if name in check.fields and not check.before:
                        value = check.run(cls, value, values)
            values[name] = value
        for name, value in values.items():
            object.__setattr__(self, name, value)
        extra = _option(cls, "extra", "ignore")
        for name, value in data.items():
            if name not in values and not any(isinstance(d, FieldInfo) and d.alias == name for _, d in _fields(cls)):
                if extra == "forbid":
                    raise ValidationError(f"1 validation error for {cls.__name__}\n{name}\n  Extra inputs are not permitted")
                if extra == "allow":
                    object.__setattr__(self, name, value)
        for check in checks:
            if check.whole and not check.before:
                if check.old:
                    for name, value in check.func(cls, dict(values)).items():
                        object.__setattr__(self, name, value)
                else:
                    check.func(self)
        self.model_post_init(None)

    def model_post_init(self, context):
        pass

    def __setattr__(self, name, value):
        if _option(type(self), "frozen", False):
            raise ValidationError("Instance is frozen")
        object.__setattr__(self, name, value)

    def model_dump(self, **options):
        return {name: _dump(getattr(self, name)) for name, _ in _fields(type(self))}

    dict = model_dump

    def model_copy(self, *, update=None, deep=False):
        fresh = _copy.deepcopy(self) if deep else _copy.copy(self)
        for name, value in (update or {}).items():
            object.__setattr__(fresh, name, value)
        return fresh

    def copy(self, **options):
        return self.model_copy(**options)

    @classmethod
    def model_validate(cls, obj, **options):
        return obj if isinstance(obj, cls) else cls(**obj)

    parse_obj = model_validate

    @classmethod
    def model_construct(cls, _fields_set=None, **values):
        return cls(**values)

    def __eq__(self, other):
        return type(self) is type(other) and self.model_dump() == other.model_dump()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name, _ in _fields(type(self)))})"

    __str__ = __repr__

    def __iter__(self):
        return iter([(name, getattr(self, name)) for name, _ in _fields(type(self))])


def _dump(value):
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, list):
        return [_dump(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_dump(item) for item in value)
    if isinstance(value, dict):
        return {key: _dump(item) for key, item in value.items()}
    return value


class BaseSettings(BaseModel):
    pass


class BaseConfig:
    pass


def parse_obj_as(type_, obj, **options):
    return obj


def deep_update(mapping, *updates):
    merged = dict(mapping)
    for update in updates:
        for key, value in update.items():
            old = merged.get(key)
            merged[key] = deep_update(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def display_errors(errors):
    return "\n".join(str(error) for error in errors)
