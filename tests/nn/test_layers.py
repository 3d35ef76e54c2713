"""Layers: shapes, gradients, randomness."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.nn import (
    ACTIVATIONS,
    ELU,
    Dropout,
    Flatten,
    Frozen,
    LeakyReLU,
    Linear,
    Maxout,
    Module,
    Normalize,
    Sequential,
    Tanh,
    mlp,
    step_keys,
)
from hubel.nn._activations import find_activation
from hubel.nn._keys import derive
from hubel.streams import stream
from hubel.tracing.tree import flatten
from hubel.transforms.gradients import grad
from tests.nn.differences import assert_gradient

X = stream(0, "test").standard_normal((3, 4))
KEY = step_keys(0, 1, 1)[0]

LAYERS = {
    "linear": Linear(4, 3, dtype=np.float64),
    "sequential": Sequential(Linear(4, 3, dtype=np.float64), Tanh()),
    "normalize": Normalize(X[0], X[1], dtype=np.float64),
    "frozen": Frozen(Linear(4, 2, dtype=np.float64)),
    "flatten": Flatten(),
    "dropout": Dropout(0.5),
    "maxout of 4": Maxout(4),
    **{name: make() for name, make in ACTIVATIONS.items()},
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("key", [None, KEY], ids=["inference", "training"])
def test_gradients_by_differences(name, key):
    layer = LAYERS[name]
    tangent = stream(1, "test").standard_normal(layer(X, key=key).shape)

    def projected(pair):
        return (pair[0](pair[1], key=key) * tangent).sum()

    if name == "frozen":
        assert_gradient(lambda x: projected((layer, x)), X)
    else:
        assert_gradient(projected, (layer, X))


def test_a_frozen_layer_has_no_gradient_and_lets_that_of_its_input_through():
    frozen = LAYERS["frozen"]
    by_layer, by_input = grad(lambda pair: pair[0](pair[1]).sum())((frozen, X))
    assert not any(array.any() for array in flatten(by_layer)[0])
    plain = grad(lambda x: frozen.inner(x).sum())(X)
    np.testing.assert_array_equal(by_input, plain)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_keep_float32(name):
    layer = LAYERS[name]
    if layer.parameters() or name in ("normalize", "frozen"):
        pytest.skip("its arrays are float64 here")
    assert layer(X.astype(np.float32), key=KEY).dtype == np.float32


def test_linear_is_weights_by_columns():
    layer = Linear(3, 2).replace(
        weight=np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 10.0]]),
        bias=np.array([0.5, 0.0]),
    )
    assert layer(np.array([[1.0, 2.0, 3.0]])).tolist() == [[1.5, 32.0]]


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 2)])
def test_linear_needs_features(sizes):
    with pytest.raises(OptionError, match=r"features >= 1"):
        Linear(*sizes)


def test_sequential_is_a_sequence():
    net = Sequential(Linear(4, 3), Tanh(), Linear(3, 2))
    assert len(net) == 3
    assert [type(layer).__name__ for layer in net] == ["Linear", "Tanh", "Linear"]
    assert net[-1].weight.shape == (3, 2)
    assert isinstance(net[:2], Sequential)
    x = X.astype(np.float32)
    assert (net[2](net[:2](x)) == net(x)).all()


def test_sequential_refuses_what_is_no_module():
    with pytest.raises(OptionError, match="layer 1 of Sequential is of type ufunc"):
        Sequential(Tanh(), np.tanh)


def test_sequential_takes_modules_without_a_key_in_inference():
    class Double(Module):
        def __call__(self, x):
            return 2 * x

    assert Sequential(Double())(1.5) == 3.0


def test_flatten():
    assert Flatten()(np.zeros((5, 2, 3, 4))).shape == (5, 24)


@pytest.mark.parametrize("per", ["pixel", "channel", "image set"])
def test_normalize_of_images(per):
    images = stream(2, "test").integers(0, 256, (1500, 4, 5, 3), dtype=np.uint8)
    images[:, 0, 0, 0] = 7 if per == "pixel" else images[:, 0, 0, 0]
    layer = Normalize.of(images, per=per)
    out = layer(images)
    assert out.dtype == np.float32
    assert layer.mean.shape == (4, 5, 3)
    assert layer.mean.flags.c_contiguous
    axes = {"pixel": (0,), "channel": (0, 1, 2), "image set": None}[per]
    np.testing.assert_allclose(out.mean(axis=axes, dtype=np.float64), 0, atol=1e-6)
    spread = out.std(axis=axes, dtype=np.float64)
    if per == "pixel":
        assert (out[:, 0, 0, 0] == 0).all()
        spread[0, 0, 0] = 1
    np.testing.assert_allclose(spread, 1, atol=1e-5)


def test_normalize_refuses_no_images_and_unknown_axes():
    with pytest.raises(OptionError, match="0 images per 'pixel'"):
        Normalize.of(np.zeros((0, 3)))
    with pytest.raises(OptionError, match="per 'row'"):
        Normalize.of(np.zeros((2, 3)), per="row")


def test_dropout_keeps_the_mean_and_the_rate():
    x = np.ones((300, 400), np.float32)
    out = Dropout(0.3)(x, key=KEY)
    assert set(np.unique(out)) == {np.float32(0), np.float32(1 / 0.7)}
    sigma = np.sqrt(0.3 * 0.7 / x.size)
    assert abs((out == 0).mean() - 0.3) < 5 * sigma
    assert abs(out.mean(dtype=np.float64) - 1) < 5 * sigma / 0.7


def test_dropout_masks_are_a_function_of_the_key():
    x, layer = np.ones((20, 30)), Dropout(0.5)
    same, other = layer(x, key=KEY), layer(x, key=step_keys(0, 1, 2)[1])
    assert (layer(x, key=KEY) == same).all()
    assert 0.3 < (same != other).mean() < 0.7
    assert layer(x) is x
    assert Dropout(0)(x, key=KEY) is x


def test_dropout_gradient_is_the_mask():
    layer, x = Dropout(0.5), np.ones((4, 5))
    gradient = grad(lambda x: layer(x, key=KEY).sum())(x)
    assert (gradient == layer(x, key=KEY)).all()


def test_layers_of_a_net_draw_different_masks():
    x = np.ones((20, 30))
    nested = Sequential(Sequential(Dropout(0.5)), Sequential(Dropout(0.5)))
    first = nested[:1](x, key=KEY)
    both = nested(x, key=KEY)
    assert 0.15 < (both != 0).mean() < 0.35
    assert ((both != 0) <= (first != 0)).all()


def test_order_of_nested_positions_counts():
    assert (derive(derive(KEY, 0), 1) != derive(derive(KEY, 1), 0)).all()


def test_step_keys_are_a_function_of_seed_epoch_and_step():
    keys = {bytes(k) for e in (1, 2) for s in (0, 1) for k in step_keys(s, e, 10)}
    assert len(keys) == 40
    assert (step_keys(3, 2, 10)[:4] == step_keys(3, 2, 4)).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Dropout(1.0),
        lambda: Dropout(-0.1),
        lambda: LeakyReLU(1.0),
        lambda: ELU(0),
        lambda: Maxout(0),
        lambda: mlp(3),
        lambda: mlp(3, 2, 1, activation="cube"),
        lambda: Linear(3, 2, init="ones"),
    ],
)
def test_options_outside_their_range(make):
    with pytest.raises(OptionError):
        make()


def test_activations_on_numbers():
    x = np.array([[-2.0, 0.0, 0.5, 3.0]])
    values = {name: make()(x)[0] for name, make in ACTIVATIONS.items()}
    np.testing.assert_allclose(values["sigmoid"], 1 / (1 + np.exp(-x[0])))
    np.testing.assert_allclose(values["tanh"], np.tanh(x[0]))
    assert values["relu"].tolist() == [0, 0, 0.5, 3]
    assert values["leaky_relu"].tolist() == [-0.2, 0, 0.5, 3]
    np.testing.assert_allclose(values["elu"], [np.expm1(-2), 0, 0.5, 3])
    assert values["maxout"].tolist() == [0, 3]


def test_find_activation():
    assert repr(find_activation("leaky-relu")) == "LeakyReLU(slope=0.1)"
    act = Maxout(3)
    assert find_activation(act) is act


def test_mlp_of_maxout_widens_its_layers():
    net = mlp(6, 5, 3, activation=Maxout(4))
    assert [layer.weight.shape for layer in (net[0], net[2])] == [(6, 20), (5, 3)]
    assert net(np.ones((2, 6), np.float32)).shape == (2, 3)


def test_mlp_puts_dropout_after_every_hidden_layer():
    kinds = [type(layer).__name__ for layer in mlp(4, 3, 3, 2, dropout=0.1)]
    assert kinds == [*("Linear", "ReLU", "Dropout") * 2, "Linear"]
