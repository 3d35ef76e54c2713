"""``numpy.linalg`` on traced values: every function, option and refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, HubelError, OptionError, ShapeError, TraceError
from hubel.graph.registry import NUMPY, load_all
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample
from tests.gates.cases.matrices import plane, positive, regular, turned
from tests.gates.functions import assert_function

A, Z = regular(3, 3), turned(3, 3)
TALL, WIDE = sample(4, 2), sample(2, 4)
STACK = regular(2, 3, 3)
TENSOR = sample(2, 3, 6) + np.eye(6).reshape(2, 3, 6)
L = np.linalg

FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "solve of a vector": (L.solve, (A, sample(3))),
    "solve of a stack and a vector": (L.solve, (STACK, sample(3))),
    "solve of mixed dtypes": (L.solve, (A, plane(3, 2))),
    "inv": (L.inv, (STACK,)),
    "det": (L.det, (STACK,)),
    "slogdet": (lambda a: L.slogdet(a)[:], (STACK,)),
    "slogdet, complex": (lambda a: L.slogdet(a)[:], (Z,)),
    "logabsdet": (lambda a: L.slogdet(a).logabsdet, (Z,)),
    "cholesky": (lambda a: L.cholesky(positive_of(a)), (A,)),
    "cholesky, upper": (lambda a: L.cholesky(positive_of(a), upper=True), (Z,)),
    "cholesky reads one triangle": (L.cholesky, (positive(A),)),
    "qr": (lambda a: L.qr(a)[:], (STACK,)),
    "qr, tall": (lambda a: L.qr(a)[:], (TALL,)),
    "qr, wide": (lambda a: L.qr(a)[:], (WIDE,)),
    "qr, complex": (lambda a: L.qr(a)[:], (plane(2, 4),)),
    "qr, complete": (lambda a: L.qr(a, mode="complete")[:], (WIDE,)),
    "r": (lambda a: L.qr(a, "r"), (TALL,)),
    "eigh": (lambda a: L.eigh(a)[:], (STACK,)),
    "eigh, upper": (lambda a: L.eigh(a, UPLO="u")[:], (A,)),
    "eigenvalues by name": (lambda a: L.eigh(a).eigenvalues, (Z,)),
    "eigvalsh": (lambda a: L.eigvalsh(a, "U"), (STACK,)),
    "svd": (lambda a: L.svd(a)[:], (STACK,)),
    "svd, tall": (lambda a: L.svd(a, full_matrices=False)[:], (TALL,)),
    "svd, wide": (lambda a: L.svd(a, full_matrices=False)[:], (WIDE,)),
    "svd, values": (lambda a: L.svd(a, compute_uv=False), (WIDE,)),
    "svd, hermitian": (lambda a: L.svd(a, hermitian=True)[:], (A - 3 * np.eye(3),)),
    "svd, hermitian values": (
        lambda a: L.svd(a, compute_uv=False, hermitian=True),
        (A - 3 * np.eye(3),),
    ),
    "svdvals": (L.svdvals, (plane(3, 2),)),
    "polar factor": (lambda a: polar(a), (Z,)),
    "pinv": (L.pinv, (TALL,)),
    "pinv, complex": (L.pinv, (plane(2, 4),)),
    "pinv, hermitian": (lambda a: L.pinv(a, hermitian=True), (A,)),
    "pinv, rtol": (lambda a: L.pinv(a, rtol=None), (TALL,)),
    "pinv, a cutoff each": (lambda a: L.pinv(a, np.array([1e-9, 1e-8])), (STACK,)),
    "lstsq of a vector": (lambda a, b: L.lstsq(a, b)[:2], (TALL, sample(4))),
    "lstsq": (lambda a, b: L.lstsq(a, b)[:2], (TALL, sample(4, 3))),
    "lstsq, wide": (lambda a, b: L.lstsq(a, b, -1)[0], (WIDE, sample(2))),
    "lstsq, complex": (lambda a, b: L.lstsq(a, b, 1e-9)[:2], (plane(4, 2), sample(4))),
    "lstsq, singular values": (lambda a: L.lstsq(a, sample(4))[3], (TALL,)),
    "matrix_power": (lambda a: L.matrix_power(a, 5), (A,)),
    "matrix_power, negative": (lambda a: L.matrix_power(a, -3), (STACK,)),
    "tensorsolve": (L.tensorsolve, (TENSOR, sample(2, 3))),
    "tensorsolve over axes": (
        lambda a, b: L.tensorsolve(a, b, axes=(0,)),
        (np.moveaxis(TENSOR, -1, 0), sample(2, 3)),
    ),
    "tensorinv": (L.tensorinv, (TENSOR,)),
    "tensorinv, one axis": (lambda a: L.tensorinv(a, ind=1), (A,)),
    "multi_dot": (
        lambda *m: L.multi_dot(m),
        (sample(2, 5), sample(5, 3), plane(3, 4), sample(4, 2)),
    ),
    "multi_dot of vectors": (lambda *m: L.multi_dot(m), (sample(3), A, sample(3))),
    "multi_dot of a row": (lambda *m: L.multi_dot(m), (sample(3), A)),
    "multi_dot of a column": (lambda *m: L.multi_dot(m), (A, sample(3))),
    "matmul": (L.matmul, (STACK, A)),
    "matrix_transpose": (L.matrix_transpose, (STACK,)),
    "tensordot": (L.tensordot, (STACK, A)),
    "vecdot": (L.vecdot, (Z, A)),
    "cross": (L.cross, (A, Z)),
    "outer": (L.outer, (sample(3), plane(2))),
    "trace": (lambda a: L.trace(a, offset=1), (STACK,)),
    "diagonal": (lambda a: L.diagonal(a, offset=-1), (STACK,)),
}


def positive_of(a: Any) -> Any:
    """Give a Hermitian matrix in functions that traced values know."""
    return a @ np.conjugate(a).T + np.eye(3)


def polar(a: Any) -> Any:
    """Give the nearest unitary matrix: U V^H, smooth at equal singular values."""
    u, _, vh = np.linalg.svd(a)
    return u @ vh


def test_every_function_means_something():
    load_all()
    names = [name for name in L.__all__ if name != "LinAlgError"]
    assert [name for name in names if getattr(L, name) not in NUMPY] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_matrices(name: str):
    f, args = FUNCTIONS[name]
    if name == "eigenvalues by name":
        assert_function(f, *args, tolerance=1e-11)
    else:
        assert_function(f, *args)


ORDERS = {
    "vectors": (None, 1, 2, 3, 2.5, -1, np.inf, -np.inf),
    "matrices": (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf),
}


@pytest.mark.parametrize("order", ORDERS["vectors"])
@pytest.mark.parametrize("x", [sample(2, 3), plane(2, 3)], ids=["real", "complex"])
def test_a_norm_of_vectors(order: Any, x: Any):
    assert_function(lambda x: L.norm(x, order, axis=1), x)
    assert_function(lambda x: L.norm(x[0], order), x)
    if order is not None:
        assert_function(lambda x: L.vector_norm(x, ord=order), x)
        assert_as_numpy(
            lambda x: L.vector_norm(x, ord=order, axis=(1, 0), keepdims=True),
            x,
            exactly=False,
        )


@pytest.mark.parametrize("order", ORDERS["matrices"])
@pytest.mark.parametrize(
    "x", [sample(3, 2, 4), plane(3, 2, 4)], ids=["real", "complex"]
)
def test_a_norm_of_matrices(order: Any, x: Any):
    assert_function(lambda x: L.norm(x, order, axis=(2, 0)), x)
    assert_function(lambda x: L.norm(x[1], order), x)
    if order is not None:
        assert_function(lambda x: L.matrix_norm(x, ord=order, keepdims=True), x)


def test_a_norm_of_everything():
    assert_function(L.norm, sample(2, 3, 4))
    assert_function(lambda x: L.norm(x, keepdims=True), plane(2, 3))
    assert_as_numpy(lambda x: L.norm(x, 3), np.arange(4), exactly=False)
    assert_as_numpy(lambda x: L.norm(x, 0, axis=0), np.array([[0, 1], [2, 3j]]))
    assert_as_numpy(L.norm, np.arange(4).astype(np.float32), exactly=False)


@pytest.mark.parametrize("p", [None, 2, -2, 1, -1, "fro", "nuc", np.inf, -np.inf])
def test_a_condition_number(p: Any):
    assert_function(lambda x: L.cond(x, p), STACK)
    assert_as_numpy(lambda x: L.cond(x, p), Z.astype(np.complex64), exactly=False)


def test_a_condition_number_is_infinite_where_nothing_is_left():
    assert_as_numpy(L.cond, np.zeros((2, 2)))
    assert_as_numpy(lambda x: L.cond(x), np.diag([1.0, 0.0]))


RANKS: dict[str, Callable[..., Any]] = {
    "as it is": L.matrix_rank,
    "tol": lambda a: L.matrix_rank(a, tol=2.5),
    "a tol each": lambda a: L.matrix_rank(a, tol=[2.5, 1e-9]),
    "rtol": lambda a: L.matrix_rank(a, rtol=0.7),
    "hermitian": lambda a: L.matrix_rank(a, hermitian=True),
    "of a vector": lambda a: L.matrix_rank(a[0, 0]),
    "of zeros": lambda a: L.matrix_rank(0 * a),
}


@pytest.mark.parametrize("name", RANKS)
def test_a_rank_is_a_whole_number(name: str):
    for found in evaluated_results(RANKS[name], STACK):
        np.testing.assert_array_equal(found, RANKS[name](STACK))
        assert np.asarray(found).dtype.kind == "i"


def test_the_rank_of_least_squares_is_a_whole_number():
    found = evaluated_results(lambda a: L.lstsq(a, sample(4))[2], TALL)[0]
    assert found == 2
    assert found.dtype == np.int32


def test_powers_of_zero_are_the_identity():
    assert_as_numpy(lambda a: L.matrix_power(a, 0), STACK.astype(np.float32))


def test_eigenvalues_of_any_matrix_are_complex_numbers():
    for a in (A, STACK, np.array([[0.0, 1.0], [-1.0, 0.5]]), Z):
        values, vectors = evaluated_results(L.eig, a)
        expected = L.eig(a)
        np.testing.assert_allclose(values, expected.eigenvalues, atol=1e-15)
        np.testing.assert_allclose(vectors, expected.eigenvectors, atol=1e-15)
        assert values.dtype == vectors.dtype == np.complex128
        np.testing.assert_array_equal(evaluated_results(L.eigvals, a)[0], values)
    assert evaluated_results(L.eigvals, A.astype(np.float32))[0].dtype == np.complex64


def test_results_are_the_named_tuples_of_numpy():
    for name in ("eig", "eigh", "qr", "slogdet", "svd"):
        function = getattr(L, name)
        found = hb.jvp(function, (A,), (A,))[0]
        assert type(found) is type(function(A))


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.int64, np.bool_])
def test_dtypes_are_numpys(dtype: Any):
    a = np.array([[2, 0, 1], [0, 3, 1], [1, 1, 4]])
    a = (a if dtype is not np.bool_ else np.eye(3)).astype(dtype)
    several: list[Callable[[Any], Any]] = [
        *(L.inv, L.det, L.eigvalsh, L.svdvals, L.pinv, L.norm, L.cond, L.cholesky),
        lambda a: L.solve(a, a[0]),
        lambda a: (*L.slogdet(a), *L.eigh(a), *L.qr(a), *L.svd(a)),
        lambda a: L.lstsq(a, a)[0],
        lambda a: L.lstsq(a[:, :2], a)[1:],
        lambda a: L.matrix_power(a, -1),
    ]
    for f in several:
        expected = np.asarray(f(a)[0] if isinstance(f(a), tuple) else f(a)).dtype
        for each, known in zip(evaluated_results(f, a), flat(f(a)), strict=True):
            np.testing.assert_allclose(each, known, rtol=1e-5, atol=1e-6)
            assert np.asarray(each).dtype == np.asarray(known).dtype, expected


def flat(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,)


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "inv": lambda np, a: np.sum(np.linalg.inv(a) ** 2),
    "det": lambda np, a: np.linalg.det(a) ** 2,
    "slogdet": lambda np, a: np.linalg.slogdet(a)[1] ** 2,
    "solve": lambda np, a: np.sum(np.linalg.solve(a, a[0]) ** 2),
    "pinv": lambda np, a: np.sum(np.linalg.pinv(a[:, :2]) ** 3),
    "norm": lambda np, a: np.linalg.norm(a) + np.linalg.norm(a[0], 3),
    "nuclear norm": lambda np, a: np.linalg.norm(a, "nuc"),
    "svd": lambda np, a: np.sum(np.linalg.svd(a, full_matrices=False)[0] ** 4),
    "eigh": lambda np, a: np.sum(np.linalg.eigh(a @ a.T)[1][:, 0] ** 4),
    "cholesky": lambda np, a: np.sum(np.linalg.cholesky(a @ a.T) ** 3),
    "eig": lambda np, a: np.sum(np.abs(np.linalg.eig(a)[0]) ** 3),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_autograd(name: str):
    def ours(a: Any) -> Any:
        return LOSSES[name](np, a)

    def theirs(a: Any) -> Any:
        return LOSSES[name](anp, a)

    found = hb.grad(ours)(A)
    np.testing.assert_allclose(found, autograd.grad(theirs)(A), rtol=1e-9, atol=1e-10)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "qr, complete": (lambda a: L.qr(a, "complete"), TraceError, "mode='reduced'"),
    "qr, raw": (lambda a: L.qr(a[:2], "raw"), TraceError, "mode='reduced'"),
    "qr, mode": (lambda a: L.qr(a, "other"), OptionError, "reduced, complete or r"),
    "svd": (lambda a: L.svd(a), TraceError, "full_matrices=False"),
    "inv": (lambda a: L.inv(a), ShapeError, "4 rows and 2 columns"),
    "det of a vector": (lambda a: L.det(a[0]), ShapeError, "two axes"),
    "half precision": (lambda a: L.svdvals(a.astype("f2")), DTypeError, "float32"),
    "solve": (lambda a: L.solve(a[:2], a), ShapeError, "counts equations"),
    "stack": (lambda a: L.solve(a[:2], a[:1]), ShapeError, "counts equations"),
    "uplo": (lambda a: L.eigh(a[:2], "X"), OptionError, "L or U"),
    "order of a vector": (lambda a: L.norm(a[0], "nuc"), OptionError, "number"),
    "order of a matrix": (lambda a: L.norm(a, 3), OptionError, "fro, nuc"),
    "axes": (lambda a: L.norm(a[None], 2), ShapeError, "axis="),
    "one axis twice": (lambda a: L.norm(a, 1, (0, -2)), ShapeError, "twice"),
    "both": (lambda a: L.pinv(a, 1.0, rtol=1.0), OptionError, "give one"),
    "tolerances": (lambda a: L.matrix_rank(a, 1, rtol=1), OptionError, "give one"),
    "empty": (lambda a: L.cond(a[:0]), ShapeError, "empty"),
    "least squares": (lambda a: L.lstsq(a, a[:2]), ShapeError, "as many rows"),
    "a stack of them": (lambda a: L.lstsq(a[None], a), ShapeError, "np.linalg.pinv"),
    "tensorinv": (lambda a: L.tensorinv(a, ind=1), ShapeError, "as many elements"),
    "tensorsolve": (lambda a: L.tensorsolve(a, a), ShapeError, "as many elements"),
    "multi_dot of one": (lambda a: L.multi_dot([a]), ShapeError, "2 are needed"),
    "multi_dot": (lambda a: L.multi_dot([a, a[None]]), ShapeError, "matrices"),
    "outer": (lambda a: L.outer(a, a), ShapeError, "np.outer"),
    "out": (lambda a: L.multi_dot([a, a.T], out=A), TraceError, "out="),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_with_the_users_line(name: str):
    f, error, words = REFUSED[name]

    def values(a: Any) -> Any:
        return f(a)

    for run in (
        lambda: hb.jvp(values, (TALL,), (TALL,)),
        lambda: evaluated_results(values, TALL),
    ):
        with pytest.raises(error, match=words) as caught:
            run()
        assert __file__ in caught.value.where


def test_a_cutoff_that_is_not_known_is_refused():
    with pytest.raises(TraceError, match=r"the cutoff of np\.linalg\.pinv"):
        evaluated_results(lambda a: L.pinv(a, a[0, 0]), TALL)
