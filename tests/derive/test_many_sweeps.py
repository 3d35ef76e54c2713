"""Sweeps with many seeds at once, against one sweep after the other."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.derive import many, sweeps
from hubel.errors import DifferentiationError

RANDOM = np.random.default_rng(0)
V = RANDOM.normal(size=9)
A, B = RANDOM.normal(size=(2, 9, 9))
CASES = {
    "products": (lambda v: np.tanh(B @ np.sin(A @ v)) * v, V),
    "running": (lambda v: np.cumsum(np.tanh(v) * v) / (1 + np.sum(v * v)), V),
    "matrices": (lambda x: np.linalg.solve(x + 9 * np.eye(9), x[0]), A),
    "slices": (lambda v: np.concatenate([v[3:] * v[0], v[:3] ** 2]), V),
    "a constant part": (lambda v: np.stack([np.sum(v), np.sum(v * 0 + 1)]), V),
    "complex": (lambda v: np.exp(1j * v) @ A, V),
    "holomorphic": (lambda v: np.exp(v) * (A @ v), V + 1j * V[::-1]),
    "single": (lambda v: np.sin(A.astype("f4") @ v), V.astype("f4")),
}


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("name", CASES)
def test_many_seeds_in_one_sweep_bring_what_single_sweeps_bring(
    name, mode, monkeypatch
):
    f, x = CASES[name]
    found = hb.jacobian(f, mode=mode)(x)
    monkeypatch.setattr(sweeps, "together", lambda nodes, inputs: 1)
    single = hb.jacobian(f, mode=mode)(x)
    assert found.dtype == single.dtype
    rough = 1e-5 if found.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(
        found.todense(), single.todense(), rtol=rough, atol=rough
    )


def test_seeds_come_in_parts_that_fit(monkeypatch):
    f, x = CASES["products"]
    expected = hb.jacrev(f)(x).todense()
    monkeypatch.setattr(many, "ROOM", 4 * V.nbytes)
    np.testing.assert_allclose(hb.jacrev(f)(x).todense(), expected, rtol=1e-13)


def test_zeros_annihilate_in_many_sweeps_too():
    x = np.array([0.0, 1.0, 4.0, 0.0, 9.0])
    found = hb.jacrev(lambda x: np.where(x > 0, np.sqrt(x), 0.0)[::-1])(x).todense()
    expected = np.diag([0, 0.5, 0.25, 0, 1 / 6])[::-1]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_code_of_the_user_runs_once_for_each_seed():
    runs: list[int] = []

    class Double(hb.Gate):
        def forward(self, x):
            return 2 * x

        def backward(self, upstream):
            runs.append(1)
            return 2 * upstream

    found = hb.jacrev(lambda x: np.cumsum(Double()(x)))(V).todense()
    np.testing.assert_array_equal(found, 2 * np.tri(9))
    # Opaque code is not shared: it may do what no batch does.
    assert len(runs) >= V.size


def test_what_is_no_matrix_is_refused_in_many_sweeps_too():
    with pytest.raises(DifferentiationError, match="holomorphic"):
        hb.jacrev(lambda v: np.conj(v) * v)(V + 1j)


def test_jacobians_inside_transforms_take_one_sweep_of_the_graph():
    f, x = CASES["running"]
    compiled = hb.compile(lambda v: hb.jacrev(f)(v))
    np.testing.assert_allclose(compiled(x), hb.jacrev(f)(x).todense(), rtol=1e-12)
    second = hb.jacobian(lambda v: hb.jacfwd(f)(v) @ v, mode="reverse")(x)
    step = 1e-6 * V
    ahead, behind = (hb.jacfwd(f)(x + s).todense() @ (x + s) for s in (step, -step))
    np.testing.assert_allclose(
        second @ step, (ahead - behind) / 2, rtol=1e-5, atol=1e-12
    )
