"""Trees: containers taken apart and put together again, unchanged."""

from __future__ import annotations

import typing
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import GraphError
from hubel.graph.node import Spec
from hubel.tracing.signature import signature
from hubel.tracing.tree import LEAF, flatten, map_leaves, unflatten


class Pair(typing.NamedTuple):
    first: object
    second: object


@dataclass(frozen=True)
class Layer:
    weight: object
    bias: object
    activation: str = field(default="relu", metadata={"static": True})


LEAVES = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=3))
TREES = st.recursive(
    LEAVES | st.none(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
        st.builds(Pair, inner, inner),
        st.builds(Layer, inner, inner, st.sampled_from(["relu", "tanh"])),
    ),
    max_leaves=12,
)


@given(TREES)
def test_apart_and_together_is_the_same(value):
    leaves, tree = flatten(value)
    again = unflatten(tree, leaves)
    assert again == value
    assert type(again) is type(value)
    assert tree.size == len(leaves) == len(list(tree.paths()))


@given(TREES)
def test_structure_is_hashable_and_knows_no_leaves(value):
    leaves, tree = flatten(value)
    other = unflatten(tree, [object() for _ in leaves])
    assert flatten(other)[1] == tree
    assert hash(flatten(other)[1]) == hash(tree)


@given(TREES)
def test_signature_collects_the_same_leaves(value):
    found: list[object] = []
    signature(value, found)
    assert found == flatten(value)[0]


@given(TREES, TREES)
def test_equal_signatures_mean_equal_structures(one, other):
    if signature(one, []) == signature(other, []):
        assert flatten(one)[1] == flatten(other)[1]


def test_none_is_structure():
    leaves, tree = flatten({"w": 1.0, "b": None})
    assert leaves == [1.0]
    assert unflatten(tree, [2.0]) == {"w": 2.0, "b": None}


def test_static_fields_are_structure():
    relu, tanh = Layer(1.0, 2.0), Layer(1.0, 2.0, "tanh")
    assert flatten(relu)[0] == [1.0, 2.0]
    assert flatten(relu)[1] != flatten(tanh)[1]
    assert unflatten(flatten(tanh)[1], [3.0, 4.0]) == Layer(3.0, 4.0, "tanh")


def test_dataclasses_are_put_together_without_their_init():
    @dataclass
    class Counted:
        x: float

        def __post_init__(self):
            raise AssertionError("a tree is not built anew")

    made = object.__new__(Counted)
    made.x = 1.0
    leaves, tree = flatten(made)
    assert unflatten(tree, [leaves[0] + 1]).x == 2.0


def test_dict_subclasses_keep_their_class_and_order():
    value = OrderedDict(z=1.0, a=2.0)
    again = unflatten(flatten(value)[1], [1.0, 2.0])
    assert type(again) is OrderedDict
    assert list(again) == ["z", "a"]


def test_paths_name_every_leaf():
    tree = flatten({"net": [Layer(1, (2, 3))], "lr": 4})[1]
    assert list(tree.paths("p")) == [
        "p.net.0.weight",
        "p.net.0.bias.0",
        "p.net.0.bias.1",
        "p.lr",
    ]


def test_arrays_and_specs_are_leaves():
    array, spec = np.ones(3), Spec((2,), np.dtype("float64"))
    assert flatten(array) == ([array], LEAF)
    leaves, tree = flatten([spec])
    assert leaves[0] is spec
    assert tree.size == 1


def test_too_many_leaves_and_other_structures_are_errors():
    with pytest.raises(GraphError, match="overfill"):
        unflatten(flatten((1, 2))[1], [1, 2, 3])
    with pytest.raises(GraphError, match="trees differ"):
        map_leaves(max, {"a": 1}, {"b": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.ones(2), np.ones(3)),
        (np.ones(2), np.ones(2, np.float32)),
        (1.0, 1),
        (1, True),
        ("a", "b"),
        ((1.0,), [1.0]),
        (None, 1.0),
        (Layer(1.0, 2.0), Layer(1.0, 2.0, "tanh")),
        (np.float32(1), np.float64(1)),
    ],
)
def test_what_a_signature_tells_apart(one, other):
    assert signature(one, []) != signature(other, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 2.0),
        (np.ones(2), np.zeros(2)),
        (np.ones((2, 3)), np.ones((3, 2)).T),
        (Spec((2,), np.dtype("float64")), np.ones(2)),
        (Spec((), np.dtype("float64"), weak=True), 3.0),
        (np.float64(1), np.array(1.0)),
    ],
)
def test_what_a_signature_does_not_tell_apart(one, other):
    assert signature(one, []) == signature(other, [])
