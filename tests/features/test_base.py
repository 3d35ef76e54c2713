"""What every feature can do: batches, files, progress, nets, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.errors import OptionError, ShapeError
from hubel.features import HueHistogram, compute

IMAGES = np.random.default_rng(3).integers(0, 256, (50, 6, 7, 3)).astype(np.uint8)
FEATURE = HueHistogram(8, "soft")


@pytest.fixture(params=["numpy", "llvm"])
def backend(request, monkeypatch):
    if request.param == "llvm":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", request.param)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_batches_are_the_gates_one_after_the_other(dtype):
    images = IMAGES.astype(dtype)
    feature = HueHistogram(8, "soft", "value", range=(0, 255))
    found = compute(feature, images, batch_size=20)
    assert found.dtype == (np.float64 if dtype == np.float64 else np.float32)
    tolerance = 1e-12 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(found, feature.compose(images), tolerance, tolerance)
    each = np.concatenate([feature(image[None]) for image in images])
    np.testing.assert_allclose(found, each, tolerance, tolerance)


def test_progress_and_a_file_for_the_rows(tmp_path):
    done = []
    shape = (len(IMAGES), 8)
    out = np.memmap(tmp_path / "rows", np.float32, "w+", shape=shape)
    np.save(tmp_path / "images.npy", IMAGES)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    found = compute(
        FEATURE, images, batch_size=30, out=out, progress=lambda *x: done.append(x)
    )
    assert found is out
    assert done == [(30, 50), (50, 50)]
    np.testing.assert_array_equal(out, FEATURE(IMAGES))
    with pytest.raises(ShapeError, match="the rows are float32 of shape"):
        compute(FEATURE, IMAGES, out=np.empty((50, 9), np.float32))
    with pytest.raises(OptionError, match="at least 1"):
        compute(FEATURE, IMAGES, batch_size=0)


def test_no_image_gives_no_row():
    assert FEATURE(IMAGES[:0]).shape == (0, 8)


def test_views_are_as_good_as_arrays():
    flipped = IMAGES[:, :, ::-1]
    np.testing.assert_array_equal(FEATURE(flipped), FEATURE(flipped.copy()))


def test_a_net_on_a_feature_trains():
    images = np.zeros((40, 4, 4, 3), np.uint8)
    labels = np.arange(40) % 3
    for image, label in zip(images, labels, strict=True):
        image[..., label] = 200
    net = nn.Sequential(HueHistogram(6), nn.Linear(6, 3))
    assert list(net.parameters()) == ["layers.1.weight", "layers.1.bias"]
    trained, _ = nn.fit(net, images, labels, epochs=20, batch_size=10, lr=0.01)
    assert nn.accuracy(trained, images, labels) == 1


def test_gradients_reach_the_pixels_through_a_net():
    images = np.random.default_rng(5).uniform(0.1, 0.9, (2, 3, 5, 3))
    net = nn.Sequential(HueHistogram(5, "soft"), nn.Linear(5, 2, dtype=np.float64))
    hb.check_grads(net, (images,), order=1)
    gradient = hb.grad(lambda net: (net(images) ** 2).sum())(net)
    assert gradient.layers[1].weight.any()


def test_numbers_that_are_none_are_refused():
    images = np.zeros((2, 8, 8, 3), np.float32)
    images[1, 2, 3, 0] = np.nan
    with pytest.raises(OptionError, match="from nan to nan"):
        compute(FEATURE, images)


def test_one_image_by_itself_is_refused_in_words():
    with pytest.raises(ShapeError, match="one image"):
        FEATURE(IMAGES[0])
    with pytest.raises(ShapeError, match="n, height, width, channels"):
        FEATURE(np.zeros((4, 0, 5, 3), np.uint8))
    for given in ((1, 0), 3, (0, np.inf)):
        with pytest.raises(OptionError, match="black and white"):
            HueHistogram(range=given)
