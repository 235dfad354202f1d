import re as _re


def translate(pat):
    result = ""
    at = 0
    while at < len(pat):
        c = pat[at]
        at += 1
        if c == "*":
            if not result.endswith(".*"):
                result += ".*"
        elif c == "?":
            result += "."
        elif c == "[":
            end = at
            if pat[end : end + 1] == "!":
                end += 1
            if pat[end : end + 1] == "]":
                end += 1
            end = pat.find("]", end)
            if end < 0:
                result += "\\["
                continue
            inside = pat[at:end].replace("\\", "\\\\")
            at = end + 1
            if inside.startswith("!"):
                inside = "^" + inside[1:]
            elif inside.startswith(("^", "[")):
                inside = "\\" + inside
            result += f"[{inside}]"
        else:
            result += _re.escape(c)
    return f"(?s:{result})\\Z"


def fnmatchcase(name, pat):
    return _re.compile(translate(pat)[4:-3], _re.DOTALL).fullmatch(name) is not None


fnmatch = fnmatchcase


def filter(names, pat):
    compiled = _re.compile(translate(pat)[4:-3], _re.DOTALL)
    return [name for name in names if compiled.fullmatch(name) is not None]
