"""Machine code is NumPy: random programs, their gradients, every donation, any array.

The plans have no fallback here: a call that native code refuses would be seen.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hubel as hb
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.native import HostCall
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.derive.reverse import gradient_graph
from hubel.errors import HubelError
from hubel.graph.evaluate import evaluate
from hubel.nn import softmax_cross_entropy
from hubel.tracing.tree import flatten
from hubel.transforms.donation import pair
from tests.compiler import nets
from tests.compiler.programs import FUNCTIONS, SEEDS, TABLE, alike, arguments, traced
from tests.native import native_plan, skip_without_native


@pytest.fixture(autouse=True)
def _native():
    skip_without_native()


class Refused(Exception):
    pass


def refuse(inputs):
    raise Refused


def pure(plan: LlvmPlan) -> LlvmPlan:
    """Let a plan fail where it would fall back to NumPy."""
    plan._fallback = refuse  # pyright: ignore
    return plan


def evaluated(graph, inputs) -> list[Any]:
    with np.errstate(all="ignore"):
        values = evaluate(graph, inputs)
    return [values[node] for node in graph.outputs.values()]


def assert_apart(arrays: list[Any]) -> None:
    """Check that no two arrays share memory."""
    arrays = [each for each in arrays if isinstance(each, np.ndarray)]
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            assert one is other or not np.shares_memory(one, other)


@settings(max_examples=100)
@given(FUNCTIONS, SEEDS)
def test_native_is_numpy_again_and_again(function, seed):
    graph = traced(function)
    run = pure(native_plan(graph))
    held: list[Any] = []
    for k in range(3):
        drawn = arguments(seed + k)
        inputs = [drawn[name] for name in graph.inputs]
        before = [np.copy(each) for each in inputs]
        found = run(inputs)
        alike(found, function(**drawn))
        for one, other in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(one, other)
        assert_apart([*inputs, *found])
        held.append((found, [np.copy(each) for each in found]))
    for found, copies in held:  # a later call overwrites nothing
        for one, other in zip(found, copies, strict=True):
            np.testing.assert_array_equal(one, other)


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS, st.sets(st.sampled_from("xyw"), min_size=1))
def test_donated_is_numpy(function, seed, donated):
    graph = run_passes(traced(function))
    writes = pair(graph, sorted(donated & set(graph.inputs)))
    run = pure(LlvmPlan(make_plan(graph, writes)))
    for k in range(2):
        drawn = arguments(seed + k)
        kept = {name: np.copy(each)[()] for name, each in drawn.items()}
        found = run([drawn[name] for name in graph.inputs])
        alike(found, function(**kept))
        for output, one in zip(graph.outputs, found, strict=True):
            if output in writes:
                assert one is drawn[writes[output]]
        for name in set(drawn) - set(writes.values()):
            np.testing.assert_array_equal(drawn[name], kept[name])
        assert_apart([*drawn.values(), *found])


@settings(max_examples=75)
@given(FUNCTIONS, SEEDS)
def test_gradients_are_evaluated_gradients(function, seed):
    graph = gradient_graph(traced(function))
    random = np.random.default_rng(seed)
    inputs = {
        name: random.normal(size=node.shape)[()] for name, node in graph.inputs.items()
    }
    found = pure(native_plan(graph))(list(inputs.values()))
    for one, other in zip(found, evaluated(graph, inputs), strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-8)


def test_a_reader_that_needs_the_new_value_comes_later():
    """The new value in ``w`` decides the product, whose reader also reads the old."""

    def f(w, y):
        new = w - y.sum()
        return np.tanh(new @ TABLE).reshape(1, 16) * w.reshape(12, 1), new

    w, y = arguments(0)["w"], arguments(0)["y"]
    expected = f(w.copy(), y)
    alike(hb.compile(f, donate=(0,), backend="llvm")(w, y), expected)


LAYOUTS = {
    "turned": lambda a: np.asfortranarray(a),
    "striped": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backward": lambda a: a[::-1].copy()[::-1],
    "spread": lambda a: np.broadcast_to(a[:1], a.shape),
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=10)
@given(FUNCTIONS, SEEDS)
def test_arrays_of_any_memory(layout, function, seed):
    compiled = hb.compile(function, backend="llvm")
    drawn = arguments(seed)
    moved = {n: LAYOUTS[layout](a) if np.ndim(a) else a for n, a in drawn.items()}
    alike(compiled(**moved), function(**moved))


def shares(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


DTYPES = ("bool", "int8", "uint8", "int32", "uint64", "int64", "float32", "float64")
OF_ANY: dict[str, Any] = {
    "mixed": lambda a, b: a + b * 2,
    "weak": lambda a, b: (a * 3 > b, a + True),
    "compared": lambda a, b: np.where(a == b, a, b),
    "sums": lambda a, b: (a.sum(axis=0), b.sum(), (a * b).sum(axis=1)),
    "extremes": lambda a, b: (a.max(axis=0), b.min(), np.argmax(a, axis=1)),
    "truth": lambda a, b: ((a != 0).any(axis=1), (b == 0).all()),
    "divided": lambda a, b: a / (b + 2.5),
    "products": lambda a, b: (a * 1.0) @ (b.T * 1.0),
    "moved": lambda a, b: np.concatenate([a.T, b.T])[::2],
}


@pytest.mark.parametrize("second", DTYPES)
@pytest.mark.parametrize("first", DTYPES)
def test_dtypes_meet_as_in_numpy(first, second):
    random = np.random.default_rng(0)
    a, b = [random.integers(0, 3, (5, 3)).astype(d) for d in (first, second)]
    for f in OF_ANY.values():
        every(f, a, b)


def every(f: Any, *args: Any, tolerance: float = 1e-6) -> None:
    """Compare each result of a compiled function with NumPy."""
    with np.errstate(all="ignore"):
        expected = f(*args)
    found = hb.compile(f, backend="llvm")(*args)
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    for one, other in zip(found, expected, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float16", "complex64", "complex128"])
def test_what_kernels_cannot_hold_is_left_to_numpy(dtype):
    a = np.arange(6).reshape(2, 3).astype(dtype)
    every(lambda a: (a * 2 + 1, abs(a).sum(), np.tanh(abs(a).astype(np.float64))), a)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4), (1, 0)])
def test_empty_arrays(shape):
    x = np.zeros(shape)
    every(
        lambda x: (np.tanh(x), x.sum(), x.sum(axis=0), x * 2 + x.sum(axis=-1).sum()), x
    )
    every(lambda x: (x.prod(axis=-1), (x > 0).all(), (x > 0).any(axis=0)), x)
    every(lambda x: (x.reshape(-1), x.T + 1, np.concatenate([x, x])), x)
    if x.ndim == 2:
        every(lambda x: (x @ x.T, x.T @ x, shares(x @ x.T + 1) if len(x) else x), x)


def test_numbers_of_python():
    x = np.arange(3.0)
    f = hb.compile(lambda x, n, r: (x * n + r, n * 2, r / 3, -n), backend="llvm")
    for n in (1, -5, 2**40, -(2**62), 2**53 + 1):
        for r in (0.5, -0.0, float("inf")):
            for one, other in zip(
                f(x, n, r), (x * n + r, n * 2, r / 3, -n), strict=True
            ):
                assert type(one) is type(other)
                np.testing.assert_array_equal(one, other)


def test_whole_numbers_beyond_64_bits_run_on_numpy():
    x = np.arange(3.0)
    f = hb.compile(lambda x, n: x * n, backend="llvm")
    np.testing.assert_array_equal(f(x, 2), x * 2)
    np.testing.assert_array_equal(f(x, 2**70), x * 2**70)


NETS = [
    ((5, 4, 3), 7, "relu", "softmax", np.float64),
    ((20, 30, 10), 40, "tanh", "hinge", np.float64),
    ((33, 17, 9, 4), 12, "leaky", "softmax", np.float64),
    ((64, 10), 50, "sigmoid", "softmax", np.float32),
    ((2, 6, 2, 2), 200, "tanh", "softmax", np.float32),
    ((100, 50, 10), 32, "relu", "hinge", np.float32),
]
OF_NETS = pytest.mark.parametrize(
    ("sizes", "rows", "activation", "loss", "dtype"), NETS, ids=str
)


@OF_NETS
def test_steps_of_nets_are_those_of_numpy(sizes, rows, activation, loss, dtype):
    step = nets.make_step(activation, loss)
    native = hb.compile(step, donate=(3, 4), backend="llvm")
    x, labels, rate, *params = nets.arguments(sizes, rows, dtype)
    mine, theirs = params, [[np.copy(a) for a in each] for each in params]
    for _ in range(3):
        value, *mine = native(x, labels, rate, *mine)
        true, *theirs = step(x, labels, rate, *theirs)
        tolerance = 1e-10 if dtype == np.float64 else 1e-4
        np.testing.assert_allclose(value, true, rtol=tolerance)
        both = zip(chain(*mine), chain(*theirs), strict=True)
        for one, other in both:
            assert one.dtype == other.dtype
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@OF_NETS
def test_memory_is_what_lives_at_a_time(sizes, rows, activation, loss, dtype):
    given = nets.arguments(sizes, 16 * rows, dtype)
    step = nets.make_step(activation, loss)
    for donate in ((), (3, 4)):
        plan = hb.compile(step, donate=donate).plan(*given)
        native = LlvmPlan(plan).native
        buffers = len(native.homes) + len(native.scratch)
        assert native.arena <= 1.1 * native.live + 64 * buffers
        kinds = [home.kind for home in native.homes.values()]
        assert kinds.count("donated") == 2 * len(donate) * (len(sizes) - 1)


def test_kernels_write_over_what_they_are_the_last_to_read():
    """A chain of kernels between products needs two matrices at a time."""

    def chain_(x, a):
        for _ in range(6):
            x = np.tanh(x @ a) - 1
            x = x / abs(x).sum(0, keepdims=True)
        return x.sum(0)

    random = np.random.default_rng(0)
    x, a = random.normal(size=(90, 70)), random.normal(size=(70, 70))
    native = LlvmPlan(hb.compile(chain_).plan(x, a))
    alike(native([x, a]), [chain_(x, a)])
    homes = native.native.homes
    assert native.native.arena < 2.1 * x.nbytes
    assert len({h.offset for n, h in homes.items() if n.size == x.size}) == 2


def _read_turned(x, a):
    y = x @ a
    return (np.tanh(y) + y.T) @ a, y.sum()


def _read_shifted(x, a):
    y = x @ a
    return (np.tanh(y[1:]) * y[:-1]) @ a, y.sum()


def _read_in_two_ways(x, a):
    y = x @ a
    z = np.tanh(y)
    return (z / z.sum(-1, keepdims=True) + y) @ a, z.T @ a


def _read_by_rows(x, a):
    y = x @ a
    z = y - y.max(-1, keepdims=True)
    return (np.exp(z) / np.exp(z).sum(-1, keepdims=True)) @ a, (y * y.sum(0)) @ a


@pytest.mark.parametrize(
    "f", [_read_turned, _read_shifted, _read_in_two_ways, _read_by_rows]
)
@pytest.mark.parametrize("n", [5, 70])
def test_nothing_is_overwritten_that_is_read_elsewhere(f, n):
    random = np.random.default_rng(0)
    args = random.normal(size=(n, n)), random.normal(size=(n, n))
    every(f, *args, tolerance=1e-9)
    gradient = hb.grad(lambda *x: sum(np.sin(y).sum() for y in f(*x)), (0, 1))
    every(gradient, *args, tolerance=1e-8)


def _with_totals_of_rows(w, x):
    new = np.exp(x)
    return new, w / new.sum(-1, keepdims=True)


def _with_two_totals_of_rows(w, x):
    new = np.sin(x) - w
    most = new.max(-1, keepdims=True)
    return new, w * np.exp(w + x - most).sum(-1, keepdims=True), 2 * w - most


@pytest.mark.parametrize("f", [_with_totals_of_rows, _with_two_totals_of_rows])
@pytest.mark.parametrize("shape", [(5, 40), (300, 200), (40, 5)])
def test_an_array_is_read_before_it_is_written(f, shape):
    """What the kernel knows at the end of a row needs the row's old values."""
    random = np.random.default_rng(0)
    w, x = random.normal(size=shape), random.normal(size=shape)
    native = LlvmPlan(hb.compile(f, donate=(0,)).plan(w, x))
    expected = f(w, x)
    alike(native([w, x]), expected)
    np.testing.assert_allclose(w, expected[0], rtol=1e-12)


def test_a_bad_label_is_an_error_in_words():
    x, labels, *_ = nets.arguments((4, 3), 5)
    f = hb.compile(softmax_cross_entropy, backend="llvm")
    scores = x[:, :3]
    f(scores, labels)
    labels[2] = 7
    with pytest.raises(HubelError, match="7"):
        f(scores, labels)


def _of_one_kernel(scores, w, labels):
    return hb.grad(lambda s: softmax_cross_entropy(s, labels).sum())(scores) + scores


def _of_a_step_before(scores, w, labels):
    new = 2 * w
    loss = softmax_cross_entropy(scores @ np.sin(new), labels)
    return new, loss


def _of_a_step_after(scores, w, labels):
    loss = softmax_cross_entropy(scores @ w, labels)
    return w - scores.T @ scores * loss, loss


def _with_numpy_between(scores, w, labels):
    loss = softmax_cross_entropy(scores @ w, labels)
    return w - np.cumsum(w, axis=0) * loss, loss


@pytest.mark.parametrize(
    ("f", "donated"),
    [
        (_of_one_kernel, 0),
        (_of_a_step_before, 1),
        (_of_a_step_after, 1),
        (_with_numpy_between, 1),
    ],
)
def test_a_bad_label_leaves_donated_arrays_as_they_were(f, donated):
    random = np.random.default_rng(0)
    scores, w = random.normal(size=(80, 70)), random.normal(size=(70, 70))
    given = [scores, w, random.integers(0, 70, 80)]
    native = LlvmPlan(hb.compile(f, donate=(donated,)).plan(*given))
    assert native.plan.writes
    expected = flatten(f(*given))[0]
    alike(native([np.copy(each) for each in given]), expected)
    given[2][5] = 70
    kept = given[donated].copy()
    with pytest.raises(HubelError, match="70"):
        native(given)
    np.testing.assert_array_equal(given[donated], kept)
    given[2][5] = 0  # what was given is as good as before
    expected = flatten(f(*[np.copy(each) for each in given]))[0]
    alike(native(given), expected)
    alike([given[donated]], expected[:1])


def assigned(x: Any) -> Any:
    """Write blocks, numbers and a row of its own into a copy."""
    z = hb.array(x)
    z[1:3, ::2] = x[:2, ::2] * 2
    z[:, 0] = 1.5
    z[-1] = x[0]
    z[::-1] *= np.sin(x)
    return z


BLOCKS: dict[str, Any] = {
    "assigned": assigned,
    "concatenate": lambda x: np.concatenate([x, 2 * x[:2], x[3:] * x[0, 0]]),
    "side by side": lambda x: np.concatenate([x[:, ::2], x[::-1]], axis=1),
    "stack": lambda x: np.stack([x, x * x], axis=-1),
    "columns": lambda x: x[:, 0] * np.sin(x[:, 1]) + x[:, 2],
    "neighbours": lambda x: (x[1:] - x[:-1]) ** 2,
    "backward": lambda x: x[::-1, 1:] * x[:, :-1],
    "padded": lambda x: np.tanh(np.pad(x, ((1, 0), (2, 3)))),
    "rolled": lambda x: np.roll(x, (1, -2), (0, 1)) * np.roll(x, 5, 0),
    "elements": lambda x: x[0, 1] * x[2, 3] + x[1],
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_are_kernels(name):
    """No such gate, nor its gradient, is left to NumPy."""
    f = BLOCKS[name]
    both = hb.value_and_grad(lambda x: np.tanh(f(x)).sum())
    for shape in ((6, 4), (90, 40)):
        x = np.random.default_rng(0).normal(size=shape)
        compiled = hb.compile(both, backend="llvm")
        native = LlvmPlan(compiled.plan(x)).native
        assert not any(isinstance(step, HostCall) for step in native.steps)
        alike(compiled(x), both(x))
        every(f, x)
        every(f, x.astype(np.float32))
