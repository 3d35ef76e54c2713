"""Whole small graphs in one loop over rows: the same as NumPy's plan, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hubel as hb
from hubel import nn
from hubel.compiler.find_sweep import is_small
from hubel.compiler.native import make_native_plan
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.sweep import Sweep
from hubel.nn._step import make_step, split
from hubel.tracing.tree import flatten
from tests.compiler.programs import FUNCTIONS, SEEDS, alike, arguments

pytest.importorskip("llvmlite", minversion="0.46")

from hubel.compiler.llvm import cache
from hubel.compiler.llvm.jit import assembly
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.llvm.target import host

GOLDEN = Path(__file__).with_name("golden") / "lecture.sweep"
SIZES = [1, 4, 7, 16, 33, 200]
NETS = {
    "points": (
        lambda: (nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2), nn.Tanh()),
        nn.softmax_cross_entropy,
    ),
    "linear": (lambda: (), nn.softmax_cross_entropy),
    "hinge": (lambda: (), nn.multiclass_hinge),
    "relu": (lambda: (nn.Linear(2, 4), nn.ReLU()), nn.softmax_cross_entropy),
    "sigmoid": (lambda: (nn.Linear(2, 3), nn.Sigmoid()), nn.multiclass_hinge),
    "maxout": (lambda: (nn.Linear(2, 4), nn.Maxout(2)), nn.softmax_cross_entropy),
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))


def step_of(name, rows, dtype=np.float32, width=2, optimizer=None):
    """Return the plan of a net's training step, and the values of its inputs."""
    hidden, loss = NETS[name]
    before = hidden()
    inner = {"points": 2, "relu": 4, "sigmoid": 3, "maxout": 2}.get(name, width)
    net = nn.initialize(nn.Sequential(*before, nn.Linear(inner, 3)), 0)
    random = np.random.default_rng(rows)
    optimizer = optimizer or nn.SGD(momentum=0.9)
    params, fixed = split(net)
    params = tuple(p.astype(dtype) for p in params)
    x = random.normal(size=(rows, width)).astype(dtype)
    y = random.integers(0, 3, rows)
    step = hb.compile(make_step(net, loss, optimizer, 1e-2), donate=(0, 1))
    given = params, optimizer.init(params), fixed, x, y, 0.05, None
    return plan_of(step, *given)


def plan_of(compiled, *given):
    leaves = [leaf for leaf in flatten(given)[0] if leaf is not None]
    return compiled.plan(*given), leaves


def sweep_of(plan):
    """Return the one sweep that a plan is, or None."""
    steps = make_native_plan(plan.graph, plan.writes).steps
    return next((step for step in steps if isinstance(step, Sweep)), None)


def agree(plan, values, *, strict=False, calls=3, rtol=2e-5):
    """Run both plans several times, each on what it has written before."""
    native = LlvmPlan(plan, None, strict=strict)
    assert any(isinstance(step, Sweep) for step in native.native.steps)
    reference = NumpyPlan(plan)
    one, other = (
        [x.copy() if isinstance(x, np.ndarray) else x for x in values] for _ in range(2)
    )
    for _ in range(calls):
        expected, found = reference(one), native(other)
        for a, b in zip(expected, found, strict=True):
            assert np.asarray(a).dtype == np.asarray(b).dtype
            np.testing.assert_allclose(b, a, rtol=rtol, atol=rtol)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(b, a, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tanh_net_is_numpys(rows, dtype):
    agree(*step_of("points", rows, dtype))


@pytest.mark.parametrize(
    ("name", "rows", "dtype"),
    [
        ("linear", 33, np.float32),
        ("hinge", 7, np.float32),
        ("hinge", 200, np.float64),
        ("relu", 16, np.float64),
        ("sigmoid", 33, np.float32),
        ("maxout", 4, np.float32),
        ("maxout", 200, np.float64),
    ],
)
def test_nets_are_numpys(name, rows, dtype):
    agree(*step_of(name, rows, dtype))


@pytest.mark.skipif(host().vector_bytes < 32, reason="there are no wide vectors")
def test_rows_go_side_by_side():
    text = assembly(LlvmPlan(step_of("points", 200)[0], None).text)
    loop = [line for line in text.splitlines() if "vfmadd" in line]
    wide = [line for line in loop if "ymm" in line or "zmm" in line]
    assert len(wide) > 0.9 * len(loop) > 50


@pytest.mark.parametrize("rows", [15, 16, 31, 33, 63, 64, 65, 127, 200, 2049])
def test_any_count_of_rows(rows):
    """Several vectors at a time, and what is left over."""
    random = np.random.default_rng(rows)
    x = random.normal(size=rows).astype(np.float32)
    agree(*plan_of(hb.compile(lambda x: (np.tanh(x), np.exp(x).sum())), x), rtol=1e-6)
    parts = random.normal(size=(rows, 2)).astype(np.float32)
    spread = hb.compile(lambda x: np.tanh(x[:, 0]) * np.exp(x[:, 1]))
    agree(*plan_of(spread, parts), rtol=1e-6)


def test_a_loop_that_cannot_be_vectors():
    x = np.random.default_rng(0).normal(size=(37, 2))
    spread = hb.compile(lambda x: np.fmod(x[:, 0], x[:, 1]))
    agree(*plan_of(spread, x), rtol=1e-12)


def test_adam_is_numpys():
    """Its count of steps is read one element at a time."""
    agree(*step_of("relu", 50, optimizer=nn.Adam()), rtol=1e-4)


def test_strict_adds_in_order():
    agree(*step_of("linear", 33, np.float64), strict=True, rtol=1e-12)


def test_long_batches_are_added_in_blocks():
    agree(*step_of("linear", 5000), calls=1, rtol=1e-6)


def lecture(rows=4):
    """Return the plan of the lecture's net of 11 lines."""

    def loss(params, x, y):
        a, b = params
        h = 1 / (1 + np.exp(-(x @ a)))
        o = 1 / (1 + np.exp(-(h @ b)))
        return ((o - y) ** 2).sum() / 2

    gradients = hb.value_and_grad(loss)

    def step(params, x, y, lr):
        value, (da, db) = gradients(params, x, y)
        a, b = params
        return (a - lr * da, b - lr * db), value

    random = np.random.default_rng(1)
    params = random.normal(size=(3, 4)), random.normal(size=(4, 1))
    x, y = random.normal(size=(rows, 3)), random.uniform(size=(rows, 1))
    return plan_of(hb.compile(step, donate=(0,)), params, x, y, 0.5)


def test_the_lectures_net():
    agree(*lecture(), rtol=1e-12)


def test_the_text_of_the_lectures_net():
    sweep = sweep_of(lecture()[0])
    assert sweep.text() == GOLDEN.read_text().rstrip("\n")


def test_predictions_are_stored_row_by_row():
    def scores(w, b, x):
        z = np.tanh(x @ w + b)
        return z, z.T, z.max(axis=1), z.argmax(axis=1), z.sum()

    random = np.random.default_rng(0)
    w, b, x = (random.normal(size=s) for s in ((3, 4), (4,), (21, 3)))
    agree(*plan_of(hb.compile(scores), w, b, x), rtol=1e-12)


def test_as_many_rows_as_weights():
    """A matrix that only looks like a batch is none."""
    random = np.random.default_rng(0)
    x, w = random.normal(size=(5, 5)), random.normal(size=(5, 2))
    agree(*plan_of(hb.compile(lambda w, x: np.exp(x @ w)), w, x), rtol=1e-12)


def test_least_squares_of_a_vector():
    def step(w, x, y):
        error = x @ w - y
        return w - 0.1 * (x.T @ error), error

    random = np.random.default_rng(0)
    given = random.normal(size=3), random.normal(size=(40, 3)), random.normal(size=40)
    agree(*plan_of(hb.compile(step, donate=(0,)), *given), rtol=1e-12)


def test_reductions_over_rows():
    def totals(x, n):
        largest = np.maximum(x, 0).max(axis=0)
        return largest, x.min(axis=0), (x > 0).all(axis=0), n.sum(), x.mean()

    random = np.random.default_rng(0)
    x, n = random.normal(size=(37, 2)), random.integers(-9, 9, 37)
    agree(*plan_of(hb.compile(totals), x, n), rtol=1e-12)


def test_rows_that_are_constants():
    table = np.random.default_rng(0).normal(size=(19, 2))
    x = np.ones((19, 2))
    agree(*plan_of(hb.compile(lambda x: ((x * table).sum(axis=0), x + 1)), x))


def test_parts_of_rows_are_moved():
    def parts(x, y, v):
        joined = np.concatenate([x[:, ::-1], y[:, :1].astype(np.float32)], axis=1)
        stacked = np.stack([x, y], axis=1)
        first = np.concatenate([v, v[:1]])
        return joined, stacked, stacked[:, 1, None, :], x[:, 0], joined.sum(), first * 2

    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 23, 3))
    plan, given = plan_of(hb.compile(parts), x.astype(np.float32), y, np.arange(4))
    agree(plan, given, rtol=1e-6)


def test_special_values():
    x = np.array([[np.nan, 1.0], [np.inf, -np.inf], [-0.0, 1e-310], [1e308, -1e308]])
    x = np.tile(x, (5, 1))

    def functions(x):
        return np.exp(x), np.maximum(x, 0), np.sign(x), x.max(axis=1), x.argmin(axis=1)

    agree(*plan_of(hb.compile(functions), x), rtol=1e-15)


def test_a_wrong_label_changes_nothing():
    plan, given = step_of("linear", 20)
    labels = next(x for x in given if isinstance(x, np.ndarray) and x.dtype.kind == "i")
    labels[3] = 7
    kept = [np.copy(x) for x in given]
    with pytest.raises(hb.errors.HubelError):
        LlvmPlan(plan, None)(given)
    for before, after in zip(kept, given, strict=True):
        np.testing.assert_array_equal(before, after)


@settings(max_examples=25)
@given(FUNCTIONS, SEEDS, st.sets(st.sampled_from([0, 1, 3])))
def test_random_programs_are_numpys(function, seed, donated):
    given = list(arguments(seed).values())
    plan = hb.compile(function, donate=tuple(donated)).plan(*given)
    assume(sweep_of(plan) is not None)
    native = LlvmPlan(plan, None)
    with np.errstate(all="ignore"):
        for expected in (function(*given), function(*given)):
            copies = [np.copy(each)[()] for each in given]
            alike(native(copies), expected)


def plan_from(function, *shapes):
    arrays = [np.zeros(shape) for shape in shapes]
    return hb.compile(function).plan(*arrays)


@pytest.mark.parametrize(
    "plan",
    [
        lambda: plan_from(lambda x, w: np.tanh(x @ w), (40, 30), (30, 2)),
        lambda: plan_from(lambda x, w: np.tanh(x @ w), (40, 2), (2, 65)),
        lambda: plan_from(lambda x: x - x.mean(axis=0), (40, 2)),
        lambda: plan_from(lambda x: x @ x.T, (40, 2)),
        lambda: plan_from(lambda x: x[::-1] + x, (40, 2)),
        lambda: plan_from(lambda x: x.argmax(axis=0), (40, 2)),
        lambda: plan_from(lambda x: np.concatenate([x, x]), (40, 2)),
        lambda: plan_from(lambda x: np.sort(x, axis=1), (40, 2)),
        lambda: plan_from(lambda x, y: x + y.reshape(40, 2), (40, 2), (2, 40)),
        lambda: plan_from(lambda x: x + x.reshape(2, 40).sum(axis=1), (40, 2)),
    ],
    ids="wide hidden meet gram reversed position longer sorted other cut".split(),
)
def test_what_does_not_fit_is_left(plan):
    assert sweep_of(plan()) is None


def test_bodies_that_are_too_long_are_left():
    def long(x):
        for _ in range(60):
            x = np.tanh(x) + 1
        return x

    assert sweep_of(plan_from(long, (40, 2))) is None
    assert sweep_of(plan_from(lambda x: np.tanh(x) + 1, (40, 2))) is not None


def test_empty_values_are_left():
    plan = plan_from(lambda x: x + 1, (0, 2))
    assert not is_small(plan.graph)
    assert sweep_of(plan) is None
