# torch.utils.checkpoint: what is checkpointed runs as if it were not. _begin() and _end() are given: between them backward keeps nothing.
import contextlib


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check="default", debug=False, early_stop=True, preserve_rng_state=True, **kwargs):
    _begin()
    try:
        return function(*args, **kwargs)
    finally:
        _end()


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    # The last segment runs as usual.
    functions = list(functions)
    size = len(functions) // segments
    for start in range(0, size * (segments - 1), max(size, 1)):
        _begin()
        try:
            for function in functions[start : start + size]:
                input = function(input)
        finally:
            _end()
    for function in functions[size * (segments - 1) :]:
        input = function(input)
    return input


def noop_context_fn():
    return contextlib.nullcontext(), contextlib.nullcontext()
