CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0


class Filterer:
    def addFilter(self, filter):
        pass

    def removeFilter(self, filter):
        pass


class Handler(Filterer):
    def __init__(self, *args, **kwargs):
        self.level = NOTSET
        self.formatter = None

    def setLevel(self, level):
        self.level = level

    def setFormatter(self, fmt):
        self.formatter = fmt

    def emit(self, record):
        pass

    def flush(self):
        pass

    def close(self):
        pass


class StreamHandler(Handler):
    pass


class FileHandler(StreamHandler):
    pass


class NullHandler(Handler):
    pass


class Formatter:
    def __init__(self, *args, **kwargs):
        pass

    def format(self, record):
        return ""


class Filter:
    def __init__(self, name=""):
        self.name = name

    def filter(self, record):
        return True


class Logger(Filterer):
    def __init__(self, name, level=NOTSET):
        self.name = name
        self.level = level
        self.handlers = []
        self.propagate = True
        self.disabled = False
        self.parent = None

    def _silent(self, *args, **kwargs):
        pass

    debug = info = warning = warn = error = critical = fatal = exception = log = _silent

    def setLevel(self, level):
        self.level = level

    def isEnabledFor(self, level):
        return level >= WARNING

    def getEffectiveLevel(self):
        return self.level or WARNING

    def addHandler(self, handler):
        self.handlers.append(handler)

    def removeHandler(self, handler):
        if handler in self.handlers:
            self.handlers.remove(handler)

    def hasHandlers(self):
        return len(self.handlers) > 0

    def getChild(self, suffix):
        return getLogger(self.name + "." + suffix)


class LoggerAdapter:
    def __init__(self, logger, extra=None):
        self.logger = logger
        self.extra = extra

    def _silent(self, *args, **kwargs):
        pass

    debug = info = warning = warn = error = critical = exception = log = _silent


root = Logger("root", WARNING)
_loggers = {}


def getLogger(name=None):
    if name is None:
        return root
    return _loggers.setdefault(name, Logger(name))


def getLoggerClass():
    return Logger


def _silent(*args, **kwargs):
    pass


debug = info = warning = warn = error = critical = exception = log = _silent
basicConfig = disable = captureWarnings = addLevelName = shutdown = setLoggerClass = _silent


def getLevelName(level):
    names = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 0: "NOTSET"}
    return names.get(level, "Level %s" % level)
