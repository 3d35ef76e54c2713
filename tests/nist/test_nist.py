"""NIST's 27 problems of non-linear regression: certified answers by hubel's Jacobian.

Each is solved from both starts by SciPy's Levenberg-Marquardt (MINPACK) and some steps
of Gauss-Newton, with hubel's Jacobian and with that of the complex step, which is exact
to rounding.
Source: Squire & Trapp, Using Complex Variables to Estimate Derivatives of Real
Functions, SIAM Review 40(1), 1998.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from tests.nist.models import Problem, problems

optimize = pytest.importorskip("scipy.optimize")

Function = Callable[[Any], Any]

PROBLEMS = problems()
CERTIFIED = 8
"""The digits that an answer has to have in common with the certified one."""

ROUGH = 5
"""Those that Levenberg-Marquardt alone has, at least."""

FAR = ("BoxBOD", 0)
"""What MINPACK does not solve, whoever gives the Jacobian: its first step from there is
so long that the model is flat where it ends."""

every_problem = pytest.mark.parametrize("name", PROBLEMS)
every_start = pytest.mark.parametrize(
    ("name", "start"),
    [(name, start) for name in PROBLEMS for start in (0, 1) if (name, start) != FAR],
)


def complex_step(problem: Problem, b: Any) -> Any:
    """Differentiate the residuals, written in plain NumPy, by steps of 1e-30 i."""
    steps = 1e-30j * np.eye(b.size)
    with np.errstate(all="ignore"):
        columns = [problem.residuals(b + step).imag / 1e-30 for step in steps]
    return np.stack(columns, axis=1)


def scaled_inverse(jacobian: Any) -> tuple[Any, Any]:
    """Return the pseudo-inverse of a Jacobian with columns of length 1, and lengths."""
    lengths = np.linalg.norm(jacobian, axis=0)
    return np.linalg.pinv(jacobian / lengths, rcond=1e-15), lengths


def levenberg_marquardt(fun: Function, jac: Function, start: Any) -> Any:
    """Fit until the steps are lost in rounding."""
    exact = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "max_nfev": 10_000}
    options = {"method": "lm", "x_scale": "jac", **exact}
    with np.errstate(all="ignore"):
        return optimize.least_squares(fun, start, jac, **options).x


def gauss_newton(fun: Function, jac: Function, b: Any) -> Any:
    """Fit from near by: MINPACK ends where the sum of squares does not get smaller."""
    for _ in range(20):
        inverse, lengths = scaled_inverse(jac(b))
        b = b - inverse @ fun(b) / lengths
    return b


def digits(found: Any, certified: Any) -> float:
    """Count the digits that all parameters share: the log relative error."""
    error = abs(found - certified) / abs(certified)
    return float(-np.log10(np.maximum(error, 1e-11).max()))


@every_problem
def test_the_data_are_the_certified_ones(name: str):
    """The residual sum of squares at the certified parameters proves every number.

    That of Lanczos1, 1.4e-25, needs more digits of them than are given: its data were
    computed from the parameters of Lanczos (1956, p. 276), and rounded to 14 digits.
    """
    problem = PROBLEMS[name]
    if name == "Lanczos1":
        known = np.array([0.0951, 1, 0.8607, 3, 1.5576, 5])
        assert abs(problem.residuals(known)).max() < 1e-12
        return
    residuals = problem.residuals(problem.certified)
    np.testing.assert_allclose(residuals @ residuals, problem.rss, rtol=2e-10)


@every_start
def test_certified_parameters(name: str, start: int):
    problem = PROBLEMS[name]
    s = hb.scipy_functions(problem.residuals)
    ways: list[tuple[Function, Function]] = [
        (problem.residuals, lambda b: complex_step(problem, b)),
        (s.fun, s.jac),
    ]
    for way in ways:
        near = levenberg_marquardt(*way, problem.starts[start])
        assert digits(near, problem.certified) >= ROUGH
        assert digits(gauss_newton(*way, near), problem.certified) >= CERTIFIED


def test_where_minpack_fails_it_fails_alike():
    problem, start = PROBLEMS[FAR[0]], FAR[1]
    s = hb.scipy_functions(problem.residuals)
    found = levenberg_marquardt(s.fun, s.jac, problem.starts[start])
    by_hand = levenberg_marquardt(
        problem.residuals, lambda b: complex_step(problem, b), problem.starts[start]
    )
    assert digits(found, problem.certified) < 1
    np.testing.assert_allclose(found, by_hand, rtol=1e-9)


@every_problem
def test_certified_standard_deviations(name: str):
    """They are the roots of the diagonal of (J'J)^-1 times the residual variance."""
    problem = PROBLEMS[name]
    jacobian = hb.scipy_functions(problem.residuals).jac(problem.certified)
    inverse, lengths = scaled_inverse(jacobian)
    variance = problem.rss / (problem.y.size - problem.certified.size)
    found = np.sqrt(variance * (inverse**2).sum(1)) / lengths
    np.testing.assert_allclose(found, problem.deviations, rtol=1e-8)


@every_problem
def test_jacobians_are_exact_to_rounding(name: str):
    problem = PROBLEMS[name]
    for at in (problem.certified, *problem.starts):
        expected = complex_step(problem, at)
        if not np.isfinite(expected).all():
            continue
        found = hb.scipy_functions(problem.residuals).jac(at)
        scale = np.abs(expected).max(0) + np.finfo(float).tiny
        np.testing.assert_allclose(found / scale, expected / scale, atol=1e-12)
