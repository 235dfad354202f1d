# Versions as PEP 440 has them, and what compares with them.
import re as _re


class InvalidVersion(ValueError):
    pass


class InvalidSpecifier(ValueError):
    pass


class InvalidRequirement(ValueError):
    pass


_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_PATTERN = _re.compile(
    r"^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|([-_.]?(?:post|rev|r)[-_.]?(\d*)))?"
    r"(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$"
)


class Version:
    def __init__(self, version):
        text = str(version)
        match = _PATTERN.match(text.lower())
        if match is None:
            raise InvalidVersion(f"Invalid version: {text!r}")
        epoch, release, stage, number, implicit, post, post_number, dev, dev_number, local = match.groups()
        self.epoch = int(epoch or 0)
        self.release = tuple(int(part) for part in release.split("."))
        self.pre = (_STAGES.get(stage, stage), int(number or 0)) if stage else None
        self.post = int(implicit) if implicit else int(post_number or 0) if post else None
        self.dev = int(dev_number or 0) if dev else None
        self.local = ".".join(str(int(part)) if part.isdigit() else part for part in _re.split(r"[-_.]", local)) if local else None
        release = self.release
        while len(release) > 1 and release[-1] == 0:
            release = release[:-1]
        phase = ("a", "b", "rc").index(self.pre[0]) - 3 if self.pre else 0
        if self.pre is None and self.post is None and self.dev is not None:
            phase = -4
        parts = [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in (self.local or "").split(".") if part]
        self._key = (
            self.epoch,
            release,
            (phase, self.pre[1] if self.pre else 0),
            -1 if self.post is None else self.post,
            float("inf") if self.dev is None else self.dev,
            parts,
        )

    major = property(lambda self: self.release[0])
    minor = property(lambda self: self.release[1] if len(self.release) > 1 else 0)
    micro = property(lambda self: self.release[2] if len(self.release) > 2 else 0)
    is_prerelease = property(lambda self: self.pre is not None or self.dev is not None)
    is_postrelease = property(lambda self: self.post is not None)
    is_devrelease = property(lambda self: self.dev is not None)
    base_version = property(lambda self: (f"{self.epoch}!" if self.epoch else "") + ".".join(map(str, self.release)))
    public = property(lambda self: str(self).split("+")[0])

    def __eq__(self, other):
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other):
        return self._key < other._key if isinstance(other, Version) else NotImplemented

    def __le__(self, other):
        return self._key <= other._key if isinstance(other, Version) else NotImplemented

    def __gt__(self, other):
        return self._key > other._key if isinstance(other, Version) else NotImplemented

    def __ge__(self, other):
        return self._key >= other._key if isinstance(other, Version) else NotImplemented

    def __hash__(self):
        return hash(self._key[:2])

    def __str__(self):
        text = self.base_version
        if self.pre is not None:
            text += f"{self.pre[0]}{self.pre[1]}"
        if self.post is not None:
            text += f".post{self.post}"
        if self.dev is not None:
            text += f".dev{self.dev}"
        return text if self.local is None else f"{text}+{self.local}"

    def __repr__(self):
        return f"<Version('{self}')>"


LegacyVersion = Version


def parse(version):
    return Version(version)


_CLAUSE = _re.compile(r"^\s*(===|~=|==|!=|<=|>=|<|>)\s*([^\s,]+)\s*$")


class Specifier:
    def __init__(self, spec="", prereleases=None):
        match = _CLAUSE.match(spec)
        if match is None:
            raise InvalidSpecifier(f"Invalid specifier: {spec!r}")
        self.operator, self.version = match.groups()
        self._given = prereleases
        if self.operator != "===" and not (self.operator in ("==", "!=") and self.version.endswith(".*")):
            Version(self.version)

    @property
    def prereleases(self):
        if self._given is not None:
            return self._given
        return self.operator in ("==", ">=", "<=", "~=", "===") and not self.version.endswith(".*") and Version(self.version).is_prerelease

    def contains(self, item, prereleases=None):
        version = item if isinstance(item, Version) else Version(item)
        allowed = self.prereleases if prereleases is None else prereleases
        if version.is_prerelease and not allowed:
            return False
        return self._holds(version)

    def _holds(self, version):
        if self.operator == "===":
            return str(version).lower() == self.version.lower()
        if self.operator == "~=":
            head = self.version.split(".")[:-1]
            return version >= Version(self.version) and _begins(version, ".".join(head))
        if self.version.endswith(".*"):
            return _begins(version, self.version[:-2]) == (self.operator == "==")
        wanted = Version(self.version)
        public = version if wanted.local is not None else Version(version.public)
        if self.operator == "==":
            return public == wanted
        if self.operator == "!=":
            return public != wanted
        if self.operator == "<=":
            return Version(version.public) <= wanted
        if self.operator == ">=":
            return Version(version.public) >= wanted
        same = Version(version.base_version) == Version(wanted.base_version)
        if self.operator == "<":
            return version < wanted and not (not wanted.is_prerelease and version.is_prerelease and same)
        return version > wanted and not (same and ((version.is_postrelease and not wanted.is_postrelease) or version.local is not None))

    def __contains__(self, item):
        return self.contains(item)

    def __str__(self):
        return f"{self.operator}{self.version}"

    def __repr__(self):
        return f"<Specifier('{self}')>"

    def __eq__(self, other):
        return str(self) == str(other)

    def __hash__(self):
        return hash(str(self))


def _begins(version, text):
    wanted = Version(text)
    have = version.release + (0,) * (len(wanted.release) - len(version.release))
    return version.epoch == wanted.epoch and have[: len(wanted.release)] == wanted.release


class SpecifierSet:
    def __init__(self, specifiers="", prereleases=None):
        clauses = specifiers.split(",") if isinstance(specifiers, str) else specifiers
        self._clauses = [item if isinstance(item, Specifier) else Specifier(item) for item in clauses if str(item).strip()]
        self._given = prereleases

    @property
    def prereleases(self):
        if self._given is not None:
            return self._given
        return any(clause.prereleases for clause in self._clauses) if self._clauses else None

    def contains(self, item, prereleases=None, installed=None):
        version = item if isinstance(item, Version) else Version(item)
        allowed = self.prereleases if prereleases is None else prereleases
        if version.is_prerelease and not allowed and not installed:
            return False
        return all(clause._holds(version) for clause in self._clauses)

    def filter(self, iterable, prereleases=None):
        return iter([item for item in iterable if self.contains(item, prereleases)])

    def __contains__(self, item):
        return self.contains(item)

    def __iter__(self):
        return iter(self._clauses)

    def __len__(self):
        return len(self._clauses)

    def __and__(self, other):
        return SpecifierSet([*self._clauses, *SpecifierSet(other)._clauses] if isinstance(other, str) else [*self._clauses, *other._clauses])

    def __str__(self):
        return ",".join(sorted(str(clause) for clause in self._clauses))

    def __repr__(self):
        return f"<SpecifierSet('{self}')>"

    def __eq__(self, other):
        return str(self) == str(other)

    def __hash__(self):
        return hash(str(self))


class Requirement:
    def __init__(self, requirement_string):
        text, _, marker = requirement_string.partition(";")
        match = _re.match(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*(\S+)|\(?([^()]*)\)?)\s*$", text)
        if match is None:
            raise InvalidRequirement(f"Invalid requirement: {requirement_string!r}")
        self.name, extras, self.url, specifier = match.groups()
        self.extras = {extra.strip() for extra in (extras or "").split(",") if extra.strip()}
        self.specifier = SpecifierSet(specifier or "")
        self.marker = marker.strip() or None

    def __str__(self):
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier}"


def canonicalize_name(name, *, validate=False):
    return _re.sub(r"[-_.]+", "-", name).lower()


def canonicalize_version(version, *, strip_trailing_zero=True):
    parsed = version if isinstance(version, Version) else Version(version)
    text = str(parsed)
    if not strip_trailing_zero:
        return text
    base = parsed.base_version
    return _re.sub(r"(\.0)+$", "", base) + text[len(base) :]
