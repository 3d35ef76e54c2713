"""Chains: the order of products, and where they are not multiplied out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import ShapeError
from hubel.structure import (
    BlockDiagonal,
    Composed,
    Dense,
    Diagonal,
    Estimate,
    LowRank,
    Scatter,
    Selection,
    Sparse,
    Sum,
    best_order,
    compose,
    identity,
    kronecker,
)


def estimates(lengths):
    return [Estimate(m, n, m * n, min(m, n)) for m, n in pairwise(lengths)]


def cost_of(tree, factors):
    """Return the cost of an order, worked out from the tree alone."""
    if isinstance(tree, int):
        return 0.0, factors[tree]
    (left, a), (right, b) = (cost_of(part, factors) for part in tree)
    terms, product = a.times(b)
    return left + right + terms, product


def every_order(first, last):
    if first == last:
        yield first
    for cut in range(first, last):
        for left in every_order(first, cut):
            for right in every_order(cut + 1, last):
                yield left, right


@given(st.lists(st.integers(1, 30), min_size=2, max_size=7))
def test_no_order_is_cheaper(lengths):
    factors = estimates(lengths)
    cost, tree = best_order(factors)
    orders = every_order(0, len(factors) - 1)
    assert cost == min(cost_of(order, factors)[0] for order in orders)
    assert cost_of(tree, factors)[0] == cost


def test_the_textbook_chain():
    # Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms, section 15.2.
    cost, tree = best_order(estimates([30, 35, 15, 5, 10, 20, 25]))
    assert cost == 15_125
    assert tree == ((0, (1, 2)), ((3, 4), 5))


def test_a_long_chain_is_ordered_in_runs():
    rng = np.random.default_rng(0)
    lengths = [*rng.integers(1, 30, 101)]
    factors = estimates(lengths)
    cost, tree = best_order(factors)
    assert cost_of(tree, factors)[0] == pytest.approx(cost)
    right_to_left = 99
    for i in reversed(range(99)):
        right_to_left = (i, right_to_left)
    assert cost < cost_of(right_to_left, factors)[0]


class Counted(Dense):
    """A dense matrix that counts the multiplications that it takes part in."""

    __slots__ = ()
    count = 0

    def multiply(self, columns):
        Counted.count += self.values.size * columns.shape[1]
        return super().multiply(columns)


def test_a_chain_is_applied_in_its_best_order():
    rng = np.random.default_rng(0)
    sizes = [(2, 300), (300, 300), (300, 2)]
    chain = Composed([Counted(rng.normal(size=size)) for size in sizes])
    expected = np.linalg.multi_dot([f.values for f in chain.factors])
    Counted.count = 0
    np.testing.assert_allclose(chain @ np.ones(2), expected @ np.ones(2))
    assert Counted.count == 600 + 90_000 + 600  # a vector from right to left
    columns = rng.normal(size=(2, 50))
    np.testing.assert_allclose(chain @ columns, expected @ columns)
    assert isinstance(chain.explicit(), Dense)
    np.testing.assert_allclose(chain.todense(), expected)


def test_an_outer_product_is_not_written_down():
    product = Dense(np.ones((300, 1))) @ Dense(np.ones((1, 300)))
    assert isinstance(product, LowRank)
    assert product.nbytes == 2 * 300 * 8


def test_the_sum_of_everything_to_everything_is_not_written_down():
    count = 10_000
    total = Scatter(np.zeros(count, int), ())
    spread = Selection(np.zeros(count, int), (1,))
    centred = identity((count,)) - spread @ total / count
    assert isinstance(centred, Sum)
    assert centred.nbytes < 200_000  # not 800 MB
    x = np.random.default_rng(0).normal(size=count)
    np.testing.assert_allclose(centred @ x, x - x.mean(), atol=1e-12)


def test_two_layers_of_a_batch_are_blocks_when_multiplied_out():
    rng = np.random.default_rng(0)
    batch, sizes = 8, (30, 20, 3)
    W1, W2 = rng.normal(size=sizes[:2]), rng.normal(size=sizes[1:])
    hidden = Diagonal(rng.normal(size=(batch, 20)))
    one = identity((batch,))
    J = kronecker(one, Dense(W2.T)) @ hidden @ kronecker(one, Dense(W1.T))
    assert isinstance(J, Composed)
    assert J.nbytes == W1.nbytes + W2.nbytes + hidden.nbytes + 2 * 8
    explicit = J.explicit()
    assert isinstance(explicit, BlockDiagonal)
    blocks = np.einsum("oh,bh,hi->boi", W2.T, hidden.values.reshape(8, 20), W1.T)
    np.testing.assert_allclose(explicit.blocks, blocks)
    assert J.pattern == explicit.pattern
    np.testing.assert_allclose(J.diagonal(), np.diagonal(J.todense().reshape(J.shape)))


def test_neighbours_in_a_chain_are_joined():
    d = Diagonal(np.arange(1.0, 13.0))
    matrix = Dense(np.random.default_rng(0).normal(size=(3, 3)))
    K = kronecker(identity((4,)), matrix)
    chain = (K @ d) @ (d @ K)
    assert [type(f).__name__ for f in chain.factors] == [
        "Kronecker",
        "Diagonal",
        "Kronecker",
    ]
    assert type(compose([d, d, d])) is Diagonal


def test_a_chain_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="do not form a chain"):
        Composed([identity((2,)), identity((3,))])
    with pytest.raises(ShapeError, match="do not form a chain"):
        Composed([])
    with pytest.raises(ShapeError, match="do not form a sum"):
        Sum([identity((2,)), identity((3,))])


def test_sparse_chains_stay_sparse():
    count = 1000
    rows = np.repeat(np.arange(count), 2)
    rng = np.random.default_rng(0)
    columns = rng.integers(0, count, rows.size)
    a = Sparse.at(rows, columns, np.ones(rows.size), (count, count))
    chain = Composed([a, a, a])
    assert isinstance(chain.explicit(), Sparse)
    assert chain.nnz == chain.explicit().nnz < 8 * count + 1
