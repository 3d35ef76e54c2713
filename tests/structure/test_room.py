"""What operators take: bytes, and the limits before anything large is made."""

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.structure import (
    Applied,
    BlockDiagonal,
    Dense,
    Diagonal,
    LowRank,
    Operator,
    Pattern,
    Scaled,
    Selection,
    Sparse,
    Sum,
    identity,
    kronecker,
)


def test_a_diagonal_of_4096_takes_32_kb():
    relu = Diagonal(np.arange(4096) % 2 == 0)
    assert relu.shape == (4096, 4096)
    assert relu.nbytes == 4096 * 8  # not 134 MB
    assert (relu @ relu).nbytes == (relu + relu).nbytes == 4096 * 8
    assert repr(relu) == "Diagonal(4096 x 4096, float64, 32.8 kB)"


def test_what_structures_take():
    count = 10_000
    assert identity((count,)).nbytes == 8
    roll = Selection(np.roll(np.arange(count), 1), (count,))
    assert roll.nbytes == 8 * count + 8
    stencil = roll - identity((count,))
    assert stencil.nbytes == 3 * 8 * count  # two diagonals, and one for the corner
    assert (stencil @ stencil).nbytes == 5 * 8 * count
    assert LowRank(np.ones(count), np.ones(count)).nbytes == 16 * count
    weights = np.ones((100, 30))
    assert kronecker(identity((500,)), Dense(weights)).nbytes == weights.nbytes + 8
    sparse = Sparse.at(np.arange(count), np.zeros(count), np.ones(count), (count, 1))
    assert sparse.nbytes == 8 * (3 * count + 1)
    assert Applied((count,), (count,), abs, abs).nbytes == 0


def test_equal_blocks_share_their_memory():
    weights = Dense(np.ones((30, 100)))
    blocks = kronecker(identity((500,)), weights).explicit()
    assert isinstance(blocks, BlockDiagonal)
    assert np.shares_memory(blocks.blocks, weights.values)
    assert blocks.nbytes == weights.nbytes


def test_results_do_not_take_much_more_room_than_their_operands():
    rng = np.random.default_rng(0)
    tall = Selection(rng.integers(0, 50, 5000), (50,))
    wide = Dense(rng.normal(size=(50, 40)))
    spread = tall @ wide
    assert spread.nbytes == tall.nbytes + wide.nbytes  # kept as a chain
    assert (tall @ Dense(np.ones((50, 1)))).nbytes == 8 * 5000
    hidden = Diagonal(rng.normal(size=(200, 40)))
    layer = kronecker(identity((200,)), wide)
    assert (layer @ hidden).nbytes == layer.nbytes + hidden.nbytes
    score = kronecker(identity((200,)), Dense(np.ones((1, 40))))
    assert isinstance(score @ hidden, BlockDiagonal)  # one number an example


HUGE = 409_600  # the lecture's 4096 units in a minibatch of 100

LARGE = [
    identity((HUGE,)),
    Diagonal(np.ones(HUGE)),
    LowRank(np.ones(HUGE), np.ones(HUGE)),
    Applied((HUGE,), (HUGE,), abs, abs),
    kronecker(Dense(np.ones((640, 640))), Dense(np.ones((640, 640)))),
    Sum([identity((HUGE,)), LowRank(np.ones(HUGE), np.ones(HUGE))]),
    kronecker(identity((100,)), Dense(np.ones((4096, 4096)))) @ Diagonal(np.ones(HUGE)),
]


@pytest.mark.parametrize("operator", LARGE, ids=lambda o: type(o).__name__)
def test_what_is_too_large_is_refused_before_it_is_made(operator: Operator):
    with pytest.raises(ShapeError, match=r"1\.3 TB, and the limit") as caught:
        operator.todense()
    assert "J @ v" in str(caught.value)
    with pytest.raises(ShapeError, match="the limit is"):
        np.asarray(operator)


def test_full_patterns_and_sparse_products_are_limited_too():
    with pytest.raises(ShapeError, match="the limit is"):
        LowRank(np.ones(HUGE), np.ones(HUGE)).pattern  # noqa: B018
    count = 30_000
    row = Pattern.at(np.zeros(count, int), np.arange(count), (1, count))
    with pytest.raises(ShapeError, match=r"product's terms would take 28\.8 GB"):
        row.T @ row


def test_the_diagonal_of_the_lectures_minibatch_is_cheap():
    relu = Diagonal(np.arange(float(HUGE)).reshape(100, 4096))
    assert relu.nbytes == 8 * HUGE
    assert relu.shape == (HUGE, HUGE)
    upstream = np.ones((100, 4096))
    np.testing.assert_array_equal(relu.T.apply(upstream), relu.values.reshape(100, -1))


def test_a_copy_is_made_when_asked_and_never_less():
    matrix = np.ones((2, 2))
    assert np.asarray(Dense(matrix)) is not matrix
    assert not np.shares_memory(np.asarray(Dense(matrix)), matrix)
    assert np.asarray(Dense(matrix), dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="by a copy only"):
        np.array(Dense(matrix), copy=False)


def test_numbers_and_numpy_functions_around_an_operator():
    scaled = np.float64(2) * identity((2,))
    assert isinstance(scaled, Scaled)
    np.testing.assert_array_equal(np.abs(-scaled), 2 * np.eye(2))
    np.testing.assert_array_equal(np.linalg.solve(scaled, np.ones(2)), [0.5, 0.5])
    assert isinstance(np.array(3.0) * scaled, Scaled)
