# What distributions give: parameters, samples and log-probabilities. Chance itself is never followed. The most used ones are computed
# operator by operator, so that their gradient is known; the others give tensors of the right shape, and nobody knows what backward keeps.
import math
from numbers import Number

import torch
import torch.nn.functional as F
from torch import Size


def _broadcast(*values):
    """Parameters as tensors of one shape, and whether all of them were plain numbers."""
    plain = all(isinstance(value, Number) for value in values)
    like = next((value for value in values if isinstance(value, torch.Tensor)), None)
    dtype = like.dtype if like is not None else torch.get_default_dtype()
    tensors = [value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=dtype) for value in values]
    return list(torch.broadcast_tensors(*tensors)), plain


class Distribution:
    has_rsample = False
    has_enumerate_support = False
    _validate_args = True
    arg_constraints = {}

    @staticmethod
    def set_default_validate_args(value):
        Distribution._validate_args = value

    def __init__(self, batch_shape=Size(), event_shape=Size(), validate_args=None):
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args

    @property
    def batch_shape(self):
        return self._batch_shape

    @property
    def event_shape(self):
        return self._event_shape

    def _extended_shape(self, sample_shape=Size()):
        return Size(tuple(sample_shape) + tuple(self._batch_shape) + tuple(self._event_shape))

    def _dtype(self):
        return torch.get_default_dtype()

    def _parts(self):
        return []

    def _given(self, what, shape, *more):
        """A tensor that depends on the parameters in a way that isn't followed."""
        values = [value for value in more if isinstance(value, torch.Tensor)]
        return _distribution(f"{type(self).__name__}.{what}", shape, self._dtype(), self._parts() + values)

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            return torch.rand(self._extended_shape(sample_shape), dtype=self._dtype())

    def rsample(self, sample_shape=Size()):
        if not self.has_rsample:
            raise NotImplementedError
        return self._given("rsample", self._extended_shape(sample_shape))

    def sample_n(self, n):
        return self.sample(Size((n,)))

    def _shape_with(self, value):
        return torch.broadcast_shapes(value.shape, self._extended_shape())

    def log_prob(self, value):
        shape = self._shape_with(value)
        return self._given("log_prob", shape[: len(shape) - len(self._event_shape)], value)

    def entropy(self):
        return self._given("entropy", self._batch_shape)

    def perplexity(self):
        return torch.exp(self.entropy())

    @property
    def mean(self):
        return self._given("mean", self._extended_shape())

    mode = variance = stddev = mean


class _Elementwise(Distribution):
    """Parameters broadcast with each other; every element is drawn alone."""

    has_rsample = True
    _names = ()

    def _set(self, values, validate_args):
        tensors, plain = _broadcast(*values)
        for name, tensor in zip(self._names, tensors):
            setattr(self, name, tensor)
        super().__init__(Size() if plain else tensors[0].size(), Size(), validate_args)

    def _dtype(self):
        return getattr(self, self._names[0]).dtype

    def _parts(self):
        return [getattr(self, name) for name in self._names]

    def cdf(self, value):
        return self._given("cdf", self._shape_with(value), value)

    icdf = cdf

    def expand(self, batch_shape, _instance=None):
        made = type(self).__new__(type(self))
        for name in self._names:
            setattr(made, name, getattr(self, name).expand(batch_shape))
        Distribution.__init__(made, batch_shape)
        return made


class _LocScale(_Elementwise):
    _names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args=None):
        self._set((loc, scale), validate_args)


class _Symmetric(_LocScale):
    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc


class Normal(_Symmetric):
    @property
    def stddev(self):
        return self.scale

    @property
    def variance(self):
        return self.stddev.pow(2)

    def rsample(self, sample_shape=Size()):
        noise = torch.randn(self._extended_shape(sample_shape), dtype=self._dtype())
        return self.loc + noise * self.scale

    def log_prob(self, value):
        twice = 2 * self.scale ** 2
        distance = -((value - self.loc) ** 2)
        return distance / twice - self.scale.log() - 0.5 * math.log(2 * math.pi)

    def entropy(self):
        return 0.5 * (1 + math.log(2 * math.pi)) + torch.log(self.scale)

    def _kl_to(self, other):
        ratio = (self.scale / other.scale).pow(2)
        apart = ((self.loc - other.loc) / other.scale).pow(2)
        return 0.5 * (ratio + apart - 1 - ratio.log())


class Laplace(_Symmetric):
    pass


class LogNormal(_LocScale):
    pass


class Gumbel(_LocScale):
    pass


class Cauchy(_LocScale):
    pass


class Uniform(_Elementwise):
    _names = ("low", "high")

    def __init__(self, low, high, validate_args=None):
        self._set((low, high), validate_args)


class Gamma(_Elementwise):
    _names = ("concentration", "rate")

    def __init__(self, concentration, rate, validate_args=None):
        self._set((concentration, rate), validate_args)


class Exponential(_Elementwise):
    _names = ("rate",)

    def __init__(self, rate, validate_args=None):
        self._set((rate,), validate_args)


class Poisson(Exponential):
    has_rsample = False


class HalfNormal(_Elementwise):
    _names = ("scale",)

    def __init__(self, scale, validate_args=None):
        self._set((scale,), validate_args)


class StudentT(_Elementwise):
    _names = ("df", "loc", "scale")

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None):
        self._set((df, loc, scale), validate_args)


class Beta(_Elementwise):
    _names = ("concentration1", "concentration0")

    def __init__(self, concentration1, concentration0, validate_args=None):
        self._set((concentration1, concentration0), validate_args)


def _inside(probs):
    """Probabilities that a logarithm can take."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


class _ByProbability(_Elementwise):
    """`probs` or `logits`, exactly one of them."""

    has_rsample = False

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        self._names = ("probs" if probs is not None else "logits",)
        self._set((probs if probs is not None else logits,), validate_args)

    def __getattr__(self, name):
        if name not in ("probs", "logits"):
            raise AttributeError(name)
        with torch.enable_grad():
            if name == "probs":
                value = torch.sigmoid(self.logits)
            else:
                inside = _inside(self.probs)
                value = torch.log(inside) - torch.log1p(-inside)
        setattr(self, name, value)
        return value

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            return torch.rand_like(self.probs.expand(self._extended_shape(sample_shape)))


class Bernoulli(_ByProbability):
    has_enumerate_support = True

    @property
    def mean(self):
        return self.probs

    @property
    def variance(self):
        return self.probs * (1 - self.probs)

    def log_prob(self, value):
        logits, value = torch.broadcast_tensors(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Geometric(_ByProbability):
    pass


class _OverLast(Distribution):
    """The last dimension of `probs` or `logits` lists the outcomes."""

    has_enumerate_support = True

    def _normalize(self, probs, logits):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        given = probs if probs is not None else logits
        if given.dim() < 1:
            raise ValueError("the parameter must be at least one-dimensional.")
        if probs is not None:
            self.probs = self._param = probs / probs.sum(-1, keepdim=True)
            self._check_probs()
        else:
            self.logits = self._param = logits - logits.logsumexp(-1, keepdim=True)
        self._num_events = self._param.size()[-1]

    def _check_probs(self):
        """The check that they add up to one takes part in the graph."""
        if self._validate_args:
            (self.probs.sum(-1) - 1).abs()

    def __getattr__(self, name):
        if name not in ("probs", "logits"):
            raise AttributeError(name)
        with torch.enable_grad():
            value = F.softmax(self.logits, dim=-1) if name == "probs" else torch.log(_inside(self.probs))
        setattr(self, name, value)
        return value

    def _dtype(self):
        return self._param.dtype

    def _parts(self):
        return [self._param]

    @property
    def param_shape(self):
        return self._param.size()

    @property
    def mode(self):
        return self.probs.argmax(-1)


class Categorical(_OverLast):
    def __init__(self, probs=None, logits=None, validate_args=None):
        self._normalize(probs, logits)
        super().__init__(self._param.size()[:-1], Size(), validate_args)

    def sample(self, sample_shape=Size()):
        self.probs
        return torch.randint(0, 2, self._extended_shape(sample_shape))

    def log_prob(self, value):
        index, logits = torch.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self):
        lowest = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)
        return -(lowest * self.probs).sum(-1)

    def _kl_to(self, other):
        each = self.probs * (self.logits - other.logits)
        each[(other.probs == 0).expand_as(each)] = math.inf
        each[(self.probs == 0).expand_as(each)] = 0
        return each.sum(-1)


class OneHotCategorical(_OverLast):
    def __init__(self, probs=None, logits=None, validate_args=None):
        self._normalize(probs, logits)
        super().__init__(self._param.size()[:-1], self._param.size()[-1:], validate_args)
        if probs is None:
            self._check_probs()

    def sample(self, sample_shape=Size()):
        return super().sample(sample_shape)


class OneHotCategoricalStraightThrough(OneHotCategorical):
    has_rsample = True

    def rsample(self, sample_shape=Size()):
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Dirichlet(Distribution):
    has_rsample = True

    def __init__(self, concentration, validate_args=None):
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args)

    def _dtype(self):
        return self.concentration.dtype

    def _parts(self):
        return [self.concentration]


class Independent(Distribution):
    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        count = reinterpreted_batch_ndims
        if count > len(base_distribution.batch_shape):
            raise ValueError("more dimensions are reinterpreted than the batch has")
        shape = tuple(base_distribution.batch_shape) + tuple(base_distribution.event_shape)
        event = count + len(base_distribution.event_shape)
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = count
        super().__init__(shape[: len(shape) - event], shape[len(shape) - event :], validate_args)

    @property
    def has_rsample(self):
        return self.base_dist.has_rsample

    @property
    def mean(self):
        return self.base_dist.mean

    @property
    def mode(self):
        return self.base_dist.mode

    @property
    def variance(self):
        return self.base_dist.variance

    @property
    def stddev(self):
        return self.variance.sqrt()

    def sample(self, sample_shape=Size()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=Size()):
        return self.base_dist.rsample(sample_shape)

    def _summed(self, total):
        for _ in range(self.reinterpreted_batch_ndims):
            total = total.sum(-1)
        return total

    def log_prob(self, value):
        return self._summed(self.base_dist.log_prob(value))

    def entropy(self):
        return self._summed(self.base_dist.entropy())


def kl_divergence(p, q):
    if isinstance(p, Independent) and isinstance(q, Independent):
        return p._summed(kl_divergence(p.base_dist, q.base_dist))
    simple = (_Elementwise, _OverLast, Dirichlet)
    if not isinstance(p, simple) or not isinstance(q, simple):
        return _unknown("the divergence of these distributions is not described by the analyser")
    for kind in (Normal, Categorical):
        if type(p) is kind and type(q) is kind:
            return p._kl_to(q)
    return p._given("kl_divergence", torch.broadcast_shapes(p.batch_shape, q.batch_shape), *q._parts())
