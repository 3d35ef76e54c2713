"""Every property of every class, against the dense matrix that it stands for."""

from operator import add, mul, sub

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.structure import Dense, Diagonal, Entrywise, Operator, Pattern
from tests.structure.samples import DTYPES, KINDS, SHAPES, assert_close, draw, fits

CASES = [
    pytest.param(kind, shape, dtype, id=f"{kind}-{shape}-{np.dtype(dtype)}")
    for kind in KINDS
    for shape in SHAPES
    for dtype in DTYPES
    if fits(kind, shape)
]
every = pytest.mark.parametrize(("kind", "shape", "dtype"), CASES)


def columns(operator, count, dtype, seed=1):
    return (
        np.random.default_rng(seed)
        .normal(size=(operator.shape[1], count))
        .astype(dtype)
    )


def classes(kind=Operator):
    for child in kind.__subclasses__():
        yield child
        yield from classes(child)


def test_every_class_has_a_sample():
    sampled = {type(draw(kind, (12, 12))) for kind in KINDS}
    ours = {c for c in classes() if c.__module__.startswith("hubel.")}
    assert sampled == {c for c in ours if not c.__abstractmethods__}


@every
def test_shape_dtype_and_entries(kind, shape, dtype):
    operator = draw(kind, shape, dtype=dtype)
    matrix = operator.todense()
    assert operator.shape == shape == matrix.shape
    assert operator.dtype == dtype == matrix.dtype
    assert_close(np.asarray(operator), matrix, dtype)
    assert_close(operator @ np.eye(shape[1], dtype=dtype), matrix, dtype)
    assert_close(np.diagonal(matrix), operator.diagonal(), dtype)
    assert_close(operator.row(shape[0] - 1), matrix[-1], dtype)
    assert_close(operator.column((shape[1] - 1,)), matrix[:, -1], dtype)


@every
def test_products_with_arrays(kind, shape, dtype):
    operator = draw(kind, shape, dtype=dtype)
    matrix = operator.todense()
    for right in (columns(operator, 1, dtype)[:, 0], columns(operator, 20, dtype)):
        product = operator @ right
        assert product.dtype == dtype
        assert_close(product, matrix @ right, dtype)
        left = columns(operator.T, 3, dtype).T
        assert_close(left @ operator, left @ matrix, dtype)
        assert_close(left[0] @ operator, left[0] @ matrix, dtype)


@every
def test_transposes_and_numbers(kind, shape, dtype):
    operator = draw(kind, shape, dtype=dtype)
    matrix = operator.todense()
    assert operator.T.shape == shape[::-1]
    assert_close(operator.T.todense(), matrix.T, dtype)
    assert_close(operator.T.T.todense(), matrix, dtype)
    assert_close(operator.H.todense(), matrix.conj().T, dtype)
    assert_close((-operator / 4).todense(), matrix / -4, dtype)
    for factor in (3, 0.5, dtype(2)):
        assert (factor * operator).dtype == dtype
        assert_close((factor * operator).todense(), factor * matrix, dtype)
    assert type(operator * 3) is type(operator)
    assert (1j * operator).dtype.kind == "c"
    assert_close((operator * 1j).todense(), matrix * 1j, dtype)


@every
def test_the_pattern_covers_the_entries(kind, shape, dtype):
    operator = draw(kind, shape, dtype=dtype)
    matrix = operator.todense()
    assert operator.pattern.shape == shape
    assert operator.pattern.covers(Pattern.of(matrix))
    assert operator.nnz == operator.pattern.nnz
    assert 0 <= operator.work
    assert np.linalg.matrix_rank(matrix) <= operator.rank_bound
    assert operator.T.pattern == operator.pattern.T


@every
def test_explicit_is_the_same_with_its_entries(kind, shape, dtype):
    operator = draw(kind, shape, dtype=dtype)
    explicit = operator.explicit()
    assert isinstance(explicit, Dense | Entrywise)
    assert explicit.dtype == dtype
    assert explicit.input_shape == operator.input_shape
    assert_close(explicit.todense(), operator.todense(), dtype)


@pytest.mark.parametrize("kind", KINDS)
def test_scipy_forms(kind):
    pytest.importorskip("scipy", reason="compares with SciPy's forms")
    operator = draw(kind, (12, 12), dtype=np.complex128)
    matrix = operator.todense()
    assert_close(operator.tosparse().toarray(), matrix)
    linear = operator.aslinearoperator()
    vector, some = columns(operator, 1, np.complex128), columns(operator, 3, np.float64)
    assert_close(linear @ vector[:, 0], (matrix @ vector)[:, 0])
    assert_close(linear.matvec(vector), matrix @ vector)
    assert_close(linear.rmatvec(vector[:, 0]), matrix.conj().T @ vector[:, 0])
    assert_close(linear.matmat(some), matrix @ some)
    assert_close(linear.H @ some, matrix.conj().T @ some)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_are_labels(kind):
    operator = draw(kind, (12, 12))
    labelled = operator.reshaped((3, 4), (2, 3, 2))
    matrix = operator.todense()
    assert labelled.todense().shape == (3, 4, 2, 3, 2)
    assert_close(labelled.todense().reshape(12, 12), matrix)
    tangent = np.arange(12.0).reshape(2, 3, 2)
    assert_close(labelled.apply(tangent), (matrix @ np.arange(12.0)).reshape(3, 4))
    assert labelled.T.input_shape == (3, 4)
    assert labelled.row((1, 2)).shape == (2, 3, 2)
    assert_close(labelled.column((1, 2, 0)).reshape(-1), matrix[:, 10])
    with pytest.raises(ShapeError):
        operator.reshaped((5,), (12,))


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_that_do_not_fit_are_refused(kind):
    operator = draw(kind, (12, 12))
    for wrong in (np.ones(11), np.ones((11, 12)), np.ones((12, 1, 1)), 2.0):
        with pytest.raises(ShapeError):
            operator @ wrong
    with pytest.raises(ShapeError):
        np.ones(11) @ operator
    with pytest.raises(ShapeError):
        operator.apply(np.ones((12, 1)))
    for array in (np.ones(12), np.ones((12, 12))):
        for combine in (add, mul, sub):
            with pytest.raises(ShapeError, match="Write"):
                combine(operator, array)
            with pytest.raises(ShapeError, match="Write"):
                combine(array, operator)
    for wrong in (1.0, "one", None):
        with pytest.raises(TypeError):
            operator + wrong
    with pytest.raises(TypeError):
        operator * "two"
    with pytest.raises(IndexError):
        operator.row(12)


@pytest.mark.parametrize("kind", KINDS)
def test_operators_do_not_change(kind):
    operator = draw(kind, (12, 12))
    with pytest.raises(AttributeError, match="do not change"):
        operator.input_shape = (3, 4)
    before = operator.todense()
    operator.todense()[...] = 7.0
    operator.diagonal()[...] = 7.0
    assert_close(operator.todense(), before)
    for name in ("values", "left", "right", "index"):
        array = getattr(operator, name, None)
        assert not isinstance(array, np.ndarray) or not array.flags.writeable


@pytest.mark.parametrize("kind", KINDS)
def test_a_zero_meets_infinity_without_harm(kind):
    operator = draw(kind, (12, 12))
    matrix = operator.todense()
    partials, vector = np.ones(12), np.arange(1.0, 13.0)
    partials[[3, 7]] = np.inf, np.nan
    vector[[3, 7]] = 0
    mask = (vector != 0) * 1.0
    expected = operator @ vector
    after, before = operator @ Diagonal(partials), Diagonal(partials) @ operator
    assert_close(after @ vector, expected)
    assert_close((after @ np.stack([vector] * 15, axis=1))[:, 4], expected)
    assert_close(after.explicit() @ vector, expected)
    assert_close((after @ Diagonal(mask)).todense(), matrix * mask)
    assert_close((Diagonal(mask) @ before).todense(), mask[:, None] * matrix)
    assert_close(vector @ before, vector @ matrix)
