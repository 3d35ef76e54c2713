"""Random programs: NumPy code over a pool of arrays, the same for values and traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import hubel as hb
from hubel.graph.graph import CoreGraph

SHAPES = {"x": (3, 4), "y": (4,), "z": (), "w": (4, 3)}
LARGEST = 500
TABLE = np.linspace(-1.0, 1.0, 12).reshape(3, 4)

Value = Any


def written(a: Value, b: Value) -> Value:
    """Copy an array and write into it, once by a slice and once in place."""
    z = hb.array(a)
    z[::2] = b
    z *= 0.5
    return z


def softmax(a: Value, k: int) -> Value:
    """Make shares of each row."""
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def places(a: Value, size: int) -> Value:
    """Turn values into places, far from where rounding decides."""
    return np.rint(3 * np.tanh(a) + 0.125).astype(np.int64) % size


def voted(a: Value, k: int) -> Value:
    """Add every element of each row to one of a few places."""
    z = hb.zeros((len(a), 3 + k))
    rest = (1,) * (a.ndim - 1)
    row = np.arange(len(a)).reshape(-1, *rest)
    np.add.at(z, (row, places(a, 3 + k)), a)
    return z


ONE: dict[str, Callable[[Value, int], Value]] = {
    "tanh": lambda a, k: np.tanh(a),
    "sin": lambda a, k: np.sin(a),
    "negative": lambda a, k: -a,
    "scale": lambda a, k: a * (0.25 * k),
    "shift": lambda a, k: a + (k - 2),
    "unit": lambda a, k: (a * 1.0 + 0.0) ** 1,
    "relu": lambda a, k: np.maximum(a, 0),
    "decay": lambda a, k: np.exp(-abs(a)),
    "table": lambda a, k: a + TABLE.sum() * k,
    "double": lambda a, k: a + a,
    "square": lambda a, k: a * np.tanh(a),
    "narrow": lambda a, k: a.astype(np.float32).astype(np.float64),
    "rows": lambda a, k: a[::-1],
    "part": lambda a, k: a[k % max(1, a.shape[0]) :],
    "row": lambda a, k: a[k % a.shape[0]],
    "column": lambda a, k: a[..., None],
    "transpose": lambda a, k: a.T,
    "flat": lambda a, k: a.reshape(-1),
    "twice": lambda a, k: np.broadcast_to(a, (2, *a.shape)),
    "joined": lambda a, k: np.concatenate([a, a[:1]]),
    "stacked": lambda a, k: np.stack([a, 2 * a]),
    "rolled": lambda a, k: np.roll(a, k),
    "picked": lambda a, k: a[np.array([0, -1, 0])],
    "looked up": lambda a, k: a.reshape(-1)[places(a, a.size) - k % 2],
    "voted": voted,
    "nearest": lambda a, k: np.take_along_axis(a, np.argmin(a, -1)[..., None], -1),
    "ranked": lambda a, k: a[np.argmax(a, axis=0) - k % 2],
    "paired": lambda a, k: a[np.arange(len(a)), places(a[:, 0], a.shape[1])],
    "sum": lambda a, k: a.sum(axis=k % a.ndim),
    "mean": lambda a, k: a.mean(axis=k % a.ndim, keepdims=True),
    "max": lambda a, k: a.max(axis=k % a.ndim),
    "total": lambda a, k: a.sum(),
    "cumsum": lambda a, k: np.cumsum(a, axis=0),
    "gram": lambda a, k: np.tanh(a @ a.T),
    "chain": lambda a, k: np.tanh(np.tanh(a @ a.T) @ a),
    "centred": lambda a, k: a - a.mean(axis=k % a.ndim, keepdims=True),
    "softmax": softmax,
    "losses": lambda a, k: np.log(np.exp(a - a.max(-1, keepdims=True)).sum(-1)),
    "share": lambda a, k: a / (1 + (a * a).sum(axis=0)),
    "totals": lambda a, k: a.sum(axis=(0, -1)) if a.ndim > 1 else a.sum(keepdims=True),
    "moved": lambda a, k: np.moveaxis(a, 0, -1),
    "swapped": lambda a, k: np.swapaxes(a, -1, k % a.ndim),
    "stripes": lambda a, k: a[..., k % 2 :: 2],
    "inside": lambda a, k: a[1:, ..., :-1] if a.ndim > 1 else a[1:-1],
    "levels": lambda a, k: a + np.rint(a * 4).astype(np.int16),
    "counts": lambda a, k: a * (a > 0.3).sum(axis=-1, keepdims=True),
    "best": lambda a, k: a * np.argmax(a, axis=k % a.ndim).max(),
    "known": lambda a, k: a * (np.arange(a.shape[-1]) == k),
    "any": lambda a, k: np.where((a > 1).any(axis=k % a.ndim), 2.0, 1.0) + a.sum(),
    "extremes": lambda a, k: a.max(-1) - a.min(-1),
}

TWO: dict[str, Callable[[Value, Value], Value]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * np.tanh(b),
    "divide": lambda a, b: a / (1 + b * b),
    "where": lambda a, b: np.where(a > b, a, 2 * b),
    "maximum": lambda a, b: np.maximum(a, b),
    "matmul": lambda a, b: np.tanh(a @ b),
    "outer": lambda a, b: a.reshape(-1, 1) * b.reshape(1, -1),
    "written": written,
    "mixed": lambda a, b: (a * np.float32(0.5) > b) * a + b,
    "apart": lambda a, b: a - b.sum(axis=0),
    "joint": lambda a, b: np.concatenate([a, b], axis=-1),
}


@dataclass(frozen=True)
class Program:
    """Steps over a pool of values: (operation, first, second, number)."""

    steps: tuple[tuple[str, int, int, int], ...]
    outputs: tuple[int, ...]

    def __call__(self, x: Value, y: Value, z: Value, w: Value) -> tuple[Value, ...]:
        pool: list[Value] = [x, y, z, w, TABLE]
        for operation, first, second, number in self.steps:
            a, b = pool[first % len(pool)], pool[second % len(pool)]
            if possible(operation, a.shape, b.shape):
                result = (
                    ONE[operation](a, number)
                    if operation in ONE
                    else TWO[operation](a, b)
                )
                pool.append(result)
        return tuple([pool[-1 - (i % len(pool))] for i in self.outputs])


def possible(operation: str, a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether an operation takes arrays of these shapes and gives a small one."""
    stand_in = [np.zeros(shape) for shape in (a, b)]
    if operation in ONE and not a and operation not in ("tanh", "sin", "scale"):
        return False
    if operation == "apart" and not b:
        return False
    if operation in ("part", "joined", "picked", "max", "rows") and 0 in a:
        return False
    try:
        if operation in ONE:
            result = ONE[operation](stand_in[0], 1)
        else:
            result = TWO[operation](*stand_in)
    except (ValueError, IndexError, TypeError):
        return False
    return 0 < np.size(result) <= LARGEST and np.ndim(result) <= 4


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*ONE, *TWO]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=14,
)
OUTPUTS = st.lists(st.integers(0, 30), min_size=1, max_size=4)
FUNCTIONS = st.builds(
    lambda steps, outputs: Program(tuple(steps), tuple(outputs)), STEPS, OUTPUTS
)
SEEDS = st.integers(0, 1000)


def traced(function: Program) -> CoreGraph:
    """Trace a program with shapes."""
    return hb.Graph.trace(function, **arguments(0)).core


def arguments(seed: int) -> dict[str, Value]:
    """Draw arrays for a program."""
    random = np.random.default_rng(seed)
    return {name: random.normal(size=shape)[()] for name, shape in SHAPES.items()}


PROGRAMS = st.tuples(FUNCTIONS.map(traced), SEEDS)
"""Graphs with seeds for their inputs."""


def inputs_of(graph: CoreGraph, seed: int) -> dict[str, Value]:
    """Draw the inputs of a graph."""
    drawn = arguments(seed)
    return {name: drawn[name] for name in graph.inputs}


def alike(found: Sequence[Value], expected: Sequence[Value]) -> None:
    """Check values of two ways of running one program: to float rounding."""
    for one, other in zip(found, expected, strict=True):
        assert np.shape(one) == np.shape(other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
