# Parts of numpy that are compositions of its functions; `max`, `abs` and the like are numpy's own here. _unknown(reason) is given.
import builtins


class poly1d:
    """A polynomial by its coefficients, the highest power first."""

    def __init__(self, c_or_r, r=False, variable=None):
        if isinstance(c_or_r, poly1d):
            c_or_r = c_or_r.coeffs
        if r:
            self._coeffs = array([1.0])
            for root in atleast_1d(c_or_r):
                self._coeffs = convolve(self._coeffs, array([1.0, -root]))
        else:
            values = atleast_1d(c_or_r)
            first = 0
            while first < len(values) - 1 and values[first] == 0:
                first += 1
            self._coeffs = values[first:]
        self._variable = variable or "x"

    coeffs = coef = c = coefficients = property(lambda self: self._coeffs)
    order = o = property(lambda self: len(self._coeffs) - 1)
    variable = property(lambda self: self._variable)

    def __array__(self, dtype=None, copy=None):
        return array(self._coeffs, dtype=dtype)

    def __call__(self, value):
        result = 0
        for coefficient in self._coeffs:
            result = result * value + coefficient
        return result

    def __len__(self):
        return self.order

    def __iter__(self):
        return iter(self._coeffs)

    def __getitem__(self, power):
        return 0 if power < 0 or power > self.order else self._coeffs[self.order - power]

    def __neg__(self):
        return poly1d(-self._coeffs)

    def __pos__(self):
        return self

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return poly1d(self._coeffs * other)
        return poly1d(convolve(self._coeffs, poly1d(other).coeffs))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, (int, float)):
            return poly1d(self._coeffs / other)
        return _unknown("dividing a numpy.poly1d by another is not described by the analyser")

    def _sum(self, other, sign):
        other = poly1d(other).coeffs
        size = builtins.max(len(self._coeffs), len(other))
        long = [concatenate([zeros(size - len(values), dtype=values.dtype), values]) for values in (self._coeffs, other)]
        return poly1d(long[0] + sign * long[1])

    def __add__(self, other):
        return self._sum(other, 1)

    __radd__ = __add__

    def __sub__(self, other):
        return self._sum(other, -1)

    def __rsub__(self, other):
        return (-self)._sum(other, 1)

    def __pow__(self, exponent):
        if not isinstance(exponent, int) or exponent < 0:
            raise ValueError("Power to non-negative integers only.")
        result = [1]
        for _ in range(exponent):
            result = convolve(self._coeffs, result)
        return poly1d(result)


def convolve(a, v, mode="full"):
    """Of two sequences."""
    first, second = atleast_1d(a), atleast_1d(v)
    if mode != "full":
        return _unknown(f"numpy.convolve with mode='{mode}' is not described by the analyser")
    size = len(first) + len(second) - 1
    if size > 64:
        return _unknown("a convolution of long arrays is not computed by the analyser")
    sums = [0] * size
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            sums[i + j] = sums[i + j] + x * y
    return array(sums)


def _pieces(key):
    """What an index of `r_` and `c_` lists, as arrays with at least one axis."""
    found = []
    for item in key if isinstance(key, tuple) else (key,):
        if isinstance(item, str):
            return _unknown("a text among what numpy.r_ joins is not described by the analyser")
        if not isinstance(item, slice):
            found.append(atleast_1d(item))
            continue
        start = 0 if item.start is None else item.start
        step = 1 if item.step is None else item.step
        if isinstance(step, complex):
            found.append(linspace(start, item.stop, int(builtins.abs(step))))
        else:
            found.append(arange(start, item.stop, step))
    return found


class _Rows:
    def __getitem__(self, key):
        return concatenate(_pieces(key))


class _Columns:
    def __getitem__(self, key):
        return concatenate([reshape(piece, (-1, 1)) if ndim(piece) == 1 else piece for piece in _pieces(key)], -1)


r_ = _Rows()
c_ = _Columns()
