def _silent(*args, **kwargs):
    pass


warn = warn_explicit = showwarning = filterwarnings = simplefilter = resetwarnings = _silent


def formatwarning(message, category, filename, lineno, line=None):
    return str(message)


class catch_warnings:
    def __init__(self, **kwargs):
        self.record = kwargs.get("record", False)

    def __enter__(self):
        return [] if self.record else None

    def __exit__(self, *exc):
        return False


def deprecated(message, **kwargs):
    def keep(thing):
        return thing

    return keep
