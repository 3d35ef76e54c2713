"""SciPy's solvers with hubel's derivatives, against answers that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import (
    DifferentiationError,
    DTypeError,
    GraphError,
    OptionError,
    ShapeError,
    TraceError,
)

optimize = pytest.importorskip("scipy.optimize")
integrate = pytest.importorskip("scipy.integrate")
sparse = pytest.importorskip("scipy.sparse")

WAYS = [
    {"sparse": False, "compiled": True},
    {"sparse": True, "compiled": True},
    {"sparse": False, "compiled": False},
    {"sparse": True, "compiled": False},
]
ways = pytest.mark.parametrize("way", WAYS, ids=str)


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def dense(found: Any) -> Any:
    return found.toarray() if sparse.issparse(found) else found


@ways
def test_minimize_with_hessians(way: Any):
    s = hb.scipy_functions(rosenbrock, **way)
    x0 = np.linspace(0.4, 1.7, 8)
    tries: list[dict[str, Any]] = [
        {"method": "BFGS"},
        {"method": "Newton-CG", "hessp": s.hessp},
        {"method": "trust-constr", "hess": s.hess},
    ]
    for each in tries:
        found = optimize.minimize(s.fun_and_jac, x0, jac=True, tol=1e-9, **each)
        np.testing.assert_allclose(found.x, np.ones(8), atol=2e-6)


@ways
def test_derivatives_are_those_of_scipys_own_rosenbrock(way: Any):
    s = hb.scipy_functions(rosenbrock, **way)
    x, v = np.linspace(-1, 2, 6), np.linspace(3, -1, 6)
    assert isinstance(s.fun(x), float)
    np.testing.assert_allclose(s.fun(x), optimize.rosen(x), rtol=1e-14)
    np.testing.assert_allclose(s.jac(x), optimize.rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(s.hessp(x, v), optimize.rosen_hess_prod(x, v), 1e-13)
    hess = s.hess(x)
    assert sparse.issparse(hess) == way["sparse"]
    np.testing.assert_allclose(dense(hess), optimize.rosen_hess(x), rtol=1e-13)
    np.testing.assert_array_equal(dense(hess), dense(hess).T)
    assert type(s.jac(x)) is np.ndarray


@ways
def test_minimize_under_a_constraint(way: Any):
    """The largest and smallest x + 2y + 3z on a sphere of radius 2 in a half-space."""
    goal = hb.scipy_functions(lambda x: x @ np.array([1.0, 2.0, 3.0]), **way)
    sphere = hb.scipy_functions(lambda x: np.stack([(x**2).sum(), x[0] * x[1]]), **way)
    rule = optimize.NonlinearConstraint(
        sphere.fun, [4, -np.inf], [4, 10], jac=sphere.jac, hess=sphere.weighted_hess
    )
    found = optimize.minimize(
        goal.fun_and_jac,
        np.array([-1.0, -1.0, -0.5]),
        jac=True,
        hess=goal.hess,
        constraints=[rule],
        method="trust-constr",
        options={"gtol": 1e-10, "xtol": 1e-12},
    )
    np.testing.assert_allclose(
        found.x, -2 * np.array([1, 2, 3]) / np.sqrt(14), atol=1e-6
    )


@ways
def test_weighted_hessian(way: Any):
    s = hb.scipy_functions(lambda x: np.stack([x[0] ** 2 * x[1], np.exp(x[2])]), **way)
    x, weights = np.array([1.0, 2.0, 0.5]), np.array([3.0, -2.0])
    expected = np.zeros((3, 3))
    expected[:2, :2] = 3 * np.array([[4.0, 2.0], [2.0, 0.0]])
    expected[2, 2] = -2 * np.exp(0.5)
    np.testing.assert_allclose(dense(s.weighted_hess(x, weights)), expected, 1e-13)
    alone = hb.scipy_functions(lambda x: (x**3).sum(), **way)
    found = dense(alone.weighted_hess(x, np.array([2.0])))
    np.testing.assert_allclose(found, np.diag(12 * x), rtol=1e-13)


def decay(p: Any, t: Any, y: Any) -> Any:
    return p["scale"] * np.exp(-p["rate"] * t) - y


@ways
def test_least_squares_over_a_tree(way: Any):
    t = np.linspace(0, 2, 30)
    y = 2.5 * np.exp(-1.3 * t)
    like = {"scale": 1.0, "rate": np.array(0.5), "name": "decay"}
    s = hb.scipy_functions(decay, like, **way)
    options = {"method": "trf"} if way["sparse"] else {"method": "lm"}
    found = optimize.least_squares(
        s.fun,
        s.x0,
        jac=s.jac,
        args=(t, y),
        xtol=1e-14,
        ftol=1e-14,
        gtol=1e-14,
        **options,
    )
    p = s.unflatten(found.x)
    assert p["name"] == "decay"
    np.testing.assert_allclose([p["scale"], p["rate"]], [2.5, 1.3], rtol=1e-10)
    np.testing.assert_array_equal(s.flatten(p), found.x)


def broyden(x: Any) -> Any:
    """Broyden's tridiagonal function (More, Garbow & Hillstrom 1981, number 30)."""
    padded = np.concatenate([np.zeros(1), x, np.zeros(1)])
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


@pytest.mark.parametrize("compiled", [True, False])
def test_least_squares_with_a_sparse_jacobian(compiled: bool):
    n = 200
    s = hb.scipy_functions(broyden, sparse=True, compiled=compiled)
    x0 = -np.ones(n)
    assert s.jac(x0).nnz == s.jac_sparsity(x0).nnz == 3 * n - 2
    exact = optimize.least_squares(s.fun, x0, jac=s.jac, tr_solver="lsmr", xtol=1e-14)
    assert abs(exact.fun).max() < 1e-7
    rough = optimize.least_squares(
        s.fun, x0, jac_sparsity=s.jac_sparsity(x0), xtol=1e-14
    )
    np.testing.assert_allclose(rough.x, exact.x, atol=1e-6)
    assert rough.nfev < 30


@ways
def test_root(way: Any):
    s = hb.scipy_functions(broyden, **{**way, "sparse": False})
    for method in ("hybr", "lm"):
        found = optimize.root(s.fun, -np.ones(10), jac=s.jac, method=method, tol=1e-13)
        assert abs(broyden(found.x)).max() < 1e-12
    both = optimize.root(s.fun_and_jac, -np.ones(10), jac=True, tol=1e-13)
    np.testing.assert_allclose(both.x, found.x, rtol=1e-10)


def heat(t: Any, u: Any, rate: Any) -> Any:
    inside = np.concatenate([np.zeros(1), u, np.zeros(1)])
    return rate * (inside[2:] - 2 * u + inside[:-2])


@ways
@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_heat_equation(way: Any, method: str):
    """A mode of the discrete Laplacian decays at the rate of its eigenvalue."""
    n = 40
    mode = np.sin(np.pi * np.arange(1, n + 1) / (n + 1))
    rate = (n + 1.0) ** 2
    s = hb.scipy_functions(heat, argnum=1, **way)
    found = integrate.solve_ivp(
        s.fun, (0, 0.1), mode, method, jac=s.jac, args=(rate,), rtol=1e-8, atol=1e-11
    )
    eigenvalue = -4 * rate * np.sin(np.pi / (2 * (n + 1))) ** 2
    np.testing.assert_allclose(found.y[:, -1], mode * np.exp(0.1 * eigenvalue), 1e-6)


def test_states_that_are_trees_keep_their_order():
    """A falling body: the result's entries are named, and stand in another order."""

    def fall(t: Any, state: Any) -> Any:
        return {"v": -9.81 - 0.0 * state["v"], "x": state["v"]}

    like = {"x": np.array([100.0]), "v": np.array([2.0])}
    s = hb.scipy_functions(fall, like, argnum=1)
    np.testing.assert_array_equal(s.jac(0.0, s.x0), [[0, 1], [0, 0]])
    found = integrate.solve_ivp(s.fun, (0, 2), s.x0, "BDF", jac=s.jac, rtol=1e-8)
    end = s.unflatten(found.y[:, -1])
    np.testing.assert_allclose(end["x"], [100 + 4 - 9.81 * 2], rtol=1e-6)
    np.testing.assert_allclose(end["v"], [2 - 9.81 * 2], rtol=1e-6)


def test_trees_of_results_and_single_precision():
    def f(p: Any) -> Any:
        return [p.sum(), (p * 2, np.arange(2))]

    s = hb.scipy_functions(f, np.ones((2, 2), np.float32))
    np.testing.assert_array_equal(s.fun(s.x0), [4, 2, 2, 2, 2, 0, 1])
    expected = np.concatenate([np.ones((1, 4)), 2 * np.eye(4), np.zeros((2, 4))])
    for each in (s, hb.scipy_functions(f, np.ones((2, 2), np.float32), sparse=True)):
        jac = each.jac(s.x0)
        assert jac.dtype == np.float64
        np.testing.assert_array_equal(dense(jac), expected)
        assert each.jac_sparsity(s.x0).nnz == 8


def test_patterns_hold_at_all_values():
    s = hb.scipy_functions(lambda x: np.where(x > 0, x, 2 * x[::-1]), sparse=True)
    x = np.array([1.0, 2.0, 3.0])
    assert s.jac(x).nnz == s.jac_sparsity(x).nnz == 5
    np.testing.assert_array_equal(s.jac(x).toarray(), np.eye(3))


def test_nothing_to_differentiate():
    s = hb.scipy_functions(lambda x: np.zeros(3), sparse=True)
    assert s.jac_sparsity(np.ones(2)).shape == (3, 2)
    np.testing.assert_array_equal(s.jac(np.ones(2)).toarray(), np.zeros((3, 2)))


def test_new_sizes_get_new_plans():
    for way in WAYS:
        s = hb.scipy_functions(lambda x: x[1:] * x[:-1], **way)
        for n in range(2, 40):  # more sizes than plans are kept
            x = np.arange(1.0, n + 1)
            expected = np.eye(n)[:-1] * x[1:, None] + np.eye(n)[1:] * x[:-1, None]
            np.testing.assert_allclose(dense(s.jac(x)), expected)


def test_python_decides_only_step_by_step():
    def f(x: Any) -> Any:
        return x**2 if x[0] > 0 else -x

    at = np.array([1.0, 2.0])
    with pytest.raises(TraceError, match=r"np\.where"):
        hb.scipy_functions(f).jac(at)
    s = hb.scipy_functions(f, compiled=False)
    np.testing.assert_array_equal(s.jac(at), np.diag(2 * at))
    np.testing.assert_array_equal(s.jac(-at), -np.eye(2))


def test_refusals():
    s = hb.scipy_functions(rosenbrock, {"x": np.ones(3)})
    with pytest.raises(ShapeError, match=r"4,.* for 3 parameters"):
        s.fun(np.ones(4))
    with pytest.raises(OptionError, match="0 arguments"):
        s.fun()
    with pytest.raises(OptionError, match="a vector after it"):
        s.hessp(np.ones(3))
    with pytest.raises(ShapeError, match="'y'"):
        s.flatten({"y": np.ones(3)})
    with pytest.raises(ShapeError, match="x has shape"):
        s.flatten({"x": np.ones(4)})
    with pytest.raises(DTypeError, match=r"n is .*int"):
        hb.scipy_functions(rosenbrock, {"n": 3})
    with pytest.raises(OptionError, match="argnum=-1"):
        hb.scipy_functions(rosenbrock, argnum=-1)
    with pytest.raises(GraphError, match="one path"):
        hb.scipy_functions(rosenbrock, {"a.b": 1.0, "a": {"b": 2.0}})


@ways
def test_refusals_of_results(way: Any):
    x = np.ones(2)
    for bad in (lambda x: 1j * x, lambda x: [x, "text"], lambda x: True):
        with pytest.raises(DTypeError, match="SciPy takes float64"):
            hb.scipy_functions(bad, **way).fun(x)
    with pytest.raises(DifferentiationError, match=r"scalar|one number"):
        hb.scipy_functions(lambda x: x**2, **way).hess(x)


def test_without_scipy(monkeypatch: pytest.MonkeyPatch):
    import importlib

    real = importlib.import_module

    def absent(name: str, *rest: Any) -> Any:
        if name.startswith("scipy"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", absent)
    x = np.ones(3)
    np.testing.assert_allclose(hb.scipy_functions(broyden).jac(x).shape, (3, 3))
    with pytest.raises(OptionError, match="not installed"):
        hb.scipy_functions(broyden, sparse=True).jac(x)
