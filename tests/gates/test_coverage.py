"""Every function of NumPy has a meaning or is refused with a remedy; never both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hubel.errors import DTypeError, TraceError
from hubel.graph.called import name_of
from hubel.graph.node import Gate
from hubel.graph.refusal import refusal_of
from hubel.graph.registry import NUMPY, load_all
from hubel.tracing.tree import flatten
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import Case, sample
from tests.gates.functions import assert_function
from tests.gates.samples import CONSTANT, DECIDED, DERIVATIVES, KNOWN
from tests.gates.test_every_gate import check_derivatives

load_all()
X = sample(4, 4) + 0.05 * np.eye(4)
Z = X + 1j * sample(4, 4, seed=1)
LIBRARIES = {"": np, "linalg.": np.linalg, "fft.": np.fft}
DISPATCHED = type(np.sum)
"""The type of NumPy's functions that ask their arguments for a meaning."""

AUTOGRAD = """
abs absolute add all allclose angle append arange arccos arccosh arcsin arcsinh arctan
arctan2 arctanh array array_split atleast_1d atleast_2d atleast_3d c_ ceil clip
column_stack concatenate conj conjugate cos cosh cross cumsum deg2rad degrees diag
diagonal diff divide dot dsplit einsum exp exp2 expand_dims expm1 eye fabs fliplr flipud
floor fmax fmin gradient hsplit hstack hypot imag inner iscomplex iscomplexobj isrealobj
kron linspace log log10 log1p log2 logaddexp logaddexp2 matmul max maximum mean min
minimum mod moveaxis multiply nan_to_num ndim negative ones outer pad partition power
prod r_ rad2deg radians ravel real real_if_close reciprocal remainder repeat reshape
roll rollaxis rot90 round select sign sin sinc sinh sort split sqrt square squeeze stack
std sum swapaxes tan tanh tensordot tile trace transpose tril triu true_divide var
vsplit vstack where zeros float16 float32 float64 longdouble clongdouble int64
argmax argmin argpartition argsort nonzero searchsorted compress cumprod ptp take any
random.rand random.randn random.randint random.random random.uniform
linalg.cholesky linalg.det linalg.eig linalg.eigh linalg.inv linalg.norm linalg.pinv
linalg.slogdet linalg.solve linalg.svd
fft.fft fft.fft2 fft.fftn fft.fftshift fft.ifft fft.ifft2 fft.ifftn fft.ifftshift
fft.rfft fft.rfft2 fft.rfftn fft.irfft fft.irfft2 fft.irfftn
""".split()
"""What autograd's ``numpy`` has of functions that take arrays."""

AUTOGRAD_LACKS = """
cumprod median ptp flip cbrt average nansum nanmean trapezoid i0 unwrap heaviside
meshgrid take interp convolve percentile cov corrcoef vdot polyval copysign float_power
delete insert piecewise broadcast_arrays positive ediff1d unstack linalg.qr
linalg.eigvals linalg.eigvalsh linalg.matrix_power linalg.cond linalg.svdvals
linalg.lstsq fft.rfft hypot astype
nancumsum nancumprod nanvar nanstd nanmin nanmax nanmedian nanprod nanpercentile
nanquantile quantile correlate take_along_axis compress extract choose fmod vander
vecdot matvec vecmat poly polyadd polyder polydiv polyfit polyint polymul polysub roots
dstack block bmat put_along_axis resize triu_indices_from tril_indices_from digitize
matrix_transpose cumulative_sum cumulative_prod concat linalg.multi_dot
linalg.tensorinv linalg.tensorsolve linalg.vector_norm linalg.matrix_norm fft.hfft
fft.ihfft
""".split()
"""Its two lists of gaps: no derivative at all or none forward, and wishes."""

AUTOGRAD_SCIPY = """
beta betainc betaln digamma erf erfc erfcinv erfinv expit gamma gammainc gammaincc
gammaln gammasgn i0 i1 iv ive j0 j1 jn logit logsumexp multigammaln polygamma psi rgamma
y0 y1 yn
""".split()
"""What its ``scipy.special`` has."""

WITHOUT_ORDER = {"median", "nanmedian"}
"""Where NumPy takes the middle one of complex numbers, as if they had an order."""


def functions() -> dict[str, Callable[..., Any]]:
    """Gather what this NumPy hands over to other arrays, by the names users write."""
    return {
        prefix + name: getattr(library, name)
        for prefix, library in LIBRARIES.items()
        for name in dir(library)
        if not name.startswith("_")
        and isinstance(getattr(library, name), DISPATCHED | np.ufunc)
    }


def found(name: str) -> Any:
    """Look a function up by such a name; None where this NumPy does not have it."""
    value: Any = np
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


EVERY = sorted({*functions(), *AUTOGRAD, *AUTOGRAD_LACKS})


@pytest.mark.parametrize("name", EVERY)
def test_a_function_has_a_meaning_or_a_refusal(name: str):
    function = found(name)
    if function is None:
        pytest.skip(f"NumPy {np.__version__} has no {name}")
    refused = refusal_of(f"np.{name}") is not None
    if isinstance(function, DISPATCHED | np.ufunc):
        refused = refused or refusal_of(name_of(function)) is not None
        assert (function in NUMPY) + refused == 1
    else:
        assert refused


@pytest.mark.parametrize("name", AUTOGRAD_SCIPY)
def test_a_special_function_has_a_meaning_or_a_refusal(name: str):
    special = pytest.importorskip("scipy.special")
    load_all()
    refused = refusal_of(f"scipy.special.{name}") is not None
    assert (getattr(special, name) in NUMPY) + refused == 1


def composed(name: str) -> bool:
    """Whether a function is composed of gates, and is not one of its own."""
    meaning = NUMPY.get(found(name))
    return meaning is not None and not isinstance(meaning, Gate)


def test_every_composition_has_a_sample():
    stated = {**DERIVATIVES, **CONSTANT, **KNOWN, **DECIDED}
    needed = {NUMPY[f] for name, f in functions().items() if composed(name)}
    assert needed <= {NUMPY[found(name)] for name in stated if found(name)}


def in_one_form(f: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function give an array or a plain tuple of them."""

    def function(x: Any) -> Any:
        given = f(x)
        return tuple(given) if isinstance(given, tuple | list) else given

    return function


def skip_what_is_absent(name: str) -> None:
    if found(name) is None:
        pytest.skip(f"NumPy {np.__version__} has no {name}")


@pytest.mark.parametrize("name", DERIVATIVES)
def test_values_and_derivatives_of_both_modes_to_second_order(name: str):
    skip_what_is_absent(name)
    assert_function(in_one_form(DERIVATIVES[name]), X)


def takes_complex(f: Callable[..., Any]) -> bool:
    """Whether NumPy does it for complex numbers too."""
    try:
        with np.errstate(all="ignore"):
            f(Z)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("name", DERIVATIVES)
def test_complex_numbers_wherever_numpy_has_them(name: str):
    skip_what_is_absent(name)
    f = in_one_form(DERIVATIVES[name])
    if name in WITHOUT_ORDER or not takes_complex(f):
        for run in (results, evaluated_results):
            with pytest.raises((DTypeError, TraceError)):
                run(f, Z)
        return
    assert_function(f, Z, order=1)


@pytest.mark.parametrize("name", CONSTANT)
@pytest.mark.parametrize("array", [X, Z], ids=["real", "complex"])
def test_what_has_no_derivative_is_as_in_numpy(name: str, array: Any):
    skip_what_is_absent(name)
    assert_as_numpy(in_one_form(CONSTANT[name]), array)


@pytest.mark.parametrize("name", [*KNOWN, *DECIDED])
def test_what_has_a_shape_that_values_decide(name: str):
    skip_what_is_absent(name)
    f = in_one_form({**KNOWN, **DECIDED}[name])
    given, expected = results(f, X), flatten(f(X))[0]
    for value, true in zip(given, expected, strict=True):
        np.testing.assert_allclose(value, true, rtol=1e-12)
    with pytest.raises(TraceError, match="not known while the graph is recorded"):
        evaluated_results(f, X)
    if name in DECIDED:
        check_derivatives(lambda x: tuple(flatten(f(x))[0]), [X], Case(()), 1)
