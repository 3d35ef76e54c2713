"""Every pair of classes under products and sums, against the dense matrices."""

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.structure import Operator, Pattern, kronecker
from tests.structure.samples import KINDS, SHAPES, assert_close, draw, fits

MEETING = [(a, b) for a in SHAPES for b in SHAPES if a[1] == b[0]]
kinds = pytest.mark.parametrize("left", KINDS)


def assert_is(result: Operator, matrix, left: Operator, right: Operator) -> None:
    """Check everything that a result promises, against its dense matrix."""
    assert result.dtype == np.result_type(left.dtype, right.dtype)
    assert result.shape == matrix.shape
    dense = result.todense()
    assert_close(dense, matrix, matrix.dtype)
    assert result.pattern.covers(Pattern.of(dense))
    vector = np.arange(1.0, matrix.shape[1] + 1)
    assert_close(result @ vector, matrix @ vector)
    assert_close(np.ones(len(matrix)) @ result, matrix.sum(axis=0))


@kinds
def test_products(left):
    for first, second in MEETING:
        for right in KINDS:
            if fits(left, first) and fits(right, second):
                a, b = draw(left, first), draw(right, second, seed=5)
                assert_is(a @ b, a.todense() @ b.todense(), a, b)


@kinds
def test_sums_and_differences(left):
    for shape in SHAPES:
        for right in KINDS:
            if fits(left, shape) and fits(right, shape):
                a, b = draw(left, shape), draw(right, shape, seed=5)
                assert_is(a + b, a.todense() + b.todense(), a, b)
                assert_close((b - a).todense(), b.todense() - a.todense())
                assert type(a + b) is type(b + a)


@kinds
def test_kronecker_products(left):
    for shape, other in [((4, 6), (2, 2)), ((2, 2), (4, 6)), ((6, 6), (2, 2))]:
        for right in KINDS:
            if fits(left, shape) and fits(right, other):
                a, b = draw(left, shape), draw(right, other, seed=5)
                expected = np.kron(a.todense(), b.todense())
                product = kronecker(a, b).reshaped(*((n,) for n in expected.shape))
                assert_is(product, expected, a, b)


@kinds
def test_dtypes_are_promoted(left):
    for right in KINDS:
        for dtypes in [(np.float32, np.float32), (np.float32, np.complex128)]:
            a = draw(left, (12, 12), dtype=dtypes[0])
            b = draw(right, (12, 12), seed=5, dtype=dtypes[1])
            wide = np.result_type(*dtypes)
            for result in (a @ b, a + b, b @ a):
                assert result.dtype == result.todense().dtype == wide
            product = a.todense().astype(wide) @ b.todense()
            assert_close((a @ b).todense(), product, np.float32)


@kinds
def test_three_in_either_order(left):
    for middle in KINDS:
        for right in ("diagonal", "kron_batch", "low_rank", "block_row", "total"):
            a, b = draw(left, (12, 12)), draw(middle, (12, 12), seed=3)
            c = draw(right, (12, 12), seed=5)
            expected = a.todense() @ b.todense() @ c.todense()
            for result in ((a @ b) @ c, a @ (b @ c)):
                assert_close(result.todense(), expected)
                assert_close(result.explicit().todense(), expected)
                assert_close(result.T @ np.ones(12), expected.sum(axis=0))
            distributed = a @ (b + c) - a @ b
            assert_close(distributed.todense(), a.todense() @ c.todense())


@kinds
def test_sizes_that_do_not_fit_are_refused(left):
    a, b = draw(left, (12, 12)), draw("sparse", (6, 12))
    with pytest.raises(ShapeError, match="multiplied"):
        a @ b
    with pytest.raises(ShapeError, match="added"):
        a + b


def test_results_carry_the_shapes_of_their_operands():
    for left in KINDS:
        for right in KINDS:
            a = draw(left, (12, 12)).reshaped((3, 4), (12, 1))
            b = draw(right, (12, 12)).reshaped((12,), (2, 6))
            assert (a @ b).output_shape == (3, 4)
            assert (a @ b).input_shape == (2, 6)
            assert (a + b).output_shape == (3, 4)
            assert (a + b).input_shape == (12, 1)


# What must come out, for operators of 12 x 12. A chain or a sum where a row says that
# something simpler holds the result would be right and slow.
PRODUCTS = """
    unit      *          *
    zero      *          Zero
    *         zero       Zero
    scaled    *          *
    diagonal  diagonal   Diagonal
    diagonal  gather     Selection
    gather    diagonal   Selection
    gather    permutation Selection
    broadcast gather     Selection
    scatter   mean       Scatter
    scatter   diagonal   Scatter
    diagonal  scatter    Scatter
    diagonal  banded     Banded
    banded    diagonal   Banded
    banded    banded     Banded
    roll      banded     Banded
    banded    shift      Banded
    diagonal  blocks     BlockDiagonal
    blocks    diagonal   BlockDiagonal
    blocks    blocks     BlockDiagonal
    diagonal  sparse     Sparse
    sparse    diagonal   Sparse
    sparse    sparse     Sparse
    gather    scatter    Sparse
    gather    sparse     Sparse
    blocks    banded     Sparse
    kron_batch kron_batch Kronecker
    kron_dense kron_batch Kronecker
    kron_last kron_mixed Kronecker
    low_rank  sparse     LowRank
    blocks    low_rank   LowRank
    low_rank  low_rank   LowRank
    low_rank  applied    LowRank
    dense     dense      Dense
    diagonal  dense      Dense
    dense     gather     Dense
    dense     kron_batch Dense
    kron_mixed dense     Dense
    total     diagonal   Sum
    diagonal  total      Sum
    block_grid block_grid Block
    block_grid block_column Block
    diagonal  block_row  Block
    block_column diagonal Block
    applied   diagonal   Composed
    kron_batch diagonal  Composed
"""
SUMS = """
    zero      *          *
    unit      scaled     Scaled
    scaled    diagonal   Diagonal
    diagonal  diagonal   Diagonal
    roll      roll       Selection
    mean      mean       Scatter
    shift     diagonal   Banded
    roll      scaled     Banded
    banded    banded     Banded
    banded    roll       Banded
    gather    diagonal   Sparse
    gather    banded     Sparse
    sparse    scatter    Sparse
    blocks    blocks     BlockDiagonal
    blocks    diagonal   BlockDiagonal
    blocks    kron_batch BlockDiagonal
    kron_batch kron_batch Kronecker
    low_rank  low_rank   LowRank
    dense     sparse     Dense
    dense     kron_dense Dense
    dense     low_rank   Dense
    block_grid block_grid Block
    diagonal  low_rank   Sum
    applied   dense      Sum
"""


def rows(table: str):
    for left, right, name in map(str.split, table.strip().splitlines()):
        for a in KINDS if left == "*" else [left]:
            for b in KINDS if right == "*" else [right]:
                yield a, b, name


@pytest.mark.parametrize("table", ["products", "sums"])
def test_results_are_as_structured_as_promised(table):
    for left, right, name in rows(PRODUCTS if table == "products" else SUMS):
        a, b = draw(left, (12, 12)), draw(right, (12, 12), seed=5)
        result = a @ b if table == "products" else a + b
        expected = type(b).__name__ if name == "*" else name
        assert type(result).__name__ == expected, f"{left} and {right}: {result}"


def test_the_structure_does_not_depend_on_the_numbers():
    for left in KINDS:
        for right in KINDS:
            a, b = draw(left, (12, 12)), draw(right, (12, 12), seed=5)
            none = 0.0 * a
            for before, after in ((a @ b, none @ b), (a + b, none + b)):
                assert type(before) is type(after)
                assert before.pattern == after.pattern
