"""Reading and adding where index arrays say: kernels, right and safe at every index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hubel as hb
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.native import HostCall
from hubel.compiler.reach import reach
from hubel.graph.evaluate import evaluate
from hubel.tracing.tree import flatten
from tests.compiler.programs import alike
from tests.native import skip_without_native

RNG = np.random.default_rng(0)
ROWS, COLUMNS = RNG.integers(-60, 60, 45), RNG.integers(-40, 40, 45)
LABELS = RNG.integers(0, 40, 60)
X = RNG.normal(size=(60, 40))
COUNT = np.arange(60)


@pytest.fixture(autouse=True)
def _native():
    skip_without_native()


def votes(x: Any, size: int = 8) -> Any:
    """Vote into a histogram for each row."""
    total = hb.zeros((len(x), size), x.dtype)
    places = np.rint(3 * x).astype(np.int64) % size
    np.add.at(total, (np.arange(len(x))[:, None], places), abs(x))
    return total


def two_votes(x: Any) -> Any:
    """Share each vote between neighbouring places, beside sums of the rows."""
    low = np.floor(3 * x)
    share, place = 3 * x - low, low.astype(np.int32)
    total = hb.zeros((len(x), 7), x.dtype)
    for part, at in ((1 - share, place % 7), (share, (place + 1) % 7)):
        np.add.at(total, (np.arange(len(x))[:, None], at), part)
    return total, share.sum(axis=1)


def means(x: Any, labels: Any) -> Any:
    """Sum the rows of each label."""
    total = hb.zeros((40, x.shape[1]), x.dtype)
    np.add.at(total, labels, x * 2)
    return total


def one_place(x: Any) -> Any:
    """Vote for one place per row, twice."""
    total = hb.zeros(5, x.dtype)
    np.add.at(total, np.repeat(np.arange(len(x)) % 5, 2), np.sin(x[:, :2]).reshape(-1))
    return total


PICKS: dict[str, tuple[Any, ...]] = {
    "rows": (lambda x, i: np.tanh(x[i]) * 2, X, ROWS),
    "columns": (lambda x, i: x[:, i] + 1, X, COLUMNS),
    "pairs": (lambda x, i, j: x[i, j] ** 2, X, ROWS, COLUMNS),
    "block": (lambda x, i, j: x[i[:, None], j].sum(axis=0), X, ROWS, COLUMNS),
    "labels": (lambda x, k: x[COUNT, k] * k, X, LABELS),
    "turned": (lambda x, k: x.T[k, COUNT] - x[COUNT[:40], COUNT[:40]].sum(), X, LABELS),
    "of what is computed": (lambda x, i: np.tanh(x)[i] * np.tanh(x)[0], X, ROWS),
    "of a view": (lambda x, i: x.T[::-1, None, 3:][..., i % 40], X, ROWS),
    "small indices": (lambda x, i: x[i.astype(np.int8)], X, ROWS),
    "unsigned": (lambda x, k: x[k.astype(np.uint16)], X, LABELS),
    "clipped": (lambda x, i: np.take(x, 2 * i, axis=0, mode="clip"), X, ROWS),
    "wrapped": (lambda x, i: np.take(x, 2 * i, axis=1, mode="wrap"), X, ROWS),
    "best": (lambda x: np.take_along_axis(x, np.argmin(x, 1)[:, None], 1), X),
    "known": (lambda x: x[np.array([3, -1, 3]), None] * x[:, :1], X),
    "one of one": (lambda x, k: x[:1][k * 0], X, LABELS),
    "table": (
        lambda x, t: x * hb.array(t)[(abs(x) * 50).astype(np.uint8)],
        X,
        RNG.normal(size=256),
    ),
    "votes": (votes, X),
    "many votes": (votes, RNG.normal(size=(3, 5000))),
    "two votes": (two_votes, X),
    "few columns": (votes, RNG.normal(size=(50, 6))),
    "means": (means, X, LABELS),
    "one place": (one_place, X),
    "counted": (lambda x: np.bincount(COUNT % 7, x[:, 0], 9), X),
}


@pytest.mark.parametrize("name", PICKS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_picks_are_kernels(name, dtype):
    """Neither they nor their gradients are left to NumPy."""
    f, x, *rest = PICKS[name]
    args = [x.astype(dtype), *rest]

    def both(x: Any) -> Any:
        def total(x: Any) -> Any:
            return sum([np.sin(y).sum() for y in flatten(f(x, *rest))[0]])

        return f(x, *rest), hb.grad(total)(x)

    expected = flatten(both(args[0]))[0]
    compiled = hb.compile(both, backend="llvm")
    found = flatten(compiled(args[0]))[0]
    tolerance = 1e-9 if dtype == "float64" else 3e-4
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    steps = LlvmPlan(compiled.plan(args[0])).native.steps
    left = {step.node.gate.name for step in steps if isinstance(step, HostCall)}
    assert not left & {"gather", "scatter_add", "assign"}
    again = hb.compile(f, backend="llvm")
    alike_to(again(*args), f(*args), tolerance)


def alike_to(found: Any, expected: Any, tolerance: float) -> None:
    for one, other in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "uint32"])
def test_whole_numbers_are_added_as_numpy_adds(dtype):
    x = RNG.integers(0, 100, (60, 40)).astype(dtype)
    f = hb.compile(means, backend="llvm")
    alike([f(x, LABELS)], [means(x, LABELS)])


@pytest.mark.parametrize(
    ("name", "place", "bad"),
    [
        ("rows", 1, 60),
        ("rows", 1, -61),
        ("columns", 1, 2**40),
        ("pairs", 2, 40),
        ("labels", 1, -(2**63)),
        ("means", 1, 40),
    ],
)
def test_an_index_out_of_bounds_is_an_error_in_words(name, place, bad):
    f, *args = PICKS[name]
    compiled = hb.compile(f, backend="llvm")
    args = [each.copy() for each in args]
    compiled(*args)
    args[place][7] = bad
    with pytest.raises(IndexError, match=str(bad)):
        compiled(*args)


def test_an_index_out_of_bounds_leaves_donated_arrays_as_they_were():
    def f(x: Any, labels: Any) -> Any:
        return x * 2 - x[COUNT, labels].sum()

    x, labels = X.copy(), LABELS.copy()
    native = LlvmPlan(hb.compile(f, donate=(0,)).plan(x, labels))
    assert native.plan.writes
    labels[5] = 40
    with pytest.raises(IndexError, match="40"):
        native([x, labels])
    np.testing.assert_array_equal(x, X)
    native([x, LABELS])
    np.testing.assert_allclose(x, f(X, LABELS))


def test_indices_known_to_fit_are_not_looked_at():
    def f(x: Any, i: Any) -> Any:
        return x[np.clip(i, 0, 59), np.argmax(x[:45], axis=1)] + x[i % 60, 1]

    text = hb.compile(f).native(X, ROWS).describe(kernels=True)
    assert "load_at" not in text  # it is written as an index in brackets
    assert "require" not in text
    alike([hb.compile(f, backend="llvm")(X, ROWS)], [f(X, ROWS)])


def test_threads_share_votes_and_change_no_bit():
    x = RNG.normal(size=(4000, 64)).astype(np.float32)
    found = []
    for count in (1, 2):
        with hb.threads(count):
            found.append(hb.compile(votes, backend="llvm")(x))
    np.testing.assert_array_equal(*found)
    np.testing.assert_allclose(found[0], votes(x), rtol=1e-5, atol=1e-5)


WHOLE = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "remainder": lambda a, b: a % b,
    "quotient": lambda a, b: a // b,
    "smaller": np.minimum,
    "larger": np.maximum,
    "either": lambda a, b: np.where(a > b, a, b + 1),
    "bytes": lambda a, b: (a + b).astype(np.int8),
    "narrow": lambda a, b: a.astype(np.uint8) * np.uint8(3) + b.astype(np.uint8),
    "limit": lambda a, b: np.clip(a.astype(np.int64), -2, 3) + b % 5,
    "place": lambda a, b: np.argmax(a.reshape(2, 3), axis=1).sum() + 0 * b,
    "flags": lambda a, b: (a > b) * 4 + (b > 0),
}


@settings(max_examples=150)
@given(
    st.lists(st.tuples(*[st.sampled_from(sorted(WHOLE))] * 3), min_size=1, max_size=3),
    st.integers(0, 1000),
)
def test_reach_holds(names, seed):
    def f(a: Any, b: Any) -> Any:
        pool = [a, b]
        for name in [n for each in names for n in each]:
            pool.append(WHOLE[name](pool[-1], pool[-2]))
        return tuple(pool)

    random = np.random.default_rng(seed)
    a, b = random.integers(-9, 9, (2, 6))
    with np.errstate(all="ignore"):
        graph = hb.Graph.trace(f, a=a, b=b).core
        values = evaluate(graph, {"a": a, "b": b})
    for node, value in values.items():
        if node.dtype.kind in "biu":
            least, most = reach(node)
            assert least <= np.min(value) <= np.max(value) <= most, node.gate.name
