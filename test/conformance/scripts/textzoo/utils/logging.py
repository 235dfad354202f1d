import functools
import logging
import os
import sys
import threading
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING
from typing import Optional

_lock = threading.Lock()
_default_handler: Optional[logging.Handler] = None
log_levels = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
_default_log_level = logging.WARNING


def _get_default_logging_level():
    env_level_str = os.getenv("TEXTZOO_VERBOSITY", None)
    if env_level_str:
        if env_level_str in log_levels:
            return log_levels[env_level_str]
    return _default_log_level


def _get_library_name() -> str:
    return __name__.split(".")[0]


def _configure_library_root_logger() -> None:
    global _default_handler
    with _lock:
        if _default_handler:
            return
        _default_handler = logging.StreamHandler()
        root = logging.getLogger(_get_library_name())
        root.addHandler(_default_handler)
        root.setLevel(_get_default_logging_level())
        root.propagate = False


def get_logger(name: Optional[str] = None) -> logging.Logger:
    if name is None:
        name = _get_library_name()
    _configure_library_root_logger()
    return logging.getLogger(name)


def warning_advice(self, *args, **kwargs):
    if os.getenv("TEXTZOO_NO_ADVICE", False):
        return
    self.warning(*args, **kwargs)


logging.Logger.warning_advice = warning_advice


@functools.lru_cache(None)
def warning_once(self, *args, **kwargs):
    self.warning(*args, **kwargs)


logging.Logger.warning_once = warning_once
