"""Initial weights."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.nn import (
    INITIALIZERS,
    Frozen,
    Linear,
    Module,
    Sequential,
    initialize,
    mlp,
    softmax_cross_entropy,
)
from hubel.streams import stream

VARIANCES = {"fan_in": 1 / 300, "he": 2 / 300, "glorot": 2 / 500, "small": 1e-4 / 300}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_variance(name):
    weights = Linear(300, 200, init=name, dtype=np.float64).weight
    assert abs(weights.mean()) < 5 * np.sqrt(VARIANCES[name] / weights.size)
    assert weights.var() == pytest.approx(VARIANCES[name], rel=0.03)


def test_a_net_starts_undecided():
    x = stream(0, "test").standard_normal((50, 30), np.float32)
    scores = mlp(30, 20, 10)(x)
    loss = softmax_cross_entropy(scores, np.arange(50) % 10)
    assert float(loss) == pytest.approx(np.log(10), rel=0.01)


def test_biases_start_at_zero():
    assert not mlp(5, 4, 3)[0].bias.any()


def test_float32_weights_are_the_rounded_float64_ones():
    narrow, wide = mlp(5, 4, 3), mlp(5, 4, 3, dtype=np.float64)
    assert wide[0].weight.dtype == np.float64
    assert (narrow[0].weight == wide[0].weight.astype(np.float32)).all()


def test_initialize_depends_on_seed_and_position_only():
    net = Sequential(Linear(3, 3), Linear(3, 3))
    a, b, c = initialize(net, 1), initialize(net, 1), initialize(net, 2)
    assert (a[0].weight == b[0].weight).all()
    assert (a[0].weight != c[0].weight).all()
    assert (a[0].weight != a[1].weight).all()
    longer = initialize(Sequential(*net, Linear(3, 2)), 1)
    assert (longer[1].weight == a[1].weight).all()


def test_initialize_leaves_frozen_parts():
    net = Sequential(Frozen(Linear(3, 3)), Linear(3, 2))
    new = initialize(net, 5)
    assert new[0].inner.weight is net[0].inner.weight
    assert (new[1].weight != net[1].weight).all()


class Held(Module):
    parts: dict
    more: list
    nothing: None


def test_initialize_reaches_into_containers():
    net = Held({"a": Linear(2, 2)}, [Linear(2, 2)], None)
    new = initialize(net, 3)
    assert isinstance(new.more, list)
    assert (new.parts["a"].weight != net.parts["a"].weight).all()
    assert (new.more[0].weight != new.parts["a"].weight).all()


def test_initialize_refuses_parameters_that_nobody_draws():
    class Scale(Module):
        factor: np.ndarray

    with pytest.raises(OptionError, match="initial does not draw"):
        initialize(Sequential(Scale(np.ones(2))), 0)


def test_initial_of_a_module_of_ones_own():
    class Scale(Module):
        factor: np.ndarray

        def initial(self, generator):
            return {"factor": generator.standard_normal(self.factor.shape)}

    new = initialize(Sequential(Scale(np.ones(2))), 7)
    expected = stream(7, "init", 0, 0).standard_normal(2)
    assert (new[0].factor == expected).all()


def test_initializers_may_be_functions():
    layer = Linear(3, 2, init=lambda generator, shape: np.full(shape, 4.0))
    assert (layer.weight == 4).all()
    assert mlp(3, 2, 1, init="fan_in")[0].init == "fan_in"
    assert mlp(3, 2, 1)[0].init == "he"
    assert mlp(3, 2, 1, activation="tanh")[0].init == "glorot"
