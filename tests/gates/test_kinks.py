"""The table of ties and kinks: which derivative stands where there are several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.graph.registry import GATES

INF = np.inf
relu, elu, leaky_relu = (GATES[name] for name in ("relu", "elu", "leaky_relu"))
maxout, logsumexp = GATES["maxout"], GATES["logsumexp"]

TABLE: list[tuple[str, Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = [
    ("maximum tie", np.maximum, (2.0, 2.0), (0.5, 0.5)),
    ("maximum of infinities", np.maximum, (INF, INF), (0.5, 0.5)),
    ("maximum with 0 at 0", lambda x: np.maximum(0, x), (0.0,), (0.5,)),
    ("maximum with 0 at -0", lambda x: np.maximum(x, 0.0), (-0.0,), (0.5,)),
    ("minimum tie", np.minimum, (2.0, 2.0), (0.5, 0.5)),
    ("fmax tie", np.fmax, (2.0, 2.0), (0.5, 0.5)),
    ("fmax past NaN", np.fmax, (2.0, np.nan), (1.0, 0.0)),
    ("fmin past NaN", np.fmin, (np.nan, 3.0), (0.0, 1.0)),
    ("max tie", np.max, ([1.0, 3.0, 3.0],), ([0, 0.5, 0.5],)),
    ("max of three", np.max, ([3.0, 3.0, 3.0],), ([1 / 3, 1 / 3, 1 / 3],)),
    ("min tie", np.min, ([1.0, 3.0, 1.0],), ([0.5, 0, 0.5],)),
    ("ptp", np.ptp, ([1.0, 3.0, 1.0],), ([-0.5, 1, -0.5],)),
    ("clip at a bound", lambda x: np.clip(x, 0, 1), (1.0,), (0.5,)),
    ("clip outside", lambda x: np.clip(x, 0, 1), (1.5,), (0.0,)),
    ("relu", relu, (0.0,), (0.0,)),
    ("relu at -0", relu, (-0.0,), (0.0,)),
    ("leaky relu", leaky_relu, (0.0,), (0.1,)),
    ("elu", elu, (0.0,), (1.0,)),
    ("maxout", lambda x: maxout(x, pieces=2)[0], ([2.0, 2.0],), ([0.5, 0.5],)),
    ("absolute", np.abs, (0.0,), (0.0,)),
    ("fabs", np.fabs, (-0.0,), (0.0,)),
    ("sign", np.sign, (0.0,), (0.0,)),
    ("hypot at the origin", np.hypot, (0.0, 0.0), (0.0, 0.0)),
    ("hypot of tiny numbers", np.hypot, (5e-324, 0.0), (1.0, 0.0)),
    ("sqrt", np.sqrt, (0.0,), (INF,)),
    ("cbrt", np.cbrt, (0.0,), (INF,)),
    ("log", np.log, (0.0,), (INF,)),
    ("log1p", np.log1p, (-1.0,), (INF,)),
    ("log2", np.log2, (0.0,), (INF,)),
    ("log10", np.log10, (0.0,), (INF,)),
    ("arcsin", np.arcsin, (1.0,), (INF,)),
    ("arccos", np.arccos, (-1.0,), (-INF,)),
    ("arccosh", np.arccosh, (1.0,), (INF,)),
    ("arctanh", np.arctanh, (-1.0,), (INF,)),
    ("arctan2", np.arctan2, (0.0, 0.0), (np.nan, np.nan)),
    ("heaviside", np.heaviside, (0.0, 0.5), (0.0, 1.0)),
    ("float_power at 0", np.float_power, (0.0, 1.0), (1.0, 0.0)),
    ("nanmax tie", np.nanmax, ([3.0, np.nan, 3.0],), ([0.5, 0, 0.5],)),
    ("nanmin tie", np.nanmin, ([3.0, np.nan, 3.0],), ([0.5, 0, 0.5],)),
    ("std of equals", np.std, ([2.0, 2.0],), ([0.0, 0.0],)),
    ("0 to the 0", np.power, (0.0, 0.0), (0.0, 0.0)),
    ("0 to the 1", np.power, (0.0, 1.0), (1.0, 0.0)),
    ("0 to the 2", np.power, (0.0, 2.0), (0.0, 0.0)),
    ("0 squared", lambda x: x**2, (0.0,), (0.0,)),
    ("0 to the 1, of Python", lambda x: x**1, (0.0,), (1.0,)),
    ("a negative base", lambda x: np.power(x, 3), (-2.0,), (12.0,)),
    ("a negative base, cubed", lambda x: x**3, (-2.0,), (12.0,)),
    ("sinc", np.sinc, (0.0,), (0.0,)),
    ("logaddexp of -inf", np.logaddexp, (-INF, -INF), (0.5, 0.5)),
    ("logaddexp of inf", np.logaddexp, (INF, INF), (0.5, 0.5)),
    ("logaddexp, one -inf", np.logaddexp, (-INF, 3.0), (0.0, 1.0)),
    ("logaddexp2, one inf", np.logaddexp2, (INF, 3.0), (1.0, 0.0)),
    ("sigmoid far below", GATES["sigmoid"], (-1e4,), (0.0,)),
    ("sigmoid far above", GATES["sigmoid"], (1e4,), (0.0,)),
    ("softplus far below", GATES["softplus"], (-1e4,), (0.0,)),
    ("softplus far above", GATES["softplus"], (1e4,), (1.0,)),
    ("heaviside's value", lambda h: np.heaviside(0.0, h), (0.5,), (1.0,)),
    ("copysign", np.copysign, (2.0, -1.0), (-1.0, 0.0)),
    ("nan_to_num", np.nan_to_num, (INF,), (0.0,)),
    ("remainder", np.remainder, (7.5, 2.0), (1.0, -3.0)),
    ("fmod", np.fmod, (-7.5, 2.0), (1.0, 3.0)),
    ("prod with a zero", np.prod, ([0.0, 2.0, 3.0],), ([6.0, 0, 0],)),
    ("prod with two zeros", np.prod, ([0.0, 0.0, 3.0],), ([0.0, 0, 0],)),
    ("where, dead branch", lambda x: np.where(x > 0, np.sqrt(x), 0), (0.0,), (0.0,)),
    (
        "logsumexp with -inf",
        lambda x: logsumexp(x, axis=(0,)),
        ([-INF, 0.0],),
        ([0.0, 1.0],),
    ),
]


@pytest.mark.parametrize(
    ("f", "point", "slopes"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
@pytest.mark.filterwarnings("ignore::hubel.errors.ZeroGradientWarning")
def test_the_derivative_is_that_of_the_table(f: Any, point: Any, slopes: Any):
    args = [np.array(x)[()] for x in point]
    with np.errstate(all="ignore"):
        value, pullback = hb.vjp(f, *args)
        gradients = pullback(np.float64(1.0))
    for found, true in zip(gradients, slopes, strict=True):
        np.testing.assert_allclose(found, true, rtol=1e-15)
    for place, slope in enumerate(slopes):
        for index in np.ndindex(np.shape(slope)):
            t = [np.zeros(np.shape(a))[()] for a in args]
            t[place] = np.float64(1.0) if index == () else t[place]
            if index:
                t[place][index] = 1.0
            with np.errstate(all="ignore"):
                moved = hb.jvp(f, args, t)[1]
            np.testing.assert_allclose(moved, np.asarray(slope)[index], rtol=1e-15)
    assert np.shape(value) == ()


def test_second_derivatives_at_a_dead_branch_are_zero_too():
    for f in (
        lambda x: np.where(x > 0, np.sqrt(x), 0.0),
        lambda x: np.where(x > 0, x**1.5, 0.0),
        lambda x: np.where(x > 0, np.log(x), 0.0),
        lambda x: np.where(x > 0, 1 / x, 0.0),
        lambda x: np.where(x > 0, np.arctan2(x, x), 0.0),
    ):
        g = hb.grad(f)
        for order in range(3):
            with np.errstate(all="ignore"):
                assert g(0.0) == 0, order
            g = hb.grad(g)


def test_second_derivatives_that_are_delicate():
    second = hb.grad(hb.grad(lambda x: np.logaddexp(x, 2.0)))
    assert second(2.0) == pytest.approx(0.25, rel=1e-15)
    assert hb.grad(hb.grad(lambda x: np.power(x, 2)))(0.0) == 2.0
    assert hb.grad(hb.grad(lambda x: np.power(x, 2.0)))(-1.5) == 2.0
    assert hb.grad(hb.grad(lambda x: x**2))(0.0) == 2.0
    assert hb.grad(hb.grad(np.sinc))(0.0) == pytest.approx(-(np.pi**2) / 3, rel=1e-15)
    fourth = hb.grad(hb.grad(hb.grad(hb.grad(np.sinc))))
    assert fourth(0.0) == pytest.approx(np.pi**4 / 5, rel=1e-14)


def test_sinc_is_smooth_where_its_series_ends():
    for order, derivative in enumerate(
        [np.sinc, hb.grad(np.sinc), hb.grad(hb.grad(np.sinc))][1:], start=1
    ):
        edge = (order + 2) / np.pi
        below, above = derivative(edge * (1 - 1e-13)), derivative(edge * (1 + 1e-13))
        assert below == pytest.approx(above, rel=1e-11)
