"""NumPy's functions on complex arrays: values, derivatives, and the convention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import TraceError
from tests.gates.applied import assert_as_numpy
from tests.gates.case import sample
from tests.gates.functions import assert_function


def plane(*shape: int, seed: int = 0) -> Any:
    """Give complex numbers in every quadrant."""
    return sample(*shape, seed=seed) + 1j * sample(*shape, seed=seed + 10)


Z, W, X = plane(3, 4), plane(3, 4, seed=1), sample(3, 4, seed=2)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "angle": np.angle,
    "angle in degrees": lambda z: np.angle(z, deg=True),
    "sign": np.sign,
    "absolute": np.abs,
    "mean": lambda z: np.mean(z, axis=1),
    "mean where": lambda z: np.mean(z, where=X > 0),
    "var": lambda z: np.var(z, axis=0),
    "var where": lambda z: np.var(z, where=X > 0, ddof=1),
    "std": lambda z: np.std(z, axis=1, ddof=1),
    "prod": lambda z: np.prod(z, axis=1),
    "cumprod": lambda z: np.cumprod(z, axis=1),
    "max": lambda z: np.max(z, axis=1),
    "modulus squared": lambda z: (z * np.conj(z)).real,
    "parts": lambda z: z.real * z.imag + np.real(z),
    "powers": lambda z: z**3 + z**0.5 + z**-1 + z ** (1 + 2j),
    "index": lambda z: z[1:, ::-2] * z[0, 0],
    "indices": lambda z: z[[0, 2], [1, 1]],
    "diff": np.diff,
    "tril": np.tril,
    "stack": lambda z: np.concatenate([z, z.imag], axis=1),
}
"""Functions of one complex array."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_a_complex_array(name: str):
    assert_function(FUNCTIONS[name], Z)


PAIRS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "vdot": np.vdot,
    "vecdot": lambda z, w: np.vecdot(z, w),
    "inner": np.inner,
    "outer": np.outer,
    "matmul": lambda z, w: z @ w.T,
    "dot": lambda z, w: np.dot(z, w.T),
    "einsum": lambda z, w: np.einsum("ij,kj->ik", z, w),
    "tensordot": lambda z, w: np.tensordot(z, w, 2),
    "kron": np.kron,
    "where": lambda z, w: np.where(X > 0, z, w),
    "write": lambda z, w: _written(np.array(z) if type(z) is np.ndarray else z, w),
}


def _written(z: Any, w: Any) -> Any:
    z = z * (1 + 0j)
    z[1] = w[0]
    return z


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("pair", [(Z, W), (Z, X), (X, W)], ids=["zz", "zx", "xz"])
def test_a_function_of_two_arrays_of_which_one_may_be_real(name: str, pair: Any):
    assert_function(PAIRS[name], *pair)


def test_a_real_array_may_pass_through_the_plane():
    assert_function(lambda x: np.abs(np.exp(1j * x) + x * (1 - 2j)), X)
    assert_function(lambda x: (x + 0.5j * x[::-1]).imag, X)
    assert_function(lambda x: x.astype(complex) ** 2, X)


def test_kinds_of_numbers_are_told_apart():
    assert_as_numpy(lambda z: (np.isreal(z), np.iscomplex(z)), np.array([1, 1j, 0]))
    assert_as_numpy(lambda x: (np.isreal(x), np.iscomplex(x), np.angle(x)), X)
    assert_as_numpy(lambda x: np.real_if_close(x), X)
    found = hb.jvp(lambda z: np.iscomplexobj(z) and not np.isrealobj(z), (Z,), (Z,))[0]
    assert found is True
    assert hb.jvp(np.isrealobj, (X,), (X,))[0] is True


def test_a_dtype_that_depends_on_values_is_refused():
    with pytest.raises(TraceError, match=r"np\.real"):
        hb.jvp(np.real_if_close, (Z,), (Z,))


def test_the_gradient_is_the_real_slope_minus_i_times_the_imaginary_one():
    z = np.complex128(0.3 - 0.8j)
    assert hb.grad(np.real)(z) == 1
    assert hb.grad(np.imag)(z) == -1j
    assert hb.grad(lambda z: (z * np.conj(z)).real)(z) == 2 * np.conj(z)
    assert hb.grad(np.abs)(3 + 4j) == pytest.approx(0.6 - 0.8j)
    assert hb.grad(lambda z: (z**2).real)(z) == pytest.approx(2 * z)
    assert hb.grad(np.abs)(0j) == 0


@pytest.mark.parametrize("name", ["absolute", "modulus squared", "sign"])
def test_no_derivative_at_the_origin_is_what_the_table_says(name: str):
    value, gradient = hb.value_and_grad(lambda z: FUNCTIONS[name](z).real)(0j)
    assert value == 0
    assert gradient == 0


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "abs": lambda np, z: np.sum(np.abs(z) ** 3),
    "angle": lambda np, z: np.sum(np.angle(z)),
    "imag": lambda np, z: np.sum(np.imag(np.exp(z)) * np.real(z)),
    "conj": lambda np, z: np.real(np.sum(np.conj(z) * np.sin(z))),
    "power": lambda np, z: np.abs(np.sum(z**2.5)),
    "dot": lambda np, z: np.real(np.dot(z, np.transpose(z))[0, 1]),
    "einsum": lambda np, z: np.imag(np.einsum("ij,ij->", z, np.conj(z) ** 2)),
    "tanh": lambda np, z: np.real(np.sum(np.tanh(z) / z)),
}


@pytest.mark.parametrize("name", LOSSES)
def test_the_convention_is_that_of_autograd(name: str):
    def ours(z: Any) -> Any:
        return LOSSES[name](np, z)

    def theirs(z: Any) -> Any:
        return LOSSES[name](anp, z)

    np.testing.assert_allclose(hb.grad(ours)(Z), autograd.grad(theirs)(Z), rtol=1e-12)
