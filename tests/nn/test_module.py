"""A module is an immutable tree of arrays."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.nn import (
    Dropout,
    Frozen,
    Linear,
    Module,
    Normalize,
    Sequential,
    Tanh,
    bias,
    fixed,
    mlp,
    static,
    weight,
)
from hubel.nn._module import needs_key, roles
from hubel.tracing.tree import flatten, map_leaves
from hubel.transforms.gradients import grad


class Affine(Module):
    slope: np.ndarray = weight()
    offset: np.ndarray = bias()
    origin: np.ndarray = fixed()
    power: int = static(1)

    def __call__(self, x, *, key=None):
        return self.slope * (x - self.origin) ** self.power + self.offset


class Pair(Module):
    parts: dict
    extra: np.ndarray

    def __call__(self, x, *, key=None):
        return self.parts["a"](x) + self.parts["b"](x) * self.extra


def affine(power=1):
    return Affine(np.array([2.0]), np.array([1.0]), np.array([0.5]), power)


def test_a_subclass_is_a_frozen_dataclass():
    net = affine()
    with pytest.raises(dataclasses.FrozenInstanceError):
        net.slope = np.zeros(1)
    assert net(np.array([1.5])) == 3.0


def test_gradient_is_a_module_of_gradients():
    gradient = grad(lambda net: net(np.array([1.5])).sum())(affine(power=2))
    assert isinstance(gradient, Affine)
    assert gradient.power == 2
    assert (gradient.slope, gradient.offset, gradient.origin) == (1.0, 1.0, -4.0)


def test_roles_follow_fields_and_fixed_covers_everything_beneath():
    net = Sequential(affine(), Frozen(Sequential(Linear(2, 3))), Linear(3, 1))
    assert roles(flatten(net)[1]) == (
        *("weight", "bias", "fixed"),
        *("fixed", "fixed"),
        *("weight", "bias"),
    )


def test_roles_of_arrays_in_containers():
    net = Pair({"a": affine(), "b": affine()}, np.ones(1))
    assert roles(flatten(net)[1]) == (*("weight", "bias", "fixed") * 2, "weight")
    assert list(net.parameters()) == [
        *("parts.a.slope", "parts.a.offset", "parts.b.slope", "parts.b.offset"),
        "extra",
    ]


def test_parameters_are_counted_without_fixed_arrays():
    net = Sequential(Normalize(np.zeros(3), np.ones(3)), Linear(3, 2))
    assert list(net.parameters()) == ["layers.1.weight", "layers.1.bias"]
    assert net.count_parameters() == 8


def test_replace_returns_a_new_module():
    net = affine()
    other = net.replace(slope=np.array([5.0]), power=3)
    assert (net.slope, net.power) == (2.0, 1)
    assert (other.slope, other.offset, other.power) == (5.0, 1.0, 3)


def test_replace_refuses_an_unknown_field():
    with pytest.raises(OptionError, match=r"Affine has no field gain[\s\S]*slope"):
        affine().replace(gain=1)


def test_a_module_survives_flattening():
    net = mlp(4, 3, 2, activation="leaky_relu", dropout=0.25)
    same = map_leaves(lambda x: x, net)
    assert repr(same) == repr(net)
    x = np.ones((2, 4), np.float32)
    assert (same(x) == net(x)).all()


def test_summary_lists_every_array():
    lines = Sequential(Normalize([0, 0], 1), Linear(2, 3)).summary().splitlines()
    assert lines[0].split() == ["array", "shape", "dtype", "numbers", "role"]
    assert lines[1].split() == ["layers.0.mean", "(2,)", "float32", "2", "fixed"]
    assert lines[3].split() == [
        "layers.1.weight",
        "(2,",
        "3)",
        "float32",
        "6",
        "weight",
    ]
    assert lines[-1] == "9 parameters"


def test_repr_shows_structure():
    assert repr(affine(power=2)) == "Affine(power=2)"
    assert repr(Frozen(Linear(2, 1))) == "Frozen(Linear(2, 1))"


def test_needs_key_only_where_dropout_is():
    assert needs_key(Sequential(Frozen(Sequential(Dropout(0.5))), Tanh()))
    assert not needs_key(mlp(2, 2, 2))
    assert needs_key(Pair({"a": Dropout(0.1), "b": affine()}, np.ones(1)))


def test_a_module_without_call_says_so():
    class Bare(Module):
        pass

    with pytest.raises(NotImplementedError, match="Bare has no __call__"):
        Bare()(np.ones(1))
