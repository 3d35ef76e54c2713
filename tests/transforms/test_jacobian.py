"""Jacobians, Hessians and their products: values, structure, shapes and errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import hubel as hb
from hubel.compiler.passes import run_passes
from hubel.errors import DifferentiationError, OptionError, ZeroGradientWarning
from hubel.graph.cost import total
from hubel.structure import (
    Applied,
    Banded,
    Block,
    BlockDiagonal,
    Composed,
    Dense,
    Diagonal,
    Kronecker,
    LowRank,
    Operator,
    Scatter,
    Selection,
    Sum,
    Zero,
)
from hubel.tracing.program import trace_program
from tests.compiler.programs import FUNCTIONS, SEEDS, arguments

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=60)
BATCH = RANDOM.normal(size=(6, 5))
W = RANDOM.normal(size=(5, 4))
V = RANDOM.normal(size=(4, 3))
TALL = RANDOM.normal(size=(60, 2))


def by_differences(f, x, step=1e-6):
    """Return the dense Jacobian by central differences."""
    columns = []
    for place in range(x.size):
        move = np.zeros(x.size)
        move[place] = step
        move = move.reshape(x.shape)
        columns.append((f(x + move) - f(x - move)) / (2 * step))
    y = np.asarray(f(x))
    return np.stack(columns, -1).reshape(y.shape + x.shape)


FUNCTIONS_OF_ONE = [
    (lambda x: np.maximum(x, 0), X, Diagonal),
    (lambda x: np.tanh(np.sin(x) * 2) + x, X, Diagonal),
    (lambda x: x.reshape(10, 6).T, X, Selection),
    (lambda x: x[::-1][3:20] * 2, X, Selection),
    (lambda x: np.sort(x), X, Selection),
    (lambda x: x.reshape(10, 6).mean(axis=0), X, Scatter),
    (lambda x: np.max(x.reshape(10, 6), axis=1), X, Scatter),
    (lambda x: x[1:] * x[:-1], X, Banded),
    (lambda x: x / np.sqrt((x * x).sum()), X, Sum),
    (lambda x: TALL @ (TALL.T @ x), X, LowRank),
    (lambda x: W.T @ np.tanh(x), BATCH[0], Dense),
    (lambda w: np.tanh(BATCH @ w).sum(axis=1), W, Dense),
    (lambda a: np.linalg.solve(a @ a.T + np.eye(5), BATCH[0]), BATCH[:5], Dense),
    (lambda x: x @ W, BATCH, Kronecker),
    (lambda w: BATCH @ w, W, Kronecker),
    (lambda x: np.tanh(np.tanh(x @ W) @ V), BATCH, BlockDiagonal),
    (lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True), BATCH, BlockDiagonal),
    (lambda x: np.stack([x, x * 2]), X, Operator),
    (lambda x: np.cumsum(np.tanh(x)), X, Dense),
    (lambda x: np.floor(x) * x, X, Diagonal),
    (lambda x: x.sum(), X, Dense),
]


@pytest.mark.parametrize(("f", "x", "kind"), FUNCTIONS_OF_ONE)
def test_the_structure_is_kept_and_the_entries_are_right(f, x, kind):
    operator = hb.jacobian(f)(x)
    assert isinstance(operator, kind)
    dense = np.asarray(operator)
    assert dense.shape == np.shape(f(x)) + x.shape
    np.testing.assert_allclose(dense, by_differences(f, x), atol=1e-8)
    for mode in (hb.jacfwd, hb.jacrev):
        np.testing.assert_allclose(np.asarray(mode(f)(x)), dense, rtol=0, atol=1e-12)
    t, u = RANDOM.normal(size=operator.shape[1]), RANDOM.normal(size=operator.shape[0])
    matrix = dense.reshape(operator.shape)
    np.testing.assert_allclose(operator @ t, matrix @ t, atol=1e-12)
    np.testing.assert_allclose(operator.T @ u, matrix.T @ u, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(FUNCTIONS, SEEDS)
@pytest.mark.filterwarnings("ignore::hubel.errors.ZeroGradientWarning")
def test_random_programs_have_one_jacobian_however_it_is_found(program, seed):
    point = tuple(arguments(seed).values())
    places = (0, 1, 2, 3)
    with np.errstate(all="ignore"):
        found = [
            hb.jacobian(program, places, mode)(*point)
            for mode in ("auto", "forward", "reverse")
        ]
    # Sweeps round to float32 on the way, products of local gradients do not.
    rough = 1e-6 if any(step[0] == "narrow" for step in program.steps) else 1e-10
    for key, block in found[0].blocks.items():
        dense = np.asarray(block)
        for other in found[1:]:
            expected = np.asarray(other.blocks[key])
            scale = 1 + np.max(np.abs(expected), initial=0)
            np.testing.assert_allclose(dense, expected, rtol=0, atol=rough * scale)


def test_an_elementwise_chain_of_4096_is_a_diagonal_without_a_sweep():
    x = RANDOM.normal(size=4096)
    operator = hb.jacobian(lambda x: np.maximum(np.tanh(x) * 3, 0))(x)
    assert isinstance(operator, Diagonal)
    assert operator.nbytes == 8 * 4096
    account = operator.explain()
    assert (account.way, account.sweeps) == ("structure", 0)
    assert account.otherwise["forward"] > 100 * account.spent
    assert "0 sweeps" in str(hb.explain(operator))


def test_one_result_takes_one_reverse_sweep_and_one_input_one_forward_sweep():
    account = hb.jacobian(lambda x: np.sin(x).sum())(X).explain()
    assert (account.way, account.sweeps) == ("reverse", 1)
    operator = hb.jacobian(lambda t: t * X)(2.0)
    assert (operator.explain().way, operator.explain().sweeps) == ("forward", 1)
    np.testing.assert_array_equal(np.asarray(operator), X)


def test_a_long_chain_through_a_narrow_place_stays_thin():
    operator = hb.jacobian(lambda x: TALL @ np.tanh(TALL.T @ np.sin(x)))(X)
    assert isinstance(operator, LowRank)
    assert operator.nbytes == 2 * 60 * 2 * 8


WEIGHTS = [RANDOM.normal(size=s) for s in ((40, 90), (90, 30), (30, 80), (80, 70))]


def test_a_chain_of_matrices_is_multiplied_in_the_best_order():
    def net(x):
        for w in reversed(WEIGHTS):
            x = np.tanh(w @ x)
        return x

    x = RANDOM.normal(size=70)
    operator = hb.jacobian(net)(x)
    np.testing.assert_allclose(
        operator.todense(), hb.jacrev(net)(x).todense(), rtol=1e-9, atol=1e-13
    )
    account = operator.explain()
    assert account.way == "structure"
    # (W0 W1) (W2 W3), where a forward sweep multiplies from the right.
    best, forward = 40 * 90 * 30 + 30 * 80 * 70 + 40 * 30 * 70, 700_000
    assert (
        f"4 matrices in a chain are multiplied in the order that takes {best:.3g}"
        in (account.why)
    )
    assert account.spent < forward


def test_a_chain_whose_parts_are_used_twice_is_right():
    a, b = RANDOM.normal(size=(2, 12, 12))

    def net(x):
        y = a @ np.tanh(b @ x)
        z = b @ np.sin(a @ y) + y
        return np.concatenate([b @ z, (a @ (z * y))[::-1], np.cumsum(z)])

    x = RANDOM.normal(size=12)
    found, expected = hb.jacobian(net)(x), hb.jacrev(net)(x)
    np.testing.assert_allclose(found.todense(), expected.todense(), rtol=1e-9)


def test_what_is_not_cheaper_by_structure_is_swept():
    operator = hb.jacobian(np.tanh, structure="dense")(X)
    assert isinstance(operator, Dense)
    assert operator.explain().sweeps == 60
    assert operator.explain().otherwise.keys() == {"reverse"}


def local_in_blocks(x):
    """Mix inside blocks of 30."""
    return np.cumsum(x.reshape(40, 30), axis=1).reshape(-1) ** 2


def test_an_arrow_takes_three_sweeps_in_both_modes():
    def arrow(x):
        head = np.reshape((x**3).sum(), (1,))
        return np.concatenate([head, (x**2 * x[0])[1:]])

    x = RANDOM.normal(size=1000)
    operator = hb.jacobian(arrow, structure="sparse")(x)
    assert operator.explain().sweeps == 3
    plain = hb.jacobian(arrow)(x)
    assert plain.explain().sweeps == 0
    t = RANDOM.normal(size=1000)
    np.testing.assert_allclose(operator @ t, plain @ t, rtol=1e-12)


def test_a_pattern_of_few_colours_is_swept_together():
    x = RANDOM.normal(size=1200)
    operator = hb.jacobian(local_in_blocks, structure="sparse")(x)
    assert operator.explain().way == "compressed"
    assert operator.explain().sweeps == 30
    t = RANDOM.normal(size=1200)
    _, expected = hb.jvp(local_in_blocks, (x,), (t,))
    np.testing.assert_allclose(operator @ t, expected, atol=1e-12)
    tridiagonal = hb.jacobian(lambda x: np.diff(x**2, 2), structure="sparse")(X)
    assert isinstance(tridiagonal, Banded)
    assert tridiagonal.explain().sweeps == 3


def test_operators_made_from_jacobians_have_no_account():
    operator = hb.jacobian(np.tanh)(X)
    with pytest.raises(DifferentiationError, match="no account"):
        (operator @ operator).explain()


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_trees_give_blocks_by_the_paths_of_leaves(mode):
    def f(p, scale):
        return {"y": p["w"] @ p["x"] * scale, "n": (p["x"].sum(), 2.0)}

    point = {"w": W, "x": V[:, 0]}
    operator = hb.jacobian(f, mode=mode)(point, 3.0)
    assert isinstance(operator, Block)
    assert list(operator.rows) == ["y", "n.0", "n.1"]
    assert list(operator.columns) == ["w", "x"]
    np.testing.assert_allclose(np.asarray(operator["y", "x"]), 3 * W)
    np.testing.assert_array_equal(np.asarray(operator["n.0", "x"]), np.ones(4))
    assert isinstance(operator["n.1", "w"], Zero)
    both = hb.jacobian(f, (0, 1), mode=mode)(point, 3.0)
    assert list(both.columns) == ["0.w", "0.x", "1"]
    np.testing.assert_allclose(np.asarray(both["y", "1"]), W @ V[:, 0])


def test_scalars_of_scalars_have_no_axes():
    operator = hb.jacobian(np.sin)(1.0)
    assert np.asarray(operator).shape == ()
    assert float(np.asarray(operator)) == np.cos(1.0)


def test_dtypes_stay():
    x = X.astype(np.float32)
    for f in (np.tanh, lambda x: np.cumsum(x) * x, lambda x: x[1:] - x[:-1], np.sum):
        for mode in ("auto", "forward", "reverse"):
            assert np.asarray(hb.jacobian(f, mode=mode)(x)).dtype == np.float32


def test_integers_are_refused_by_name():
    with pytest.raises(DifferentiationError, match=r"argument 1 of .* is int64"):
        hb.jacobian(lambda x, n: x * n, 1)(X, np.arange(60))
    with pytest.raises(OptionError, match="use one of auto, forward, reverse"):
        hb.jacobian(np.sin, mode="backwards")
    with pytest.raises(OptionError, match="use one of auto, sparse, dense"):
        hb.jacobian(np.sin, structure="thin")
    with pytest.raises(DifferentiationError, match="returned str at word"):
        hb.jacobian(lambda x: {"y": x, "word": "no"})(X)


def test_results_that_are_whole_numbers_have_zero_derivative():
    with pytest.warns(ZeroGradientWarning, match="argsort"):
        operator = hb.jacobian(lambda x: np.argsort(x) * 1.0)(X)
    assert isinstance(operator, Zero)


def test_exact_zeros_annihilate_infinite_local_gradients():
    operator = hb.jacobian(lambda x: np.where(x > 0, np.sqrt(x), 0.0))(np.zeros(3))
    np.testing.assert_array_equal(np.asarray(operator), np.zeros((3, 3)))


# Complex -----------------------------------------------------------------------

Z = X[:5] + 1j * X[5:10]


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_complex_derivatives(mode):
    holomorphic = np.asarray(hb.jacobian(lambda z: np.exp(z) * z[0], mode=mode)(Z))
    expected = np.diag(np.exp(Z) * Z[0])
    expected[:, 0] += np.exp(Z)
    np.testing.assert_allclose(holomorphic, expected, rtol=1e-12)
    real = np.asarray(hb.jacobian(np.abs, mode=mode)(Z))
    np.testing.assert_allclose(real, np.diag(Z.conj() / np.abs(Z)), rtol=1e-12)
    turned = np.asarray(hb.jacobian(lambda x: np.exp(1j * x), mode=mode)(X[:5]))
    np.testing.assert_allclose(turned, np.diag(1j * np.exp(1j * X[:5])), rtol=1e-12)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_functions_that_are_not_holomorphic_are_refused(mode):
    with pytest.raises(DifferentiationError, match="not a holomorphic function"):
        hb.jacobian(lambda z: z * np.conj(z[::-1]), mode=mode)(Z)


def test_products_of_complex_linearizations():
    y, operator = hb.linearize(lambda x: np.exp(1j * x), X[:5])
    matrix = np.diag(1j * y)
    np.testing.assert_allclose(operator @ X[:5], matrix @ X[:5], rtol=1e-12)
    np.testing.assert_allclose(operator @ Z, matrix @ Z, rtol=1e-12)
    np.testing.assert_allclose(operator.T @ Z, matrix.T @ Z, rtol=1e-12)


# Linearisation -----------------------------------------------------------------


def test_linearize_writes_nothing_down():
    matrices = [RANDOM.normal(size=(2000, 2000)) for _ in range(2)]

    def f(x):
        return np.fft.irfft(np.fft.rfft(np.tanh(matrices[1] @ x)) * np.arange(1001.0))

    x = RANDOM.normal(size=2000)
    y, operator = hb.linearize(f, x)
    np.testing.assert_allclose(y, f(x))
    assert isinstance(operator, Applied)
    assert operator.explain().way == "products"
    t, u = RANDOM.normal(size=2000), RANDOM.normal(size=2000)
    np.testing.assert_allclose(operator @ t, hb.jvp(f, (x,), (t,))[1], rtol=1e-12)
    np.testing.assert_allclose(operator.T @ u, hb.vjp(f, x)[1](u)[0], rtol=1e-12)


def test_linearize_of_several_arguments_keeps_structure():
    y, operator = hb.linearize(lambda a, b: a * b, X, X + 1)
    np.testing.assert_array_equal(y, X * (X + 1))
    assert isinstance(operator["0"], Diagonal)
    np.testing.assert_array_equal(operator["1"].diagonal(), X)


def test_what_would_be_too_large_is_an_operator_of_products():
    x = RANDOM.normal(size=40_000)
    operator = hb.jacobian(lambda x: np.cumsum(np.tanh(x)))(x)
    assert isinstance(operator, Applied | Composed)
    ahead = np.cumsum(1 - np.tanh(x) ** 2)
    np.testing.assert_allclose(operator @ np.ones(x.size), ahead)


# Second order --------------------------------------------------------------------


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def test_hessians_keep_structure_and_are_symmetric():
    assert isinstance(hb.hessian(lambda x: (np.sin(x) ** 2).sum())(X), Diagonal)
    operator = hb.hessian(rosenbrock)(X)
    assert isinstance(operator, Banded)
    dense = np.asarray(operator)
    np.testing.assert_allclose(dense, dense.T, rtol=1e-12)
    expected = by_differences(hb.grad(rosenbrock), X)
    np.testing.assert_allclose(dense, expected, rtol=1e-6, atol=1e-5)
    full = np.asarray(hb.hessian(lambda x: np.tanh(W.T @ x).prod())(BATCH[0]))
    np.testing.assert_array_equal(full, full.T)


def test_the_hessian_of_a_tree_has_blocks():
    operator = hb.hessian(lambda p: (p["a"] * p["b"]).sum())({"a": X[:3], "b": X[3:6]})
    np.testing.assert_array_equal(np.asarray(operator["a", "b"]), np.eye(3))
    np.testing.assert_array_equal(np.asarray(operator["a", "a"]), np.zeros((3, 3)))


def net(x):
    return np.log(np.cosh(np.tanh(x @ W) @ V)).sum()


@pytest.mark.parametrize(("f", "x"), [(rosenbrock, X), (net, BATCH)])
def test_hessian_vector_products_cost_at_most_eight_functions(f, x):
    direction = RANDOM.normal(size=x.shape)
    found = hb.hvp(f, x, direction)
    hessian = np.asarray(hb.hessian(f)(x)).reshape(x.size, x.size)
    np.testing.assert_allclose(found.reshape(-1), hessian @ direction.reshape(-1))
    product = trace_program(lambda x, v: hb.hvp(f, x, v), (x, direction), {}).graph
    alone = trace_program(f, (x,), {}).graph
    assert total(run_passes(product))[0] <= 8 * total(run_passes(alone))[0]


# Nesting -------------------------------------------------------------------------


def test_transforms_differentiate_the_dense_meaning():
    def size(x):
        return (np.asarray(hb.jacobian(np.sin)(x)) ** 2).sum()

    def traced_size(x):
        return (hb.jacobian(lambda x: np.sin(x) * x[0])(x) ** 2).sum()

    x = X[:4]
    np.testing.assert_allclose(
        hb.grad(traced_size)(x), by_differences(traced_size_of, x), atol=1e-7
    )
    assert size(x) == pytest.approx((np.cos(x) ** 2).sum())


def traced_size_of(x):
    dense = np.asarray(hb.jacobian(lambda x: np.sin(x) * x[0])(x))
    return (dense**2).sum()


def test_third_derivatives_of_jacobians_of_gradients():
    def cube(x):
        return (x**3).sum() + x[0] * x[1] * x[2]

    third = hb.jacobian(hb.jacobian(hb.grad(cube)))(X[:3])
    expected = np.zeros((3, 3, 3))
    for i, j, k in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]:
        expected[i, j, k] = 1
    expected[[0, 1, 2], [0, 1, 2], [0, 1, 2]] = 6
    np.testing.assert_allclose(np.asarray(third), expected, atol=1e-12)


def test_jacobians_compile():
    def f(p):
        return {"y": np.sin(p["a"]) * p["b"]}

    point = {"a": X[:3], "b": X[3:6]}
    found = hb.compile(hb.jacobian(f))(point)
    expected = hb.jacobian(f)(point)
    for leaf in ("a", "b"):
        dense = np.asarray(expected["y", leaf])
        np.testing.assert_allclose(found["y"][leaf], dense, rtol=1e-12)
    both = hb.compile(hb.jacobian(lambda a, b: a * b, (0, 1)))(X[:3], X[3:6])
    np.testing.assert_allclose(both[0], np.diag(X[3:6]))
    value, matrix = hb.compile(lambda x: hb.linearize(np.tanh, x))(X[:3])
    np.testing.assert_allclose(matrix, np.diag(1 - value**2))


def test_a_captured_traced_value_is_differentiated_too():
    def f(scale):
        return hb.jacobian(lambda x: x * scale)(X[:3]).sum()

    assert hb.grad(f)(2.0) == pytest.approx(3.0)
