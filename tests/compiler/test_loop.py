"""Loops: native code does what NumPy does step by step."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.llvm.available import available
from hubel.compiler.llvm.loop import LlvmLoop, native_loop
from hubel.compiler.loop import Loop, StepLoop
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.errors import GraphError, NativeError
from hubel.graph.node import Spec
from hubel.nn import softmax_cross_entropy
from hubel.tracing.program import trace_program

needs_native = pytest.mark.skipif(not available(), reason="needs llvmlite")

BATCH = 8
FLOAT = Spec((), np.dtype(np.float64), weak=True)


def net(carried, x, y, lr):
    """One step of a small net with momentum."""
    w, v = carried

    def loss(w):
        return softmax_cross_entropy(np.maximum(x @ w[0] + w[1], 0) @ w[2], y)

    value, gradient = hb.value_and_grad(loss)(w)
    v = [0.9 * a - lr * g for a, g in zip(v, gradient, strict=True)]
    return ([a + b for a, b in zip(w, v, strict=True)], v), value


def start(dtype=np.float64):
    generator = np.random.default_rng(0)
    shapes = ((5, 7), (7,), (7, 3))
    w = [generator.normal(size=s).astype(dtype) for s in shapes]
    x = generator.normal(size=(40, 5)).astype(dtype)
    return (w, [np.zeros_like(a) for a in w]), x, generator.integers(0, 3, 40)


def make(step, carried, *rest, gathered=(), stepped=()):
    """Trace a step; what is carried is its first argument and its first result."""
    program = trace_program(step, (carried, *rest), {})
    graph = run_passes(program.graph)
    old = [name for name in graph.inputs if name.startswith("carried")]
    new = [name for name in graph.outputs if name.startswith("out.0")]
    pairs = dict(zip(new, old, strict=True))
    kept = tuple(name for name in graph.outputs if name not in pairs)
    return Loop(make_plan(graph, pairs), pairs, gathered, stepped, kept)


def net_loop(dtype=np.float64):
    carried, x, y = start(dtype)
    loop = make(
        net, carried, x[:BATCH], y[:BATCH], FLOAT, gathered=("x", "y"), stepped=("lr",)
    )
    names = [name for name in loop.plan.graph.inputs if name.startswith("carried")]
    values = dict(zip(names, carried[0] + carried[1], strict=True))
    return loop, {**values, "x": x, "y": y}


def train(runner, calls, rows, rates):
    """Run with so many steps in each call; return the losses."""
    done, losses = 0, []
    for steps in calls:
        progress = runner(steps, rows[done * BATCH :], [rates[done:]])
        assert progress.done == steps
        losses.append(progress.collected[0])
        done += steps
    return np.concatenate(losses)


SHUFFLED = np.random.default_rng(1).permutation(np.repeat(np.arange(40), 2))
IN_ORDER = np.tile(np.arange(40), 2)
RATES = np.linspace(0.1, 0.01, 10)


@needs_native
@pytest.mark.parametrize("rows", [SHUFFLED, IN_ORDER], ids=["shuffled", "in order"])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-4)]
)
def test_native_steps_are_numpys(rows, dtype, tolerance):
    found = []
    for kind in (StepLoop, LlvmLoop):
        loop, values = net_loop(dtype)
        losses = train(kind(loop, values), [10], rows, RATES)
        found.append([losses, *values.values()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    assert not np.array_equal(found[0][1], start(dtype)[0][0][0])


@needs_native
@pytest.mark.parametrize("kind", [StepLoop, LlvmLoop])
def test_how_steps_are_cut_changes_no_bit(kind):
    found = []
    for calls in ([10], [1] * 10, [3, 2, 5]):
        loop, values = net_loop()
        losses = train(kind(loop, values), calls, SHUFFLED, RATES)
        found.append([losses, *values.values()])
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))


@needs_native
@pytest.mark.parametrize("width", [1, 7, 1023, 1024, 1031, 3072])
def test_rows_of_any_length_are_copied_whole(width):
    def step(carried, rows):
        return (carried + rows.astype(np.int64).sum(axis=0),), carried[0] * 1.0

    rows = np.random.default_rng(width).integers(0, 256, (50, width), dtype=np.uint8)
    total = np.zeros(width, np.int64)
    loop = make(step, total, rows[:5], gathered=("rows",))
    order = np.random.default_rng(1).permutation(50)[:35]
    LlvmLoop(loop, {"carried": total, "rows": rows})(7, order, [])
    np.testing.assert_array_equal(total, rows[order].sum(axis=0))


@needs_native
@pytest.mark.parametrize("kind", [StepLoop, LlvmLoop])
def test_it_ends_when_the_loss_is_not_finite(kind):
    def step(carried, factor):
        carried = carried * factor
        return (carried,), np.sum(carried)

    x = np.ones(3)
    loop = make(step, x, FLOAT, stepped=("factor",))
    factors = np.array([2.0, 2.0, np.inf, 0.0, 5.0])
    progress = kind(loop, {"carried": x})(5, np.empty(0, np.int64), [factors])
    assert progress.done == 3
    np.testing.assert_array_equal(progress.collected[0], [6, 12, np.inf])
    assert np.isinf(x).all()


@needs_native
@pytest.mark.parametrize("kind", [StepLoop, LlvmLoop])
def test_scalars_numbers_and_entries_with_axes(kind):
    def step(carried, entry, plus):
        count, total, number = carried
        total = total + entry.sum(axis=0)
        return (count + 1, total, number * 0.5 + plus), (total.max(), count)

    count, total, number = np.array(3), np.zeros(2), np.array(8.0)
    entries = np.arange(12.0).reshape(3, 2, 2)
    carried = (count, total, FLOAT)
    loop = make(step, carried, Spec((2, 2), total.dtype), FLOAT, stepped=("entry",))
    names = ["carried.0", "carried.1", "carried.2", "plus"]
    values = dict(zip(names, [count, total, number, np.array(1.0)], strict=True))
    progress = kind(loop, values)(3, np.empty(0, np.int64), [entries])
    assert (int(count), float(number)) == (6, 2.75)
    np.testing.assert_array_equal(total, [30, 36])
    np.testing.assert_array_equal(progress.collected[0], [4, 16, 36])
    np.testing.assert_array_equal(progress.collected[1], [3, 4, 5])


@needs_native
@pytest.mark.parametrize("kind", [StepLoop, LlvmLoop])
def test_carried_values_may_read_each_other(kind):
    def step(carried):
        a, b = carried
        return (a + b, a * 0.5), a.sum()

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    loop = make(step, (a, b))
    runner = kind(loop, {"carried.0": a, "carried.1": b})
    runner(2, np.empty(0, np.int64), [])
    np.testing.assert_array_equal(a, [4.5, 7.0])
    np.testing.assert_array_equal(b, [2.0, 3.0])


@needs_native
def test_what_native_code_cannot_do_is_left_to_numpy():
    def sorts(carried):
        carried = np.sort(carried)[::-1] * 0.5
        return (carried,), carried[0]

    def swaps(carried):
        a, b = carried
        return (b, a), a.sum()

    x = np.array([1.0, 3.0, 2.0])
    assert native_loop(make(sorts, x), {"carried": x}) is None
    a, b = np.zeros(2), np.ones(2)
    loop = make(swaps, (a, b))
    values = {"carried.0": a, "carried.1": b}
    runner = native_loop(loop, values) or StepLoop(loop, values)
    runner(3, np.empty(0, np.int64), [])
    np.testing.assert_array_equal([a, b], [[1, 1], [0, 0]])


@needs_native
def test_arrays_that_lie_badly_are_refused():
    loop, values = net_loop()
    for name, bad in {
        "x": np.asfortranarray(values["x"]),
        "y": values["y"].astype(np.int32),
        "carried.0.0": values["carried.0.0"][:, ::-1],
    }.items():
        assert native_loop(loop, {**values, name: bad}) is None
    locked = values["carried.0.0"].copy()
    locked.flags.writeable = False
    assert native_loop(loop, {**values, "carried.0.0": locked}) is None


@needs_native
def test_rows_that_are_not_there_are_refused():
    loop, values = net_loop()
    runner = LlvmLoop(loop, values)
    for rows in (SHUFFLED[:-1], SHUFFLED + 1, SHUFFLED - 1):
        with pytest.raises(NativeError, match="rows"):
            runner(10, rows, [RATES])
    with pytest.raises(NativeError, match="entries"):
        runner(10, SHUFFLED, [RATES[:9]])


@needs_native
def test_labels_without_a_class_are_reported():
    loop, values = net_loop()
    values["y"][20] = 3
    with pytest.raises(NativeError, match="cannot take"):
        LlvmLoop(loop, values)(5, IN_ORDER, [RATES])


def test_loops_that_are_none_are_refused():
    def widens(carried):
        return (carried.astype(np.float64),), carried.sum()

    with pytest.raises(GraphError, match="float64"):
        make(widens, np.ones(2, np.float32))
    with pytest.raises(GraphError, match="scalars"):
        make(lambda carried: ((carried * 2,), carried), np.ones(2))
