"""Random operators of every class and kind, of any shape that the kind can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

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
    Scaled,
    Scatter,
    Selection,
    Sparse,
    Sum,
    Zero,
    identity,
)

Shape = tuple[int, int]
Make = Callable[["Draw", Shape], Operator]
SHAPES = [(12, 12), (6, 12), (12, 4), (4, 6)]
"""Every two of them that meet are multiplied; blocks and factors divide them all."""

DTYPES = (np.float64, np.float32, np.complex128)


class Draw:
    """A source of numbers of one dtype."""

    def __init__(self, seed: int, dtype: Any = np.float64) -> None:
        self.rng = np.random.default_rng(seed)
        self.dtype = np.dtype(dtype)

    def numbers(self, *shape: int) -> Any:
        values = self.rng.normal(size=shape)
        if self.dtype.kind == "c":
            values = values + 1j * self.rng.normal(size=shape)
        return np.asarray(values).astype(self.dtype)

    def index(self, count: int, limit: int, low: int = 0) -> Any:
        return self.rng.integers(low, limit, count)

    def one(self) -> Any:
        return np.ones((), self.dtype)


def square(make: Make) -> Make:
    """Mark a kind that is square only."""
    make.square = True  # type: ignore[attr-defined]
    return make


@square
def scaled(draw: Draw, shape: Shape) -> Operator:
    return Scaled(draw.numbers(), shape[:1])


@square
def unit(draw: Draw, shape: Shape) -> Operator:
    return identity(shape[:1], draw.dtype)


@square
def diagonal(draw: Draw, shape: Shape) -> Operator:
    return Diagonal(draw.numbers(shape[0]))


@square
def permutation(draw: Draw, shape: Shape) -> Operator:
    return Selection(draw.rng.permutation(shape[0]), shape[1:], draw.one())


@square
def roll(draw: Draw, shape: Shape) -> Operator:
    return Selection(np.roll(np.arange(shape[0]), 1), shape[1:], draw.one())


def shift(draw: Draw, shape: Shape) -> Operator:
    index = np.arange(shape[0]) + 1
    index[index >= shape[1]] = -1
    return Selection(index, shape[1:], draw.one())


def gather(draw: Draw, shape: Shape) -> Operator:
    index = draw.index(shape[0], shape[1], low=-1)
    return Selection(index, shape[1:], draw.numbers(shape[0]))


def broadcast(draw: Draw, shape: Shape) -> Operator:
    return Selection(np.zeros(shape[0], int), shape[1:], draw.one())


def scatter(draw: Draw, shape: Shape) -> Operator:
    index = draw.index(shape[1], shape[0], low=-1)
    return Scatter(index, shape[:1], draw.numbers(shape[1]))


def mean(draw: Draw, shape: Shape) -> Operator:
    index = np.arange(shape[1]) % shape[0]
    return Scatter(index, shape[:1], draw.one() * np.float16(0.25))


def banded(draw: Draw, shape: Shape) -> Operator:
    offsets = [k for k in (-1, 0, 2) if -shape[0] < k < shape[1]]
    return Banded(offsets, draw.numbers(len(offsets), shape[0]), shape[1])


def blocks(draw: Draw, shape: Shape) -> Operator:
    return BlockDiagonal(draw.numbers(2, shape[0] // 2, shape[1] // 2))


def sparse(draw: Draw, shape: Shape) -> Operator:
    count = 2 * max(shape)
    rows, columns = draw.index(count, shape[0]), draw.index(count, shape[1])
    return Sparse.at(rows, columns, draw.numbers(count), shape)


def zero(draw: Draw, shape: Shape) -> Operator:
    return Zero(shape[:1], shape[1:], draw.dtype)


def dense(draw: Draw, shape: Shape) -> Operator:
    return Dense(draw.numbers(*shape))


def low_rank(draw: Draw, shape: Shape) -> Operator:
    return LowRank(draw.numbers(shape[0]), draw.numbers(shape[1]))


def kron_dense(draw: Draw, shape: Shape) -> Operator:
    m, n = shape[0] // 2, shape[1] // 2
    return Kronecker(Dense(draw.numbers(2, 2)), Dense(draw.numbers(m, n)))


def kron_batch(draw: Draw, shape: Shape) -> Operator:
    m, n = shape[0] // 2, shape[1] // 2
    return Kronecker(identity((2,), draw.dtype), Dense(draw.numbers(m, n)))


def kron_last(draw: Draw, shape: Shape) -> Operator:
    m, n = shape[0] // 2, shape[1] // 2
    return Kronecker(sparse(draw, (m, n)), Scaled(draw.numbers(), (2,)))


def kron_mixed(draw: Draw, shape: Shape) -> Operator:
    m, n = shape[0] // 2, shape[1] // 2
    return Kronecker(Dense(draw.numbers(m, n)), diagonal(draw, (2, 2)))


def applied(draw: Draw, shape: Shape) -> Operator:
    matrix = draw.numbers(*shape)
    return Applied(
        shape[:1], shape[1:], lambda t: matrix @ t, lambda u: u @ matrix, draw.dtype
    )


def composed(draw: Draw, shape: Shape) -> Operator:
    return Composed([kron_batch(draw, (shape[0], 6)), dense(draw, (6, shape[1]))])


def composed_sparse(draw: Draw, shape: Shape) -> Operator:
    inner = [broadcast(draw, (shape[0], 6)), scatter(draw, (6, shape[1]))]
    return Composed(inner)


def total(draw: Draw, shape: Shape) -> Operator:
    return Sum([sparse(draw, shape), low_rank(draw, shape)])


def total_lazy(draw: Draw, shape: Shape) -> Operator:
    return Sum([applied(draw, shape), kron_dense(draw, shape), blocks(draw, shape)])


def block_row(draw: Draw, shape: Shape) -> Operator:
    half = shape[1] // 2
    found = {("", "w"): dense(draw, (shape[0], half))}
    found["", "b"] = gather(draw, (shape[0], shape[1] - half))
    return Block(found)


def block_column(draw: Draw, shape: Shape) -> Operator:
    half = shape[0] // 2
    found = {("w", ""): sparse(draw, (half, shape[1]))}
    found["b", ""] = low_rank(draw, (shape[0] - half, shape[1]))
    return Block(found)


def block_grid(draw: Draw, shape: Shape) -> Operator:
    m, n = shape[0] // 2, shape[1] // 2
    found = {("u", "w"): sparse(draw, (m, n)), ("v", "b"): banded(draw, (m, n))}
    found["u", "b"] = scatter(draw, (m, n))
    return Block(found, {"u": (m,), "v": (m,)}, {"w": (n,), "b": (n,)})


KINDS: dict[str, Make] = {
    make.__name__: make
    for make in (
        zero,
        unit,
        scaled,
        diagonal,
        permutation,
        roll,
        shift,
        gather,
        broadcast,
        scatter,
        mean,
        banded,
        blocks,
        sparse,
        dense,
        low_rank,
        kron_dense,
        kron_batch,
        kron_last,
        kron_mixed,
        applied,
        composed,
        composed_sparse,
        total,
        total_lazy,
        block_row,
        block_column,
        block_grid,
    )
}


def fits(kind: str, shape: Shape) -> bool:
    """Whether a kind can have a shape."""
    return shape[0] == shape[1] or not hasattr(KINDS[kind], "square")


def draw(kind: str, shape: Shape, *, seed: int = 0, dtype: Any = np.float64) -> Any:
    """Return an operator of a kind, between vectors."""
    operator = KINDS[kind](Draw(seed, dtype), shape)
    return operator.reshaped(shape[:1], shape[1:])


def assert_close(actual: Any, expected: Any, dtype: Any = np.float64) -> None:
    """Compare up to the rounding of a dtype."""
    tolerance = 2e-4 if np.dtype(dtype).itemsize == 4 else 1e-12
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)
