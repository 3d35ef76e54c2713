"""Terms stand for arrays: every operator, method and property means what NumPy does."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import hubel as hb
from hubel.errors import GateError, TraceError
from hubel.graph.methods import Methods
from hubel.graph.node import (
    CONSTANT,
    INPUT,
    Rule,
    Spec,
    constant_node,
    input_node,
    register,
    spec_of,
)
from hubel.graph.registry import GATES, lookup, read, write
from hubel.graph.term import Term

X = np.array([[0.3, -1.2, 2.0], [0.7, 0.1, -0.4]])
Z = X + 1j * X[::-1]
N = np.array([[5, 3, 9], [1, 0, 6]])
ORDERED = np.array([0.0, 1.0, 2.0])

METHODS = {
    "T": lambda a: a.T,
    "mT": lambda a: a.mT,
    "real": lambda a: a.real,
    "imag": lambda a: a.imag,
    "reshape": lambda a: a.reshape(3, 2),
    "transpose": lambda a: a.transpose(1, 0) + a.transpose((1, 0)) + a.transpose(),
    "flatten": lambda a: a.flatten(),
    "astype": lambda a: a.astype(np.complex64),
    "copy": lambda a: a.copy(),
    "conj": lambda a: a.conj(),
    "conjugate": lambda a: a.conjugate(),
    "sum": lambda a: a.sum(axis=1),
    "mean": lambda a: a.mean(axis=0, keepdims=True),
    "max": lambda a: a.real.max(axis=0),
    "min": lambda a: a.real.min(),
    "prod": lambda a: a.prod(axis=-1),
    "var": lambda a: a.real.var(),
    "std": lambda a: a.real.std(axis=1),
    "all": lambda a: (a.real > -5).all(),
    "any": lambda a: (a.real > 1).any(axis=1),
    "argmax": lambda a: a.real.argmax(axis=1),
    "argmin": lambda a: a.real.argmin(),
    "argsort": lambda a: a.real.argsort(axis=1),
    "cumsum": lambda a: a.cumsum(axis=1),
    "cumprod": lambda a: a.cumprod(axis=0),
    "ravel": lambda a: a.ravel(),
    "swapaxes": lambda a: a.swapaxes(0, 1),
    "squeeze": lambda a: a[:1].squeeze(),
    "repeat": lambda a: a.repeat(2, axis=0),
    "take": lambda a: a.take([0, 2], axis=1),
    "dot": lambda a: a.dot(a.T),
    "clip": lambda a: a.real.clip(-1, 1),
    "round": lambda a: a.real.round(1),
    "diagonal": lambda a: a.diagonal(),
    "trace": lambda a: a.trace(),
    "searchsorted": lambda a: a.real[0].argsort() * 0 + a.real[1, :1].size,
}


def public(kind) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("array", [X, Z], ids=["real", "complex"])
def test_methods_are_numpys(name, array):
    f = METHODS[name]
    expected = f(array)
    found = hb.compile(f)(array)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert np.asarray(found).dtype == expected.dtype


SHAPED_BY_VALUES = {"nonzero", "compress", "choose", "argpartition", "ptp"}


def test_every_method_is_here():
    elsewhere = {"fill", "itemsize", "sort", "partition", "put", "searchsorted"}
    assert public(Methods) <= set(METHODS) | SHAPED_BY_VALUES | elsewhere
    arrays = {name for name in dir(np.ndarray) if not name.startswith("_")}
    assert public(Methods) - {"ptp"} <= arrays


def test_methods_that_a_graph_cannot_shape():
    with pytest.raises(TraceError):
        hb.compile(lambda a: a.nonzero())(X)
    with pytest.raises(TraceError):
        hb.compile(lambda a: a.compress(a[0] > 0, axis=1))(X)


def test_searchsorted_and_argpartition():
    found = hb.compile(lambda a, v: a.searchsorted(v))(ORDERED, np.array([0.5, 2.5]))
    np.testing.assert_array_equal(found, [1, 3])
    places = hb.compile(lambda a: a.argpartition(1))(ORDERED[::-1])
    assert ORDERED[::-1][places[1]] == 1.0


def test_fill_writes_every_element():
    def f(a):
        b = a * 1.0
        b.fill(3.0)
        return b + a

    np.testing.assert_array_equal(hb.compile(f)(X), X + 3)


OPERATORS = [
    operator.floordiv,
    operator.mod,
    operator.and_,
    operator.or_,
    operator.xor,
    divmod,
]


@pytest.mark.parametrize("op", OPERATORS)
def test_operators_of_integers_both_ways(op):
    for f in (lambda n: op(n, 7), lambda n: op(7, n + 1), lambda n: op(n, n + 1)):
        for found, wanted in zip(hb.compile(f)(N), f(N), strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("op", [operator.lshift, operator.rshift])
def test_shifts(op):
    for f in (lambda n: op(n, 2), lambda n: op(64, n)):
        np.testing.assert_array_equal(hb.compile(f)(N), f(N))


def test_inversion():
    np.testing.assert_array_equal(hb.compile(lambda n: ~n)(N), ~N)


@pytest.mark.parametrize(
    "op", [operator.lt, operator.ne, operator.matmul, operator.pow]
)
def test_operators_with_the_array_first(op):
    """NumPy's array asks the term on its right."""
    left, right = np.abs(X) + 1, X.T @ X if op is operator.matmul else X
    found = hb.compile(lambda x: op(left, x))(right)
    np.testing.assert_allclose(found, op(left, right))


def test_lengths_and_sizes():
    node = input_node(Spec((2, 3), np.dtype("float32")))
    assert (node.ndim, node.size, node.nbytes, len(node)) == (2, 6, 24, 2)
    scalar = input_node(Spec((), np.dtype("float64")))
    assert (scalar.ndim, scalar.size) == (0, 1)
    with pytest.raises(TypeError, match="without axes"):
        len(scalar)
    with pytest.raises(TypeError, match="without axes"):
        iter(scalar)
    assert [row.shape for row in node] == [(3,), (3,)]


def test_what_is_known_of_values():
    assert spec_of(3) == Spec((), np.dtype(int), weak=True)
    assert spec_of(np.float32(3)) == Spec((), np.dtype("float32"))
    assert spec_of([1.0, 2.0]) == Spec((2,), np.dtype("float64"))
    assert spec_of(spec_of(X)) == Spec((2, 3), np.dtype("float64"))
    assert constant_node([1, 2]).constant.tolist() == [1, 2]
    assert constant_node(X).known is X
    assert input_node(spec_of(X)).known is None
    assert constant_node(constant_node(2.0)).known == 2.0


def test_leaves_are_not_computed():
    for leaf in (INPUT, CONSTANT):
        with pytest.raises(GateError, match="has a value"):
            leaf()
        with pytest.raises(GateError, match="is made with its shape"):
            leaf.infer()
    assert repr(INPUT) == "<gate input>"
    assert repr(input_node(spec_of(X))) == "<input float64[2, 3]>"


def test_gates_are_known_by_one_name_each():
    assert lookup("add") is GATES["add"]
    with pytest.raises(GateError, match="gate named 'add' already"):
        register(GATES["add"])
    with pytest.raises(GateError, match="no gate named 'nope'"):
        lookup("nope")


def test_the_keys_of_indexing_mean_indexing():
    np.testing.assert_array_equal(read(X, (0, slice(None))), X[0])
    after = write(X, 0, 9.0)
    assert (after[0, 0], X[0, 0]) == (9.0, 0.3)


def test_abstract_rules_and_terms_compute_nothing():
    for method in (Rule().pull, Rule().push):
        with pytest.raises(NotImplementedError):
            method(0, 1.0, 1.0, (1.0,), {})
    with pytest.raises(NotImplementedError):
        Term().apply(GATES["add"], (), {})
    assert Term().known is None
