import os as _os
from fnmatch import fnmatchcase as _fnmatch
from glob import glob as _glob
from os import path as _path


class PurePath:
    def __init__(self, *segments):
        parts = [_path.fspath(segment) for segment in segments]
        joined = _path.join(*parts) if parts else "."
        root = "/" if joined.startswith("/") else ""
        names = [name for name in joined.split("/") if name not in ("", ".")]
        self._text = root + "/".join(names) or "."
        self._names = names
        self.root = root
        self.drive = ""

    def __fspath__(self):
        return self._text

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"{'PosixPath' if type(self).__name__ == 'Path' else type(self).__name__}({self._text!r})"

    def __eq__(self, other):
        return isinstance(other, PurePath) and self._text == other._text

    def __hash__(self):
        return _text_hash(self._text)

    def __lt__(self, other):
        return self.parts < other.parts

    def __truediv__(self, other):
        return type(self)(self._text, other)

    def __rtruediv__(self, other):
        return type(self)(other, self._text)

    @property
    def anchor(self):
        return self.root

    @property
    def parts(self):
        return ((self.root,) if self.root else ()) + tuple(self._names)

    @property
    def name(self):
        return self._names[-1] if self._names else ""

    @property
    def suffix(self):
        name = self.name
        at = name.rfind(".")
        return name[at:] if 0 < at < len(name) - 1 else ""

    @property
    def suffixes(self):
        name = self.name
        if name.endswith("."):
            return []
        return ["." + part for part in name.lstrip(".").split(".")[1:]]

    @property
    def stem(self):
        name = self.name
        at = name.rfind(".")
        return name[:at] if 0 < at < len(name) - 1 else name

    @property
    def parent(self):
        if not self._names:
            return self
        return type(self)(self.root + "/".join(self._names[:-1]))

    @property
    def parents(self):
        found = []
        path = self
        while path.parent != path:
            path = path.parent
            found.append(path)
        return tuple(found)

    def joinpath(self, *others):
        return type(self)(self._text, *others)

    def with_name(self, name):
        return self.parent / name

    def with_stem(self, stem):
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix):
        return self.with_name(self.stem + suffix)

    def as_posix(self):
        return self._text

    def is_absolute(self):
        return self.root != ""

    def relative_to(self, *other):
        base = type(self)(*other)
        if self.parts[: len(base.parts)] != base.parts:
            raise ValueError(f"{self._text!r} is not in the subpath of {base._text!r}")
        return type(self)(*self.parts[len(base.parts):])

    def is_relative_to(self, *other):
        base = type(self)(*other)
        return self.parts[: len(base.parts)] == base.parts

    def match(self, pattern):
        wanted = [part for part in pattern.split("/") if part]
        names = self._names[-len(wanted):]
        return len(names) == len(wanted) and all(_fnmatch(name, part) for name, part in zip(names, wanted))


class Path(PurePath):
    @classmethod
    def cwd(cls):
        return cls(_working_folder())

    @classmethod
    def home(cls):
        return _on_disk("the home folder")

    def absolute(self):
        return type(self)(_path.abspath(self._text))

    def resolve(self, strict=False):
        return type(self)(_path.abspath(self._text))

    def expanduser(self):
        return type(self)(_path.expanduser(self._text))

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        pass

    def touch(self, mode=0o666, exist_ok=True):
        pass

    def unlink(self, missing_ok=False):
        pass

    def rmdir(self):
        pass

    def write_text(self, data, *args, **kwargs):
        return len(data)

    def write_bytes(self, data):
        return len(data)

    def exists(self):
        return _exists(self._text)

    def is_file(self):
        return _is_file(self._text)

    def is_dir(self):
        return _is_dir(self._text)

    def is_symlink(self):
        return _on_disk(f"whether {self._text!r} is a link")

    def open(self, *args, **kwargs):
        return open(self._text, *args, **kwargs)

    def read_text(self, *args, **kwargs):
        return _read_text(self._text)

    def read_bytes(self):
        return self.open("rb").read()

    def glob(self, pattern):
        found = _glob(_path.join(self._text, pattern), recursive=True)
        return iter([type(self)(text) for text in found])

    def rglob(self, pattern):
        return self.glob("**/" + pattern)

    def iterdir(self):
        return iter([self / name for name in _listdir(self._text)])

    def stat(self):
        return _on_disk(f"what the disk says about {self._text!r}")


PosixPath = Path
PurePosixPath = PurePath
WindowsPath = Path
PureWindowsPath = PurePath
