"""Training on images that are changed in every epoch."""

from __future__ import annotations

import functools
import threading

import numpy as np
import pytest

from hubel import data
from hubel.compiler.llvm.available import available
from hubel.errors import OptionError, ShapeError
from hubel.nn import (
    Flatten,
    Normalize,
    Sequential,
    TrainConfig,
    Training,
    _feed,
    fit,
    mlp,
)
from hubel.nn._feed import Augmented, Shuffled
from hubel.streams import permutation, stream
from hubel.tracing.tree import flatten

COUNT, SIZE = 53, 8
X = stream(0, "augmented").integers(0, 256, (COUNT, 8, 8, 3), dtype=np.uint8)
Y = np.arange(COUNT) % 3
NET = Sequential(Normalize.of(X), Flatten(), mlp(192, 6, 3, dropout=0.2))
CHANGE = data.Augmentation(flip=True, shift=2, color=0.3)


def config(**settings):
    given = {"epochs": 3, "batch_size": SIZE, "lr": 0.02, "deterministic": True}
    return TrainConfig(**{**given, "augment": CHANGE, "slice_seconds": 0, **settings})


def finish(training):
    losses = [piece.loss for piece in training.slices()]
    return losses, flatten(training.net)[0]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(params=[1, 3, 100], ids="{} batches a part".format)
def part(request, monkeypatch):
    """Let parts be of so many batches; 53 images are 6 and 5 more."""
    monkeypatch.setattr(_feed, "PART", request.param * X[:SIZE].nbytes)


@pytest.mark.parametrize("augment", [None, CHANGE])
@pytest.mark.parametrize("size", [SIZE, 53, 100])
def test_every_step_has_its_rows(part, augment, size):
    settings = config(augment=augment, batch_size=size)
    feed = _feed.make_feed(X, Y, settings)
    assert isinstance(feed, Augmented if augment else Shuffled)
    steps = -(-COUNT // size)
    for epoch in (1, 2, 3):
        order = permutation(COUNT, 0, "shuffle", epoch)
        for step in range(steps):
            wanted = order[step * size : (step + 1) * size]
            rows = feed.rows(epoch, step)[: len(wanted)]
            expected = X[wanted]
            if augment:
                expected = CHANGE(expected, wanted, seed=0, epoch=epoch)
            np.testing.assert_array_equal(feed.sources[0][rows], expected)
            np.testing.assert_array_equal(feed.sources[1][rows], Y[wanted])


def test_parts_may_be_asked_for_in_any_order(part):
    feed = _feed.make_feed(X, Y, config())
    asked = [(2, 5), (1, 0), (1, 0), (3, 6), (2, 2), (1, 1), (1, 2), (3, 0)]
    for epoch, step in asked:
        wanted = permutation(COUNT, 0, "shuffle", epoch)[step * SIZE :][:SIZE]
        rows = feed.rows(epoch, step)[: len(wanted)]
        expected = CHANGE(X[wanted], wanted, seed=0, epoch=epoch)
        np.testing.assert_array_equal(feed.sources[0][rows], expected)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_it_is_training_on_what_was_changed_beforehand(part, backend, monkeypatch):
    """An epoch of it has the bits of an epoch over a changed copy of the set."""
    if backend == "llvm" and not available():
        pytest.skip("needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    training = Training(NET, X, Y, config(epochs=1))
    assert training.backend == backend
    changed = CHANGE(X, np.arange(COUNT), seed=0, epoch=1)
    plain = Training(NET, changed, Y, config(epochs=1, augment=None))
    (losses, params), (expected, right) = finish(training), finish(plain)
    assert losses == expected
    assert same(params, right)
    assert not same(params, finish(Training(NET, X, Y, config(augment=None)))[1])


@pytest.mark.skipif(not available(), reason="needs llvmlite")
def test_native_steps_are_numpys(part, monkeypatch):
    losses, params = finish(Training(NET, X, Y, config()))
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    expected, right = finish(Training(NET, X, Y, config()))
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    for one, other in zip(params, right, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("stop", [1, 4, 7, 12])
def test_resume_goes_on_alike(part, stop):
    whole = finish(Training(NET, X, Y, config(slice_seconds=1)))[1]
    training = Training(NET, X, Y, config())
    for _, _ in zip(training.slices(), range(stop), strict=False):
        pass
    again = Training(NET, X, Y, config(), resume=training.snapshot())
    assert same(finish(again)[1], whole)
    training.restore(training.snapshot())
    assert same(finish(training)[1], whole)


def test_changes_are_made_beside_the_steps_and_in_bounded_memory():
    places, sizes = set(), set()

    def change(images, indices, *, seed, epoch):
        places.add(threading.current_thread().name)
        sizes.add(images.nbytes)
        return images[:, ::-1]

    many = np.zeros((3000, 32, 32, 3), np.uint8)
    net = Sequential(Flatten(), mlp(3072, 3, dtype=np.float32))
    settings = config(augment=change, epochs=1, batch_size=100, lr=1e-3)
    training = Training(net, many.astype(np.float32), np.arange(3000) % 3, settings)
    assert len(finish(training)[0]) == 30
    assert "MainThread" not in places
    assert max(sizes) <= _feed.PART


def test_fit_takes_any_function_of_that_form():
    settings = {"epochs": 4, "batch_size": 16, "lr": 0.01, "deterministic": True}
    change = functools.partial(data.augment, crop=1)
    found = fit(NET, X, Y, augment=change, **settings)[1]
    plain = fit(NET, X, Y, **settings)[1]
    assert [epoch.train_loss for epoch in found] != [e.train_loss for e in plain]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda images, _, **__: images / 255, "float64 of shape .* for uint8"),
        (lambda images, _, **__: images[:, :4], r"\(8, 4, 8, 3\)"),
        (lambda images, _, **__: None, "gave None"),
    ],
)
def test_a_change_of_another_kind_is_refused(change, told, monkeypatch):
    monkeypatch.setattr(_feed, "PART", 1)
    training = Training(NET, X, Y, config(augment=change))
    for _ in range(2):
        with pytest.raises(OptionError, match=told):
            finish(training)


def test_what_a_change_raises_is_raised():
    flat = X.reshape(COUNT, -1).astype(np.float32)
    training = Training(mlp(192, 3), flat, Y, config())
    with pytest.raises(ShapeError, match="augment takes images of shape"):
        finish(training)


# The setting --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("flip", {"flip": True, "crop": 0}),
        ("shift", {"flip": False, "crop": 1}),
        ("shift=3", {"flip": False, "crop": 3}),
        (
            "color=0.5, flip",
            {"flip": True, "crop": 0}
            | dict.fromkeys(("brightness", "contrast", "saturation"), 0.5),
        ),
    ],
)
def test_words_say_what_is_changed(words, options):
    change = data.Augmentation.of(words)
    found = change(X, range(COUNT), seed=3, epoch=2)
    expected = data.augment(X, range(COUNT), seed=3, epoch=2, **options)
    np.testing.assert_array_equal(found, expected)
    assert data.Augmentation.of(str(change)) == change


@pytest.mark.parametrize(
    "words", ["", "rotate", "flip=2", "flip,flip", "shift=x", "shift=-1", "color=1"]
)
def test_words_that_say_nothing(words):
    with pytest.raises(OptionError):
        data.Augmentation.of(words)
