# A version that compares as one: with texts, tuples of numbers and versions.
class TorchVersion(str):
    def _compared(self, other, operation):
        from packaging.version import InvalidVersion, Version

        own = Version(str(self))
        try:
            if not isinstance(other, Version):
                other = Version(other if isinstance(other, str) else ".".join(str(part) for part in other))
        except InvalidVersion:
            return getattr(str, operation)(str(self), other)
        return getattr(Version, operation)(own, other)

    def __lt__(self, other):
        return self._compared(other, "__lt__")

    def __le__(self, other):
        return self._compared(other, "__le__")

    def __eq__(self, other):
        return self._compared(other, "__eq__")

    def __ne__(self, other):
        return not self._compared(other, "__eq__")

    def __gt__(self, other):
        return self._compared(other, "__gt__")

    def __ge__(self, other):
        return self._compared(other, "__ge__")

    def __hash__(self):
        return hash(str(self))


__version__ = TorchVersion("2.13.0")
