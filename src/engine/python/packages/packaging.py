import re as _re


class InvalidVersion(ValueError):
    pass


_STAGES = {"a": -3, "alpha": -3, "b": -2, "beta": -2, "c": -1, "rc": -1, "pre": -1, "preview": -1}


class Version:
    def __init__(self, version):
        text = str(version)
        match = _re.match(
            r"^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:[-_.]?post[-_.]?(\d*))?"
            r"(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9._-]+))?\s*$",
            text.lower(),
        )
        if match is None:
            raise InvalidVersion(f"Invalid version: {text!r}")
        self._text = text
        self.epoch = int(match.group(1) or 0)
        self.release = tuple(int(part) for part in match.group(2).split("."))
        self.pre = (match.group(3), int(match.group(4) or 0)) if match.group(3) else None
        self.post = int(match.group(5) or 0) if match.group(5) is not None else None
        self.dev = int(match.group(7) or 0) if match.group(6) else None
        self.local = match.group(8)
        release = self.release
        while len(release) > 1 and release[-1] == 0:
            release = release[:-1]
        stage = (_STAGES[self.pre[0]], self.pre[1]) if self.pre else (0, 0)
        if self.pre is None and self.post is None and self.dev is not None:
            stage = (-4, 0)
        post = -1 if self.post is None else self.post
        dev = float("inf") if self.dev is None else self.dev
        self._key = (self.epoch, release, stage, post, dev, self.local or "")

    major = property(lambda self: self.release[0])
    minor = property(lambda self: self.release[1] if len(self.release) > 1 else 0)
    micro = property(lambda self: self.release[2] if len(self.release) > 2 else 0)
    is_prerelease = property(lambda self: self.pre is not None or self.dev is not None)
    is_devrelease = property(lambda self: self.dev is not None)
    base_version = property(lambda self: ".".join(map(str, self.release)))
    public = property(lambda self: self._text.split("+")[0])

    def __eq__(self, other):
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other):
        return self._key < other._key

    def __le__(self, other):
        return self._key <= other._key

    def __gt__(self, other):
        return self._key > other._key

    def __ge__(self, other):
        return self._key >= other._key

    def __hash__(self):
        return hash(self.release[0])

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"<Version({self._text!r})>"


LegacyVersion = Version


def parse(version):
    return Version(version)
