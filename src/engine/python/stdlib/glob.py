import fnmatch as _fnmatch
import os.path as _path
import re as _re

_magic = _re.compile(r"[*?[]")


def has_magic(s):
    return _magic.search(s) is not None


def escape(pathname):
    return _re.sub(r"([*?[])", r"[\1]", pathname)


def _below(folder):
    """The folder itself and those below it."""
    yield folder
    for name in _folder_names(folder or "."):
        inner = _path.join(folder, name)
        if not name.startswith(".") and _is_folder(inner):
            yield from _below(inner)


def _matches(folder, parts, recursive):
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    if first == "**" and recursive:
        for inner in _below(folder):
            if rest:
                yield from _matches(inner, rest, recursive)
            else:
                yield inner
                for name in _folder_names(inner or "."):
                    if not name.startswith(".") and not _is_folder(_path.join(inner, name)):
                        yield _path.join(inner, name)
    elif not has_magic(first):
        joined = _path.join(folder, first)
        if _is_folder(joined) if rest else _is_known(joined):
            yield from _matches(joined, rest, recursive)
    else:
        for name in _folder_names(folder or "."):
            hidden = name.startswith(".") and not first.startswith(".")
            if not hidden and _fnmatch.fnmatchcase(name, first) and (not rest or _is_folder(_path.join(folder, name))):
                yield from _matches(_path.join(folder, name), rest, recursive)


def _found(folder, pattern, recursive):
    if folder and not _is_folder(folder):
        return []
    found = []
    for path in _matches(folder, [part for part in pattern.split("/") if part not in ("", ".")], recursive):
        if path not in found:
            found.append(path)
    return found


def glob(pathname, *, root_dir=None, dir_fd=None, recursive=False, include_hidden=False):
    pathname = _path.fspath(pathname)
    folder = "/" if pathname.startswith("/") else ""
    if root_dir is not None and not folder:
        root = _path.fspath(root_dir)
        found = [path[len(_path.join(root, "")):] for path in _found(root, pathname, recursive)]
    else:
        found = _found(folder, pathname, recursive)
    # What is not there now may be there when the program runs.
    return found or _on_disk(f"what matches {pathname!r}")


def iglob(pathname, **kwargs):
    return glob(pathname, **kwargs)
