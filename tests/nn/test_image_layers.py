"""Layers on images: what they compute, their gradients, and nets of them."""

from __future__ import annotations

import doctest
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, ShapeError
from hubel.nn import (
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    fit,
    initialize,
    step_keys,
)
from hubel.streams import stream
from tests.nn.differences import assert_gradient

F64 = np.float64
X = stream(0, "test").standard_normal((2, 5, 6, 3))
KEY = step_keys(0, 1, 1)[0]

LAYERS = {
    "conv": Conv2d(3, 2, 3, dtype=F64),
    "conv same": Conv2d(3, 2, (2, 3), padding="same", dtype=F64),
    "conv strides": Conv2d(3, 2, 3, stride=(2, 1), padding=1, bias=False, dtype=F64),
    "max pool": MaxPool2d(2),
    "max pool that overlaps": MaxPool2d(3, stride=2, padding=1),
    "average pool": AvgPool2d(2),
    "average pool that overlaps": AvgPool2d((3, 2), stride=1, padding=1),
    "global average pool": GlobalAvgPool2d(),
    "batch norm": BatchNorm(3, dtype=F64),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("key", [None, KEY], ids=["inference", "training"])
def test_gradients_by_differences(name: str, key: np.ndarray | None):
    layer = LAYERS[name]
    tangent = stream(1, "test").standard_normal(layer(X, key=key).shape)

    def projected(pair):
        return (pair[0](pair[1], key=key) * tangent).sum()

    assert_gradient(projected, (layer, X))


@pytest.mark.parametrize("name", LAYERS)
def test_a_compiled_layer_gives_what_it_gives(name: str):
    layer, expected = LAYERS[name], LAYERS[name](X, key=KEY)
    for backend in ("numpy", "llvm"):
        found = hb.compile(lambda x: layer(x, key=KEY), backend=backend)(X)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", set(LAYERS) - {"batch norm"})
def test_an_example_by_itself_gives_the_same(name: str):
    layer = LAYERS[name]
    found = hb.vmap(lambda image: layer(image[np.newaxis])[0])(X)
    np.testing.assert_allclose(found, layer(X), rtol=1e-13, atol=1e-14)


def padded(x: np.ndarray, around: tuple[int, int], fill: float = 0.0) -> np.ndarray:
    (top, left), shape = around, x.shape
    size = (shape[0], shape[1] + 2 * top, shape[2] + 2 * left, shape[3])
    out = np.full(size, fill)
    out[:, top : top + shape[1], left : left + shape[2]] = x
    return out


def slid(x: np.ndarray, kernel: tuple[int, int], stride: tuple[int, int]):
    """Give each place of a window, and the window of all images there."""
    high, wide = ((x.shape[a + 1] - kernel[a]) // stride[a] + 1 for a in (0, 1))
    for i, j in product(range(high), range(wide)):
        y, z = i * stride[0], j * stride[1]
        yield i, j, x[:, y : y + kernel[0], z : z + kernel[1]]


@pytest.mark.parametrize("stride", [1, 2, (1, 3)])
@pytest.mark.parametrize("padding", [0, 1, (2, 0)])
@pytest.mark.parametrize("kernel", [1, 3, (2, 4)])
def test_a_convolution_is_windows_times_filters(stride, padding, kernel):
    layer = Conv2d(3, 4, kernel, stride=stride, padding=padding, dtype=F64)
    layer = layer.replace(bias=np.arange(4.0))
    found = layer(X)
    around = padding if isinstance(padding, tuple) else (padding, padding)
    steps = stride if isinstance(stride, tuple) else (stride, stride)
    for i, j, window in slid(padded(X, around), layer.weight.shape[:2], steps):
        expected = np.einsum("nhwc,hwco->no", window, layer.weight) + np.arange(4.0)
        np.testing.assert_allclose(found[:, i, j], expected, atol=1e-13)
    assert found[:, i, j].shape == found[:, -1, -1].shape
    assert (i + 1, j + 1) == found.shape[1:3]


@pytest.mark.parametrize("kernel", [2, 3, (4, 1)])
def test_same_padding_keeps_the_size(kernel):
    assert Conv2d(3, 1, kernel, padding="same")(X).shape == (2, 5, 6, 1)


@pytest.mark.parametrize(
    ("stride", "padding"), [(None, 0), (1, 0), (2, 1), ((3, 1), (0, 1))]
)
@pytest.mark.parametrize(
    ("pool", "of_window", "fill"),
    [(MaxPool2d, np.max, -np.inf), (AvgPool2d, np.mean, 0.0)],
)
def test_pools_by_their_windows(pool, of_window, fill, stride, padding):
    layer = pool((2, 3), stride=stride, padding=padding)
    found = layer(X)
    for i, j, window in slid(padded(X, layer.padding, fill), (2, 3), layer.stride):
        expected = of_window(window, axis=(1, 2))
        np.testing.assert_allclose(found[:, i, j], expected, atol=1e-14)
    assert (i + 1, j + 1) == found.shape[1:3]


def test_equal_greatest_numbers_share_the_gradient():
    flat = hb.grad(lambda x: MaxPool2d(2)(x).sum())(np.ones((1, 2, 2, 1)))
    assert flat.reshape(-1).tolist() == [0.25] * 4


def test_global_average_pool():
    expected = X.mean(axis=(1, 2))
    np.testing.assert_allclose(GlobalAvgPool2d()(X), expected, atol=1e-15)


def test_large_images_are_convolved_in_pieces(monkeypatch):
    layer = Conv2d(3, 2, 3, padding=1, stride=2, dtype=F64)
    whole = layer(X)
    monkeypatch.setattr("hubel.gates._windows2d.BLOCK", 1)  # a row of windows each
    np.testing.assert_allclose(layer(X), whole, atol=1e-14)
    assert_gradient(lambda pair: (pair[0](pair[1]) ** 2).sum(), (layer, X))


def test_images_of_one_channel_may_be_views():
    """An axis of length 1 may have any stride, though all lies in one piece."""
    grey = X[..., 0].copy()
    view = grey[..., None]
    assert view.flags.c_contiguous
    assert view.strides[3] != view.itemsize
    layer = Conv2d(1, 2, 3, dtype=F64)
    np.testing.assert_array_equal(layer(view), layer(view.copy()))


def test_many_windows_are_left_to_numpy_in_native_code(monkeypatch):
    layer = Conv2d(3, 2, 3, padding=1, dtype=F64)

    def slopes(layer, x):
        return hb.value_and_grad(lambda pair: (pair[0](pair[1]) ** 2).sum())((layer, x))

    (few, some) = hb.compile(slopes, backend="llvm")(layer, X)
    monkeypatch.setattr("hubel.gates._conv2d.LARGEST", 0)
    again = hb.compile(lambda layer, x: slopes(layer, x), backend="llvm")
    (many, others) = again(layer, X)
    steps = again.native(layer, X).describe()
    assert "conv2d_weights" in steps
    assert "windows2d" not in steps
    np.testing.assert_allclose(many, few, rtol=1e-12)
    np.testing.assert_allclose(others[0].weight, some[0].weight, rtol=1e-12)
    np.testing.assert_allclose(others[1], some[1], rtol=1e-12, atol=1e-12)


def test_kaiming_keeps_the_variance_through_relu():
    images = stream(2, "test").standard_normal((4, 16, 16, 32))
    out = Conv2d(32, 256, 3, dtype=F64)(np.maximum(images, 0) * np.sqrt(2))
    assert abs(out.var() / 2 - 1) < 0.1


def test_initialize_draws_all_but_the_shapes():
    net = Sequential(Conv2d(1, 2, 3), BatchNorm(2), Conv2d(2, 3, 1, bias=False))
    one, two = initialize(net, 1), initialize(net, 2)
    assert (one[0].weight != two[0].weight).all()
    assert list(net.parameters()) == [
        *("layers.0.weight", "layers.0.bias"),
        *("layers.1.weight", "layers.1.bias", "layers.2.weight"),
    ]
    assert repr(net) == "Sequential(Conv2d(1, 2, 3), BatchNorm(2), Conv2d(2, 3, 1))"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv2d(0, 1, 3),
        lambda: Conv2d(1, 1, 0),
        lambda: Conv2d(1, 1, 3, stride=0),
        lambda: Conv2d(1, 1, 3, padding="full"),
        lambda: Conv2d(1, 1, 3, padding=-1),
        lambda: Conv2d(1, 1, 3, stride=2, padding="same"),
        lambda: MaxPool2d((2, 2, 2)),  # pyright: ignore[reportArgumentType]
        lambda: MaxPool2d(2, padding=2),
        lambda: BatchNorm(0),
        lambda: BatchNorm(1, momentum=0),
    ],
)
def test_options_outside_their_range_are_refused(make):
    with pytest.raises(OptionError):
        make()


@pytest.mark.parametrize(
    "layer",
    [Conv2d(2, 1, 3), MaxPool2d(7), BatchNorm(2), Conv2d(3, 1, 6), AvgPool2d(6)],
)
def test_images_that_do_not_fit_are_refused(layer: Module):
    with pytest.raises(ShapeError):
        layer(X)


@pytest.mark.parametrize("layer", [Conv2d(3, 1, 3), MaxPool2d(2), GlobalAvgPool2d()])
def test_rows_are_not_images(layer: Module):
    with pytest.raises(ShapeError, match="images of shape"):
        layer(X.reshape(2, -1))


def test_a_convolutional_net_learns():
    generator = stream(3, "test")
    labels = np.arange(64) % 2
    images = generator.normal(size=(64, 8, 8, 1)).astype(np.float32)
    images[labels == 1, 2:6, 3:5] += 1.5
    net = Sequential(
        *(Conv2d(1, 4, 3, padding="same"), BatchNorm(4), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(64, 2)),
    )
    trained, history = fit(net, images, labels, epochs=20, batch_size=16)
    assert history[-1].train_accuracy == 1.0
    assert hb.nn.accuracy(trained, images, labels) == 1.0


def test_a_convolution_hangs_on_its_window_alone():
    layer = Conv2d(1, 1, 3, padding=1, dtype=F64)
    image = stream(4, "test").standard_normal((1, 6, 6, 1))
    matrix = hb.jacobian(layer)(image)
    dense = np.asarray(matrix).reshape(36, 36)
    assert np.count_nonzero(dense) == (3 * 6 - 2) ** 2
    np.testing.assert_allclose(dense @ image.reshape(-1), layer(image).reshape(-1))


def test_the_page_about_layers_says_what_happens():
    page = Path(__file__).parents[2] / "docs" / "layers.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried
    assert not failed
