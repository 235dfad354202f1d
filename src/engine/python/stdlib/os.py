from os import path
from os.path import fspath, sep, altsep, extsep, pardir, curdir, pathsep, devnull

name = "posix"
linesep = "\n"


class PathLike:
    def __fspath__(self):
        raise NotImplementedError


class _Environ(dict):
    """Taken as empty; every question about it is an assumption that is noted."""

    def get(self, key, default=None):
        if key not in self:
            _assume_unset(key)
        return dict.get(self, key, default)

    def __missing__(self, key):
        return _environment(f"the environment variable {key!r}")

    def __contains__(self, key):
        if not dict.__contains__(self, key):
            _assume_unset(key)
        return dict.__contains__(self, key)

    def setdefault(self, key, value):
        if not dict.__contains__(self, key):
            dict.__setitem__(self, key, value)
        return dict.__getitem__(self, key)

    def copy(self):
        return dict(self)


environ = _Environ()


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value):
    environ[key] = value


def unsetenv(key):
    environ.pop(key, None)


def makedirs(name, mode=0o777, exist_ok=False):
    pass


def mkdir(path, mode=0o777):
    pass


def remove(path):
    pass


unlink = rmdir = removedirs = chdir = chmod = remove


def system(command):
    return 0


def _exit(status):
    raise SystemExit(status)


class DirEntry:
    def __init__(self, folder, name):
        self.name = name
        self.path = path.join(folder, name)

    def __fspath__(self):
        return self.path

    def is_dir(self, **kwargs):
        return _is_folder(self.path)

    def is_file(self, **kwargs):
        return not _is_folder(self.path)


class _Entries(list):
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return False

    def close(self):
        pass


def scandir(path="."):
    if not _is_folder(path):
        return _on_disk(f"what is in {fspath(path)!r}")
    return _Entries([DirEntry(fspath(path), name) for name in listdir(path)])


def walk(top, topdown=True, onerror=None, followlinks=False):
    if not _is_folder(top):
        return _on_disk(f"what is in {fspath(top)!r}")
    return _walked(fspath(top), topdown)


def _walked(top, topdown):
    names = listdir(top)
    folders = [name for name in names if _is_folder(path.join(top, name))]
    files = [name for name in names if name not in folders]
    if topdown:
        yield top, folders, files
    for name in folders:
        yield from _walked(path.join(top, name), topdown)
    if not topdown:
        yield top, folders, files
