"""Derivatives of derivatives, in every mix, without perturbation confusion."""

from __future__ import annotations

import itertools
from math import cos, exp, sin

import numpy as np
import pytest

import hubel as hb


def reverse(f):
    return hb.grad(f)


def forward(f):
    return lambda x: hb.jvp(f, (x,), (1.0,))[1]


def pulled(f):
    return lambda x: hb.vjp(f, x)[1](1.0)[0]


def compiled(f):
    return hb.compile(hb.grad(f))


MODES = {"reverse": reverse, "forward": forward, "pulled": pulled, "compiled": compiled}
PAIRS = list(itertools.product(MODES, repeat=2))
TRIPLES = list(itertools.product(["reverse", "forward", "compiled"], repeat=3))


@pytest.mark.parametrize("modes", TRIPLES)
def test_third_derivatives_in_every_mix(modes):
    f = lambda x: np.sin(x) * np.exp(2 * x)  # noqa: E731
    for mode in modes:
        f = MODES[mode](f)
    x = 0.7
    expected = exp(2 * x) * (2 * sin(x) + 11 * cos(x))
    assert f(x) == pytest.approx(expected, rel=1e-12)


def test_the_sixth_derivative():
    f = lambda x: x**7 / 7  # noqa: E731
    for _ in range(6):
        f = hb.grad(f)
    assert f(2.0) == pytest.approx(720 * 2.0, rel=1e-12)


# Perturbation confusion ----------------------------------------------------------


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_the_inner_derivative_does_not_see_the_outer_variable(outer, inner):
    """Siskind & Pearlmutter (2005): d/dx (x * d/dy (x + y)) is 1, not 2."""
    derivative = MODES[outer](lambda x: x * MODES[inner](lambda y: x + y)(2.0))
    assert derivative(3.0) == 1.0


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_a_captured_outer_value_is_a_constant_inside(outer, inner):
    """d/dx (x * d/dy (x * y)) at y = 2 is d/dx x² = 2 x."""
    derivative = MODES[outer](lambda x: x * MODES[inner](lambda y: x * y)(2.0))
    assert derivative(3.0) == 6.0


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_the_inner_point_may_be_the_outer_variable(outer, inner):
    """d/dx (d/dy (x y²) at y = x) is d/dx 2 x² = 4 x."""
    derivative = MODES[outer](lambda x: MODES[inner](lambda y: x * y**2)(x))
    assert derivative(3.0) == pytest.approx(12.0)


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_three_levels(outer, inner):
    """d/dx d/dy d/dz of x² y² z² with every variable captured."""

    def f(x):
        def g(y):
            return MODES[inner](lambda z: x**2 * y**2 * z**2)(y)  # 2 x² y³

        return MODES[outer](g)(x)  # 6 x⁴

    assert MODES[outer](f)(1.5) == pytest.approx(24 * 1.5**3)


def test_the_gate_that_makes_confused_libraries_wrong():
    """Manzyuk et al. (2019): a derivative of a function that returns functions."""

    def shifted(u):
        return lambda f: lambda x: f(x + u)

    def derivative_of(f, at):
        return hb.jvp(f, (at,), (1.0,))[1]

    def twice(x):
        hat = lambda h: lambda y: derivative_of(lambda u: shifted(u)(h)(y), 0.0)  # noqa: E731
        return hat(hat(np.exp))(x)

    assert twice(1.0) == pytest.approx(exp(1.0))


def test_an_inner_tangent_may_be_an_outer_variable():
    derivative = hb.grad(lambda t: hb.jvp(lambda x: x**3, (2.0,), (t,))[1])
    assert derivative(5.0) == pytest.approx(12.0)
    derivative = hb.grad(lambda u: hb.vjp(lambda x: x**3, 2.0)[1](u)[0])
    assert derivative(5.0) == pytest.approx(12.0)


def test_a_pullback_made_outside_is_linear_inside():
    _, pullback = hb.vjp(lambda x: np.sin(x) * 3, np.array([0.1, 0.2]))
    gradient = hb.grad(lambda u: pullback(u)[0].sum())(np.ones(2))
    np.testing.assert_allclose(gradient, 3 * np.cos([0.1, 0.2]))


def test_a_pullback_keeps_the_outer_values_that_it_captured():
    """A write after the recording is not seen, as with plain arrays."""

    def f(x):
        z = x * 1.0
        y, pullback = hb.vjp(lambda t: (z * t * t).sum(), x)
        z[0] = 100.0
        return pullback(1.0)[0].sum() + 0.0 * y  # 2 z t with the old z = x

    def g(x):
        _, pullback = hb.vjp(lambda t: (t * t).sum(), x)
        x[0] = 100.0
        return pullback(1.0)[0].sum()

    x = np.array([1.0, 2.0, 3.0])
    assert f(x.copy()) == hb.value_and_grad(f)(x)[0] == 2 * (x * x).sum()
    np.testing.assert_allclose(hb.grad(f)(x), 4 * x)
    np.testing.assert_allclose(hb.grad(g)(x), [2.0] * 3)


def test_hessian_vector_products_agree():
    a = np.array([[2.0, 1.0], [0.5, 3.0]])

    def f(x):
        return np.exp(np.sin(a @ x)).sum()

    x, v = np.array([0.3, -0.4]), np.array([1.0, 2.0])
    over = hb.jvp(hb.grad(f), (x,), (v,))[1]
    under = hb.grad(lambda y: hb.jvp(f, (y,), (v,))[1])(x)
    twice = hb.grad(lambda y: (hb.grad(f)(y) * v).sum())(x)
    step = 1e-6
    differences = (hb.grad(f)(x + step * v) - hb.grad(f)(x - step * v)) / (2 * step)
    np.testing.assert_allclose(over, under, rtol=1e-12)
    np.testing.assert_allclose(over, twice, rtol=1e-12)
    np.testing.assert_allclose(over, differences, rtol=1e-8)


@pytest.mark.parametrize("outer", [hb.grad, hb.compile])
def test_flow_on_inner_values(outer):
    def f(x):
        def g(y):
            return y**2 if y > 1 else -y

        return hb.grad(g)(x) if outer is hb.grad else hb.grad(lambda y: y**2)(x)

    assert outer(f)(2.0) == (2.0 if outer is hb.grad else 4.0)


def test_compiled_functions_inside_gradients():
    square = hb.compile(lambda x: x * x)
    assert hb.grad(lambda x: square(x) * x)(2.0) == 12.0
    assert hb.grad(hb.grad(square))(2.0) == 2.0
    assert square(3.0) == 9.0


@pytest.mark.parametrize("outer", MODES)
def test_compiled_functions_may_capture_traced_values(outer):
    def f(x):
        return hb.compile(lambda y: x * y)(2.0) + hb.compile(lambda y: (x, y))(1.0)[0]

    for _ in range(2):
        assert MODES[outer](f)(3.0) == 3.0


def test_a_gradient_step_inside_a_loss():
    """Differentiate through ten steps of descent, with a captured curvature."""

    def end(curvature):
        x = 1.0
        for _ in range(10):
            x = x - 0.1 * hb.grad(lambda y: curvature * y**2 / 2)(x)
        return x

    assert hb.grad(end)(0.5) == pytest.approx(-0.1 * 10 * (1 - 0.05) ** 9)
    assert hb.compile(hb.grad(end))(0.5) == pytest.approx(-(0.95**9))


def test_second_derivatives_of_containers():
    def f(p):
        return (p["w"] ** 3).sum() * p["b"]

    def g(p):
        inner = hb.grad(f)(p)
        return inner["w"].sum() + inner["b"]

    w = np.array([1.0, 2.0])
    found = hb.grad(g)({"w": w, "b": 2.0})
    np.testing.assert_allclose(found["w"], 12 * w + 3 * w**2)
    assert found["b"] == pytest.approx((3 * w**2).sum())
