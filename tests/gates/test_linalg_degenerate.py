"""Equal eigenvalues, equal and zero singular values, singular matrices, norms of 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from tests.gates.case import sample
from tests.gates.cases.matrices import plane
from tests.gates.functions import assert_function

L = np.linalg
EYE = np.eye(3)
TURN = L.qr(sample(3, 3)).Q
TURN_C = L.qr(plane(3, 3)).Q
PAIR = TURN @ np.diag([2.0, 2.0, -1.0]) @ TURN.T
"""A symmetric matrix of which two eigenvalues are equal."""

FUNCTIONS: dict[str, tuple[Callable[..., Any], Any]] = {
    "eigh, sum": (lambda a: np.sum(L.eigvalsh(a)), EYE),
    "eigh, product": (lambda a: np.prod(L.eigh(a)[0]), PAIR),
    "eig, sum": (lambda a: np.sum(L.eigvals(a)).real, EYE),
    "eigh, projector": (lambda a: projector(a), PAIR),
    "polar factor": (lambda a: polar(a), TURN),
    "polar factor, complex": (lambda a: polar(a), 2 * TURN_C),
    "polar factor, tall": (lambda a: polar(a), TURN[:, :2]),
    "nuclear norm": (lambda a: L.norm(a, "nuc"), 2 * EYE),
    "squares of singular values": (lambda a: np.sum(L.svdvals(a) ** 2), EYE),
}


def projector(a: Any) -> Any:
    """Give the projector on the eigenvectors of the two largest values."""
    vectors = np.linalg.eigh(a).eigenvectors[:, 1:]
    return vectors @ vectors.T


def polar(a: Any) -> Any:
    """Give the nearest matrix with orthonormal columns."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u @ vh


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_without_a_turn_is_differentiated_at_equal_values(name: str):
    f, a = FUNCTIONS[name]
    assert_function(f, a, order=1)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_second_derivative_at_equal_values_is_nan_and_not_wrong(name: str):
    f, a = FUNCTIONS[name]

    def gradient(a: Any) -> Any:
        return hb.grad(lambda a: np.sum(np.abs(f(a)) ** 2))(a)

    assert np.all(np.isfinite(gradient(a)))
    second = hb.jvp(gradient, (a,), (sample(*a.shape) * a.dtype.type(1),))[1]
    read = np.tri(3, dtype=bool) if "eigh" in name else True
    assert np.all(np.isnan(second), where=read)


def test_equal_values_up_to_rounding_count_as_equal():
    a = PAIR + 1e-16 * (sample(3, 3) + sample(3, 3).T)
    gradient = hb.grad(lambda a: np.sum(projector(a) ** 2))(a)
    np.testing.assert_allclose(gradient, np.zeros((3, 3)), atol=1e-14)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
@pytest.mark.parametrize("rank", [0, 1])
def test_vectors_of_matrices_without_full_rank_have_finite_gradients(
    shape: tuple[int, int], rank: int
):
    a = rank * np.outer(sample(shape[0]), sample(shape[1], seed=1))

    def loss(a: Any) -> Any:
        return np.sum(polar(a) ** 3)

    assert np.all(np.isfinite(hb.grad(loss)(a)))
    assert np.isfinite(hb.jvp(loss, (a,), (sample(*shape, seed=2),))[1])


def test_equal_singular_values_share_the_gradient_of_the_greatest():
    gradient = hb.grad(lambda a: L.norm(a, 2))(EYE)
    np.testing.assert_allclose(gradient, EYE / 3, atol=1e-15)


NORMS: dict[str, Callable[[Any], Any]] = {
    "length": L.norm,
    "length of rows": lambda x: np.sum(L.norm(x, axis=1)),
    "greatest": lambda x: L.norm(x[0], np.inf),
    "sum": lambda x: L.norm(x[0], 1),
    "cubic": lambda x: L.norm(x[0], 3),
    "vector": L.vector_norm,
    "matrix": L.matrix_norm,
    "rows": lambda x: L.norm(x, np.inf),
}


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_a_norm_has_gradient_0_at_0(name: str, dtype: Any):
    zeros = np.zeros((2, 3), dtype)
    np.testing.assert_array_equal(hb.grad(NORMS[name])(zeros), zeros)
    assert hb.jvp(NORMS[name], (zeros,), (zeros + 1,))[1] == 0


def test_a_row_of_zeros_does_not_touch_the_others():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    gradient = hb.grad(lambda x: np.sum(L.norm(x, axis=1)))(x)
    np.testing.assert_allclose(gradient, [[0.6, 0.8], [0, 0]])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_determinant_is_differentiated_at_every_rank(n: int):
    for rank in range(n + 1):
        a = sample(n, rank) @ sample(rank, n, seed=1)
        cofactors = np.array(
            [
                [
                    (-1) ** (i + j) * L.det(np.delete(np.delete(a, i, 0), j, 1))
                    for j in range(n)
                ]
                for i in range(n)
            ]
        )
        np.testing.assert_allclose(hb.grad(L.det)(a), cofactors, atol=1e-14)


def test_the_third_derivative_of_a_determinant():
    def cubed(a: Any) -> Any:
        return hb.grad(lambda a: np.sum(hb.grad(L.det)(a) ** 2))(a)

    assert_function(cubed, sample(3, 3) + 2 * EYE, order=2, tolerance=1e-11)


def test_a_singular_matrix_is_refused_as_numpy_does():
    for f in (L.inv, lambda a: L.solve(a, EYE)):
        with pytest.raises(L.LinAlgError, match="Singular"):
            hb.jvp(f, (0 * EYE,), (EYE,))
