"""What the classes refuse to be made of, and the edges of what they take."""

import sys

import numpy as np
import pytest

from hubel.errors import DTypeError, OptionError, ShapeError
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
    Pattern,
    Scaled,
    Scatter,
    Selection,
    Sparse,
    Sum,
    Zero,
    identity,
    kronecker,
)
from hubel.structure.arithmetic import in_bytes, matmul, times
from hubel.structure.table import Table
from tests.structure.samples import assert_close

REFUSED = {
    "a matrix is no diagonal entry": lambda: Scaled(np.ones(3), (3,)),
    "words are no partials": lambda: Diagonal(np.array(["a"])),
    "objects are no partials": lambda: Diagonal(np.array([None])),
    "index past the input": lambda: Selection([3], (3,)),
    "index below none": lambda: Scatter([-2], (3,)),
    "a mask is no index": lambda: Selection(np.array([True]), (3,)),
    "a fraction is no index": lambda: Selection([0.5], (3,)),
    "a scale of another length": lambda: Selection([0, 1], (3,), [1.0, 2, 3]),
    "diagonals and values": lambda: Banded([0, 1], np.ones((1, 3)), 3),
    "diagonals in disorder": lambda: Banded([1, 0], np.ones((2, 3)), 3),
    "a diagonal outside": lambda: Banded([3], np.ones((1, 3)), 3),
    "a matrix is no stack of blocks": lambda: BlockDiagonal(np.ones((2, 3))),
    "thin factors": lambda: LowRank(np.ones((2, 3)), np.ones((2, 2))),
    "one value a place": lambda: Sparse(Pattern.of(np.eye(2)), np.ones(3)),
    "one value an entry": lambda: Sparse.at([0], [0], [1.0, 2.0], (2, 2)),
    "an entry outside": lambda: Sparse.at([2], [0], [1.0], (2, 2)),
    "a vector is no matrix": lambda: Dense(np.ones(3)),
    "entries for other shapes": lambda: Dense(np.ones(3), (2,), (2,)),
    "a cube has no pattern": lambda: Pattern.of(np.ones((1, 1, 1))),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(make):
    with pytest.raises((ShapeError, DTypeError)) as caught:
        make()
    assert len(str(caught.value)) > 20


def test_an_operator_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Operator((1,), (1,))


def operators_of(m, n):
    """Return operators of every class that has this shape, empty or not."""
    found = [
        Zero((m,), (n,)),
        Dense(np.ones((m, n))),
        Sparse(Pattern.of(np.zeros((m, n))), []),
        LowRank(np.ones(m), np.ones(n)),
        BlockDiagonal(np.ones((1, m, n))),
        Kronecker(identity((1,)), Dense(np.ones((m, n)))),
        Applied((m,), (n,), lambda t: np.zeros(m), lambda u: np.zeros(n)),
        Selection(np.full(m, -1), (n,)),
        Scatter(np.full(n, -1), (m,)),
        Composed([Dense(np.ones((m, 2))), Dense(np.ones((2, n)))]),
        Sum([Dense(np.ones((m, n))), Zero((m,), (n,))]),
        Block({("", "w"): Dense(np.ones((m, n))), ("", "b"): Zero((m,), (0,))}),
    ]
    square = [identity((m,)), Diagonal(np.ones(m)), Selection(np.arange(m), (m,))]
    every = found + square if m == n else found
    return [operator.reshaped((m,), (n,)) for operator in every]


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0)])
def test_no_elements(shape):
    m, n = shape
    for operator in operators_of(m, n):
        assert operator.todense().shape == shape
        assert (operator @ np.ones(n)).tolist() == [0.0] * m
        assert (operator @ np.ones((n, 2))).shape == (m, 2)
        assert operator.T.todense().shape == (n, m)
        assert operator.pattern.shape == shape
        assert operator.diagonal().shape == (0,)
        for other in operators_of(m, n):
            assert (operator + other).todense().shape == shape
            assert (operator @ other.T).todense().shape == (m, m)
            assert (operator.T @ other).todense().tolist() == np.zeros((n, n)).tolist()


def test_selections_of_and_from_nothing():
    nothing = Selection([-1, -1], (0,))
    assert nothing.todense().shape == (2, 0)
    assert (Selection([-1], (2,)) @ nothing).todense().shape == (1, 0)
    assert (nothing @ Selection([], (3,))).todense().tolist() == [[0.0] * 3] * 2
    assert (nothing @ Diagonal(np.ones(0))).nnz == 0
    assert nothing.T.todense().shape == (0, 2)


def test_scalars_are_arrays_without_axes():
    slope = Diagonal(np.array(3.0))
    assert slope.shape == (1, 1)
    assert slope.todense().shape == ()
    assert slope.apply(2.0) == 6.0
    assert slope.column(0).shape == ()
    loss = Dense(np.arange(3.0), (), (3,))
    assert (slope @ loss).todense().tolist() == [0.0, 3.0, 6.0]
    assert loss.row(()).tolist() == [0.0, 1.0, 2.0]


def test_bools_and_integers_become_numbers():
    assert Diagonal(np.array([True, False])).dtype == np.float64
    twice = Diagonal(np.array([True])) + Diagonal(np.array([True]))
    assert twice.todense().tolist() == [[2.0]]
    assert Scaled(2, (3,)).dtype == np.float64
    assert Sparse.at([0, 0], [0, 0], [True, True], (1, 1)).todense().tolist() == [[2.0]]


def test_permutations_know_themselves():
    turn = Selection([2, 0, 1], (3,))
    assert turn.is_permutation
    assert turn.T.is_permutation
    assert_close((turn @ turn.T).todense(), np.eye(3))
    assert not Selection([0, 0, 1], (3,)).is_permutation
    assert not Selection([0, 1], (3,)).is_permutation
    assert not (2 * turn).is_permutation
    assert not Selection([0, -1], (2,)).is_permutation


def test_kronecker_products_find_simpler_classes():
    one, d = identity((2,)), Diagonal(np.arange(3.0))
    turn = Selection([2, 0, 1], (3,))
    assert isinstance(kronecker(one, d), Diagonal)
    assert isinstance(kronecker(d, one), Diagonal)
    assert isinstance(kronecker(turn, one), Selection)
    assert isinstance(kronecker(one, Selection([0, -1], (3,), [2.0, 3.0])), Selection)
    assert isinstance(kronecker(Zero((2,), (3,)), turn), Zero)
    assert kronecker(identity((1,)), turn).index.tolist() == [2, 0, 1]
    assert isinstance(kronecker(identity((1,)), Dense(np.eye(2))), Dense)
    assert isinstance(kronecker(Dense(np.eye(2)), identity(())), Dense)


def test_zero_times_anything_is_zero():
    left = np.array([0.0, np.inf, np.nan, -np.inf, 2.0])
    right = np.array([np.nan, 0.0, 0.0, 1.0, 3.0])
    assert times(left, right).tolist() == [0.0, 0.0, 0.0, -np.inf, 6.0]
    assert times(np.float32(2), np.ones(2, np.float32)).dtype == np.float32
    assert times(1e308, 1e308) == np.inf
    product = matmul(np.array([[np.inf, 1.0], [0.0, np.nan]]), np.diag([0.0, 2.0]))
    np.testing.assert_array_equal(product, [[0.0, 2.0], [0.0, np.nan]])
    stack = matmul(np.full((3, 1, 1), np.inf), np.zeros((1, 1, 2)))
    np.testing.assert_array_equal(stack, np.zeros((3, 1, 2)))


def test_a_stored_zero_is_as_zero_as_one_that_is_left_out():
    vector = np.array([np.inf, 1.0, np.nan])
    matrix = np.diag([0.0, 2.0, 0.0])
    every = [
        Dense(matrix),
        Diagonal(np.diagonal(matrix)),
        Sparse(Pattern.of(matrix), [2.0]),
        Sparse(Pattern.full((3, 3)), matrix.reshape(-1)),
        Banded([0], np.array([[0.0, 2.0, 0.0]]), 3),
        BlockDiagonal(matrix[None]),
        Selection([-1, 1, -1], (3,), 2.0),
        Scatter([-1, 1, -1], (3,), 2.0),
        Composed([Dense(matrix), Dense(np.eye(3))]),
    ]
    for operator in every:
        assert (operator @ vector).tolist() == [0.0, 2.0, 0.0], operator


def test_infinite_partials_raise_no_warnings():
    big = Diagonal(np.array([np.inf, 1e308]))
    results = [
        (big - big).diagonal(),
        (big @ big).diagonal(),
        (10 * big).diagonal(),
        big @ np.array([1.0, 1e10]),
        (Scatter([0, 0], (1,)) @ big) @ np.array([1.0, 10.0]),
    ]
    assert all(not np.isfinite(result).all() for result in results)


def test_bytes_for_people():
    sizes = [999, 1000, 1_234_567, 8_589_934_592, 1_342_177_280_000]
    assert [in_bytes(size) for size in sizes] == [
        "999 B",
        "1.0 kB",
        "1.2 MB",
        "8.6 GB",
        "1.3 TB",
    ]


def test_a_table_without_a_rule_says_so():
    table = Table()
    table.fill([(int, int, lambda a, b: a + b)])
    with pytest.raises(TypeError, match="no rule for str and int"):
        table("a", 1)


def test_without_scipy_its_forms_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    monkeypatch.setitem(sys.modules, "scipy.sparse.linalg", None)
    for form in (identity((2,)).tosparse, identity((2,)).aslinearoperator):
        with pytest.raises(OptionError, match="pip install"):
            form()


def test_products_of_functions_are_relabelled_scaled_and_conjugated():
    phase = Applied(
        (2, 3),
        (6,),
        lambda t: 1j * t.reshape(2, 3),
        lambda u: 1j * u.reshape(6),
        np.complex128,
    )
    flat = phase.reshaped((6,), (3, 2))
    assert_close(flat.apply(np.ones((3, 2))), 1j * np.ones(6))
    assert_close(flat.T.apply(np.ones(6)), 1j * np.ones((3, 2)))
    assert_close((2 * flat).conj().todense().reshape(6, 6), -2j * np.eye(6))
    real = Applied((2,), (2,), lambda t: t, lambda u: u)
    assert real.conj() is real
    assert real.astype(np.float32).dtype == np.float32
