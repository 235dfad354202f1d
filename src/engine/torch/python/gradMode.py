# Context managers of torch that switch something while a block runs; each is a decorator too.
# _grad_enabled, _set_grad_enabled and _switch_autocast are given.
import functools


class _Context:
    def __enter__(self):
        return self

    def __exit__(self, exc_type=None, exc_value=None, traceback=None):
        return None

    def __call__(self, func):
        @functools.wraps(func)
        def inside(*args, **kwargs):
            with self.clone():
                return func(*args, **kwargs)

        return inside

    def clone(self):
        return self


class _GradContext(_Context):
    _mode = False

    def __enter__(self):
        self.prev = _grad_enabled()
        _set_grad_enabled(self._mode)
        return self

    def __exit__(self, exc_type=None, exc_value=None, traceback=None):
        _set_grad_enabled(self.prev)

    def clone(self):
        return self.__class__()


class no_grad(_GradContext):
    def __new__(cls, orig_func=None):
        if orig_func is None:
            return super().__new__(cls)
        return cls()(orig_func)

    def __init__(self, orig_func=None):
        self.prev = True


class enable_grad(_GradContext):
    _mode = True

    def __new__(cls, orig_func=None):
        if orig_func is None:
            return super().__new__(cls)
        return cls()(orig_func)

    def __init__(self, orig_func=None):
        self.prev = True


class inference_mode(_GradContext):
    def __new__(cls, mode=True):
        if isinstance(mode, bool):
            return super().__new__(cls)
        return cls()(mode)

    def __init__(self, mode=True):
        self.mode = mode

    def __enter__(self):
        self.prev = _grad_enabled()
        if self.mode:
            _set_grad_enabled(False)
        return self

    def clone(self):
        return self.__class__(self.mode)


class set_grad_enabled(_GradContext):
    def __init__(self, mode):
        self.prev = _grad_enabled()
        self.mode = mode
        _set_grad_enabled(mode)

    def __enter__(self):
        _set_grad_enabled(self.mode)
        return self

    def clone(self):
        return self.__class__(self.mode)


class set_detect_anomaly(_Context):
    def __init__(self, mode=True, check_nan=True):
        self.mode = mode


class detect_anomaly(_Context):
    def __init__(self, check_nan=True):
        pass


class set_multithreading_enabled(_Context):
    def __init__(self, mode=True):
        self.mode = mode


class force_original_view_tracking(_Context):
    def __init__(self, mode=True):
        self.mode = mode


# What autocast does to dtypes depends on the device at run time; sizes are the same. It changes something only in a pass that was asked
# for with autocast.
class autocast(_Context):
    def __init__(self, device_type="cuda", dtype=None, enabled=True, cache_enabled=None):
        self.device = device_type
        self.fast_dtype = dtype
        self._enabled = enabled

    def __enter__(self):
        self.prev = _switch_autocast(self._enabled, self.fast_dtype)
        return self

    def __exit__(self, exc_type=None, exc_value=None, traceback=None):
        _switch_autocast(self.prev is not None, self.prev)


class GradScaler:
    def __init__(self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        self._enabled = enabled
        self._init_scale = init_scale

    def scale(self, outputs):
        return outputs

    def unscale_(self, optimizer):
        return None

    def step(self, optimizer, *args, **kwargs):
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        return None

    def get_scale(self):
        return self._init_scale

    def is_enabled(self):
        return self._enabled

    def state_dict(self):
        return {}

    def load_state_dict(self, state_dict):
        return None


def custom_fwd(fwd=None, *, device_type=None, cast_inputs=None):
    if fwd is None:
        return lambda function: function
    return fwd


def custom_bwd(bwd=None, *, device_type=None):
    if bwd is None:
        return lambda function: function
    return bwd


def is_autocast_available(device_type):
    return True


# A name for many contexts that do nothing to what can be seen here.
class passive(_Context):
    def __init__(self, *args, **kwargs):
        pass
