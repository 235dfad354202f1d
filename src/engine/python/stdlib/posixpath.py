sep = "/"
altsep = None
extsep = "."
pardir = ".."
curdir = "."
pathsep = ":"
devnull = "/dev/null"


def fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    if hasattr(path, "__fspath__"):
        return path.__fspath__()
    raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")


def join(a, *p):
    path = fspath(a)
    for part in p:
        part = fspath(part)
        if part.startswith("/"):
            path = part
        elif not path or path.endswith("/"):
            path += part
        else:
            path += "/" + part
    return path


def split(p):
    p = fspath(p)
    at = p.rfind("/") + 1
    head, tail = p[:at], p[at:]
    if head and head != "/" * len(head):
        head = head.rstrip("/")
    return head, tail


def basename(p):
    return split(p)[1]


def dirname(p):
    return split(p)[0]


def splitext(p):
    p = fspath(p)
    base = p.rfind("/") + 1
    name = p[base:]
    at = name.rfind(".")
    if at <= 0 or not name[:at].strip("."):
        return p, ""
    return p[: base + at], name[at:]


def splitdrive(p):
    return "", fspath(p)


def isabs(s):
    return fspath(s).startswith("/")


def normpath(path):
    path = fspath(path)
    if path == "":
        return "."
    slashes = 1 if path.startswith("/") else 0
    if path.startswith("//") and not path.startswith("///"):
        slashes = 2
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != ".." or (not slashes and not parts) or (parts and parts[-1] == ".."):
            parts.append(part)
        elif parts:
            parts.pop()
    return "/" * slashes + "/".join(parts) or "."


def abspath(path):
    path = fspath(path)
    return normpath(path) if isabs(path) else normpath(join(_working_folder(), path))


realpath = abspath


def normcase(s):
    return fspath(s)


def expandvars(path):
    path = fspath(path)
    return path if "$" not in path else _environment("environment variables in a path")


def expanduser(path):
    path = fspath(path)
    return path if not path.startswith("~") else _environment("the home folder")


def commonprefix(m):
    if not m:
        return ""
    low, high = min(m), max(m)
    for i, c in enumerate(low):
        if c != high[i]:
            return low[:i]
    return low


def commonpath(paths):
    parts = [normpath(path).split("/") for path in paths]
    return "/".join(commonprefix(parts)) or "/"


def relpath(path, start="."):
    target = [part for part in abspath(path).split("/") if part]
    base = [part for part in abspath(start).split("/") if part]
    shared = len(commonprefix([base, target]))
    return "/".join([".."] * (len(base) - shared) + target[shared:]) or "."
