"""The functions of ``scipy.special``, where SciPy is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import autograd
import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError, DTypeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy
from tests.gates.functions import assert_function

special = pytest.importorskip("scipy.special")

ANY = sample(2, 3)
POSITIVE = sample(2, 3, low=0.2, high=3)
MORE = sample(3, low=0.2, high=3, seed=1)
SHARE = sample(2, 3, low=0.05, high=0.95)
FAR = np.array([-40.0, -3.0, 0.0, 0.5, 4.0, 30.0])

CALLS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        ["expit", "log_expit", "erf", "erfc", "erfcx", "erfi", "dawsn", "ndtr"], (ANY,)
    ),
    **dict.fromkeys(["log_ndtr", "exp2", "exp10", "expm1", "log1p"], (ANY,)),
    **dict.fromkeys(["logit", "ndtri", "erfinv"], (SHARE,)),
    "erfcinv": (2 * SHARE,),
    **dict.fromkeys(["gamma", "gammaln", "loggamma", "rgamma"], (POSITIVE,)),
    **dict.fromkeys(["psi", "digamma", "entr", "cbrt", "expi", "exp1"], (POSITIVE,)),
    **dict.fromkeys(["beta", "betaln", "poch"], (POSITIVE, MORE)),
    **dict.fromkeys(["rel_entr", "kl_div"], (POSITIVE, MORE)),
    "binom": (POSITIVE + 3, MORE),
    "xlogy": (ANY, MORE),
    "xlog1py": (ANY, MORE),
    **dict.fromkeys(["i0", "i1", "i0e", "i1e", "j0", "j1"], (ANY + 1.5,)),
    **dict.fromkeys(["y0", "y1", "k0", "k1", "k0e", "k1e"], (POSITIVE,)),
    "huber": (np.float64(1.1), 3 * ANY),
    "pseudo_huber": (MORE, ANY),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str):
    assert_like_numpy(getattr(special, name), *CALLS[name])


ORDERS: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys(["gammainc", "gammaincc"], (MORE, POSITIVE)),
    **dict.fromkeys(["iv", "ive", "jv", "jn", "kv", "kve", "yv"], (MORE, POSITIVE)),
    "kn": (np.array([0, 1, 3]), POSITIVE),
    "yn": (np.array([0, 1, 3]), POSITIVE),
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders_are_held(name: str):
    f, (order, x) = getattr(special, name), ORDERS[name]
    assert_like_numpy(lambda x: f(order, x), x)
    assert_as_numpy(f, order, x, exactly=False)
    if order.dtype.kind == "f":
        with pytest.raises(DifferentiationError, match="stop_gradient"):
            hb.vjp(f, order, x)[1](x)
        with pytest.raises(DifferentiationError, match="stop_gradient"):
            hb.jvp(f, (order, x), (order, x))
        held = hb.grad(lambda v: np.sum(f(hb.stop_gradient(v), x) * v))(order)
        np.testing.assert_allclose(held, np.sum(f(order, x), axis=0))
        found = hb.grad(lambda v, x: np.sum(f(v, x)), 1)(order, x)
        np.testing.assert_allclose(found, hb.grad(lambda x: np.sum(f(order, x)))(x))


def test_the_incomplete_beta_function():
    assert_like_numpy(lambda x: special.betainc(MORE, 1.7, x), SHARE)


COMPARED = ["erf", "erfc", "gamma", "gammaln", "rgamma", "psi", "expit", "logit"]


@pytest.mark.parametrize("name", COMPARED)
def test_gradients_are_those_of_autograd(name: str):
    peers = pytest.importorskip("autograd.scipy.special")
    f, g = getattr(special, name), getattr(peers, name)
    found = hb.grad(lambda x: np.sum(f(x)))(SHARE)
    true = autograd.grad(lambda x: g(x).sum())(SHARE)
    np.testing.assert_allclose(found, true, rtol=1e-12)


@pytest.mark.parametrize("name", ["expit", "log_expit", "erf", "ndtr", "log_ndtr"])
def test_far_from_zero(name: str):
    f = getattr(special, name)
    assert_as_numpy(f, FAR, exactly=False)
    with np.errstate(all="ignore"):
        assert np.all(np.isfinite(hb.grad(lambda x: np.sum(f(x)))(FAR)))


ZEROS: list[tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]]] = [
    (lambda x, y: special.xlogy(x, y), (0.0, 0.0), (-np.inf, 0.0)),
    (lambda x, y: special.xlog1py(x, y), (0.0, -1.0), (-np.inf, 0.0)),
    (lambda x: special.entr(x), (0.0,), (np.inf,)),
    (lambda x, y: special.rel_entr(x, y), (0.0, 2.0), (-np.inf, 0.0)),
    (lambda x, y: special.kl_div(x, y), (0.0, 2.0), (-np.inf, 1.0)),
    (lambda x: special.i1(x), (0.0,), (0.5,)),
    (lambda x: special.j0(x), (0.0,), (0.0,)),
]


@pytest.mark.parametrize(("f", "point", "slopes"), ZEROS)
def test_slopes_at_zero(f: Any, point: Any, slopes: Any):
    with np.errstate(all="ignore"):
        gradients = hb.vjp(f, *map(np.float64, point))[1](np.float64(1.0))
    np.testing.assert_array_equal(gradients, slopes)


def test_derivatives_of_psi_are_polygammas():
    f = special.psi
    for order in range(1, 5):
        f = hb.grad(f)
        assert f(1.3) == pytest.approx(special.polygamma(order, 1.3), rel=1e-13)


def test_complex_numbers():
    z = ANY + 1j * ANY[::-1]
    assert_function(special.erf, z)
    assert_function(special.xlogy, z, MORE)
    assert_function(lambda z: special.jv(1.5, z + 2), z, tolerance=1e-9)
    for f in (special.gamma, special.psi):
        with pytest.raises(DTypeError, match="complex128"):
            evaluated_results(f, z)


def test_constants_and_dtypes():
    for f in (special.gammasgn, special.round):
        assert_as_numpy(f, np.array([-2.5, -0.3, 1.5]))
    for f in (special.erf, special.expit, special.gammaln, special.psi, special.entr):
        for dtype in (np.float32, np.int64):
            assert_as_numpy(f, np.asarray(POSITIVE + 1, dtype), exactly=False)


def test_what_has_no_gate_is_named():
    with pytest.raises(TraceError, match=r"scipy\.special\.wofz cannot") as caught:
        evaluated_results(lambda x: special.wofz(x), ANY)
    assert "test_coverage_special.py" in caught.value.where


LAZY = """
import sys
import numpy as np
import hubel as hb
from hubel.graph.registry import GATES, lookup
assert "scipy" not in sys.modules and "erf" not in GATES
hb.grad(np.median)(np.ones(3))
assert "scipy" not in sys.modules and "lerp" in GATES
{use}
assert "scipy.special" in sys.modules and "erf" in GATES
"""


@pytest.mark.parametrize(
    "use",
    [
        'lookup("erf")',
        "from scipy.special import erf; assert hb.grad(erf)(0.0) > 1",
    ],
)
def test_scipy_is_imported_when_it_is_met(use: str):
    subprocess.run([sys.executable, "-c", LAZY.format(use=use)], check=True)
