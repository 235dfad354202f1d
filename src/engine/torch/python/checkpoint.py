# torch.utils.checkpoint: what is checkpointed runs as if it were not.
import contextlib


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check="default", debug=False, early_stop=True, preserve_rng_state=True, **kwargs):
    return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    for function in functions:
        input = function(input)
    return input


def noop_context_fn():
    return contextlib.nullcontext(), contextlib.nullcontext()
