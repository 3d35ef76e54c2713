"""Functions and nets as ONNX files, for any number of examples."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.data import tenshapes
from hubel.errors import ExportError, OptionError, ShapeError
from hubel.features import HOG, HueHistogram
from hubel.nn import (
    ACTIVATIONS,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Normalize,
    ReLU,
    Sequential,
    mlp,
    softmax_cross_entropy,
)
from hubel.onnx import to_onnx, verify
from tests.onnx.run import run, session

IMAGES = np.random.default_rng(0).integers(0, 256, (100, 4, 5, 3), np.uint8)
PIXELS = np.random.default_rng(2).integers(0, 256, (100, 12, 11, 3), np.uint8)
X = np.random.default_rng(1).normal(size=(100, 6))


def agrees(f: Any, x: Any, **options: Any) -> None:
    """Compare for several numbers of examples, one and none included."""
    content = to_onnx(f, x[:2], **options)
    for count in (100, 7, 2, 1):
        (found,) = run(content, **{"x": x[:count]})
        np.testing.assert_allclose(found, f(x[:count]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_net_gives_the_same_scores(activation: str):
    layers = mlp(60, 20, 10, 4, activation=activation, dropout=0.5, seed=3)
    net = Sequential(Normalize.of(IMAGES), Flatten(), *layers)
    agrees(net, IMAGES)


def test_a_net_in_float64_stays_there():
    content = to_onnx(mlp(6, 5, 3, activation="tanh", dtype=np.float64), X)
    (found,) = run(content, x=X)
    assert found.dtype == np.float64
    true = mlp(6, 5, 3, activation="tanh", dtype=np.float64)(X)
    np.testing.assert_allclose(found, true, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x - np.mean(x, axis=0),
        lambda x: x.sum(axis=0) / x.shape[0],
        lambda x: np.concatenate([x, x[::-1]], axis=0)[: 2 * x.shape[0] - 1],
        lambda x: x[np.arange(x.shape[0]), np.argmax(x, axis=1)],
        lambda x: np.sort(x, axis=1)[:, ::-2],
        lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1),
        lambda x: np.pad(x, ((0, 0), (2, 1)))[:, None, :, None],
        lambda x: np.pad(x, ((1, 2), (0, 0)), mode="constant", constant_values=3),
        lambda x: np.broadcast_to(x[:, None], (x.shape[0], 3, 6)).reshape(-1, 6),
        lambda x: np.einsum("ni,nj->nij", x, x),
        lambda x: np.cumsum(x, axis=1) @ np.ones((6, 2)),
        lambda x: np.where(x > 0, x, np.zeros(x.shape)),
        lambda x: np.std(x, axis=1, keepdims=True) + np.median(x, axis=1)[:, None],
        lambda x: np.roll(x, 2, axis=1) + np.flip(x, axis=(0, 1)),
        lambda x: np.stack([x, x.T.T], axis=-1).max(axis=2),
        lambda x: np.triu(np.ones((6, 6))) @ x.T,
        lambda x: x.reshape(x.shape[0], 2, 3).transpose(1, 0, 2).reshape(-1, 3),
        lambda x: np.linspace(0, 1, 6) * x + np.arange(x.shape[0])[:, None],
        lambda x: np.histogram(x[0], bins=4, range=(-2, 2))[0] + 0 * x[:, :4],
    ],
)
def test_lengths_follow_the_number_of_examples(f: Any):
    agrees(f, X)


def test_gradients_can_be_written_too():
    weights = np.ones((6, 3))
    labels = np.arange(100) % 3

    def slope(x, labels):
        def loss(w):
            return softmax_cross_entropy(np.tanh(x @ w), labels)

        return hb.grad(loss)(weights)

    content = to_onnx(slope, X, labels)
    (found,) = run(content, x=X[:9], labels=labels[:9])
    np.testing.assert_allclose(found, slope(X[:9], labels[:9]), atol=1e-12)


def test_names_are_those_of_the_program():
    net = Sequential(Linear(6, 3), Dropout(0.5))

    class Answer(hb.nn.Module):
        inner: Any

        def __call__(self, table: Any, *, key: Any = None) -> Any:
            scores = self.inner(table)
            return {"scores": scores, "best": np.argmax(scores, axis=1)}

    content = to_onnx(Answer(net), X.astype(np.float32), metadata={"by": "a test"})
    ready = session(content)
    assert [(i.name, i.shape, i.type) for i in ready.get_inputs()] == [
        ("table", ["n", 6], "tensor(float)")
    ]
    assert [(o.name, o.shape) for o in ready.get_outputs()] == [
        ("scores", ["n", 3]),
        ("best", ["n"]),
    ]
    assert ready.get_modelmeta().custom_metadata_map == {"by": "a test"}
    import onnx

    names = {each.name for each in onnx.load_from_string(content).graph.initializer}
    assert "inner.layers.0.weight" in names
    assert not any(node.domain for node in onnx.load_from_string(content).graph.node)


def test_without_batch_shapes_are_fixed():
    content = to_onnx(lambda x, y: x @ y + 1, X[:4], X[:2].T, batch=False)
    ready = session(content)
    assert [i.shape for i in ready.get_inputs()] == [[4, 6], [6, 2]]
    (found,) = ready.run(None, {"x": X[:4], "y": X[:2].T})
    np.testing.assert_allclose(found, X[:4] @ X[:2].T + 1, atol=1e-12)


def test_the_same_function_gives_the_same_bytes():
    net = mlp(6, 5, 3, seed=2)
    x = X.astype(np.float32)
    assert to_onnx(net, x) == to_onnx(net, x[:3])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x @ x.T @ np.eye(x.shape[0]),
        lambda x: np.broadcast_to(x, (x.shape[0], *x.shape)).reshape(-1, 6),
        lambda x: x * 2 if x.shape[0] > 64 else x + 1,
        lambda x: x * np.sqrt(x.shape[0]),
        lambda x: x[: x.shape[0] // 2],
        lambda x: x[: (x.shape[0] + 1) // 2],
        lambda x: x[x.shape[0] % 2 :],
    ],
)
def test_what_does_not_follow_the_examples_linearly_is_refused(f: Any):
    with pytest.raises(ExportError, match="number of examples"):
        to_onnx(f, X)


def test_every_gate_without_a_form_is_named_with_a_line():
    def f(x):
        y = np.cumprod(x, axis=1)
        return np.fft.fft(y).real + np.linalg.svdvals(x[:, :, None])

    with pytest.raises(ExportError, match=r"cumprod.*fft.*svdvals") as caught:
        to_onnx(f, X)
    assert "test_to_onnx.py" in str(caught.value)
    assert "cumprod" in caught.value.where


def test_a_gate_of_ones_own_is_named():
    class Twice(hb.Gate):
        def forward(self, x):
            return 2 * x

        def backward(self, upstream):
            return 2 * upstream

    with pytest.raises(ExportError, match="Twice"):
        to_onnx(lambda x: Twice()(x), X)


def test_an_argument_without_an_axis_needs_batch_false():
    with pytest.raises(ShapeError, match="x has no axis"):
        to_onnx(lambda x: x + 1, 2.0)
    assert run(to_onnx(lambda x: x + 1, 2.0, batch=False), x=np.array(2.0))[0] == 3


def test_without_onnx_ir_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnx_ir", None)
    with pytest.raises(OptionError, match=r"hubel\[onnx\]"):
        to_onnx(np.tanh, X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_convolutional_net_gives_the_same_scores(dtype: Any):
    net = Sequential(
        Normalize.of(PIXELS, per="channel", dtype=dtype),
        Conv2d(3, 6, 3, padding="same", dtype=dtype),
        BatchNorm(6, dtype=dtype),
        ReLU(),
        MaxPool2d(2),
        Conv2d(6, 5, (3, 2), stride=2, padding=1, dtype=dtype),
        AvgPool2d(2, stride=1),
        GlobalAvgPool2d(),
        Linear(5, 4, dtype=dtype),
    )
    agrees(net, PIXELS)


@pytest.mark.parametrize("feature", [HueHistogram(), HOG()], ids=["hue", "hog"])
def test_a_feature_gives_the_same_numbers(feature: Any):
    """Hard bins: a pixel on the edge of one may vote for its neighbour."""
    images = tenshapes(20, 1)[0].images
    difference = verify(to_onnx(feature, images), feature, images, tolerance=2e-5)
    assert difference is not None


def test_verify_finds_another_function():
    content = to_onnx(np.tanh, X)
    assert verify(content, np.tanh, X) < 1e-12
    with pytest.raises(ExportError, match="differ by"):
        verify(content, np.sin, X)


def test_names_that_meet_are_refused():
    with pytest.raises(ExportError, match="both called x"):
        to_onnx(lambda x: {"x": x + 1}, X)
    found = run(to_onnx(lambda x: (x + 1, [x - 1]), X), x=X)
    np.testing.assert_array_equal(found, [X + 1, X - 1])


def test_lengths_that_are_the_first_numbers_of_examples_do_not_confuse():
    x = np.random.default_rng(3).normal(size=(100, 61))

    def f(x):
        return np.broadcast_to(x.mean(axis=0), x.shape) + x @ np.ones((61, 61))

    agrees(f, x)
