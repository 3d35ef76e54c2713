"""Training in native code: NumPy's results, at every way to cut it into slices."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from hubel.compiler.llvm.available import available
from hubel.errors import TrainingError
from hubel.nn import Adam, Flatten, Normalize, Sequential, TrainConfig, Training, mlp
from hubel.streams import stream
from hubel.tracing.tree import flatten

pytestmark = pytest.mark.skipif(not available(), reason="needs llvmlite")

X = stream(0, "native").standard_normal((75, 6))
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64) + (X[:, 2] > 1)


def config(**settings):
    given = {"epochs": 4, "batch_size": 16, "lr": 0.05, "deterministic": True}
    return TrainConfig(**{**given, **settings})


def numpy_training(monkeypatch, *args, **kwargs):
    """Make a training that stays on NumPy."""
    with monkeypatch.context() as patch:
        patch.setenv("HUBEL_BACKEND", "numpy")
        training = Training(*args, **kwargs)
    assert training.backend == "numpy"
    return training


def finish(training):
    pieces = list(training.slices())
    return pieces, flatten(training.net)[0]


def agree(native, numpy, tolerance):
    """Compare what two trainings did, and what they have learned."""
    (pieces, params), (right, expected) = finish(native), finish(numpy)
    assert native.backend == "llvm"
    found, wanted = (
        [sum(p.loss * p.examples for p in each if p.epoch == e) for e in range(1, 5)]
        for each in (pieces, right)
    )
    np.testing.assert_allclose(found, wanted, rtol=tolerance)
    for one, other in zip(params, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"momentum": 0.0},
        {"optimizer": "nesterov", "l2": 0.01},
        {"optimizer": "adam"},
        {"optimizer": Adam(beta1=0.5), "l2": 0.1},
        {"batch_size": 25, "schedule": "exponential"},
        {"batch_size": 1, "lr": 0.005},
        {"batch_size": 100},
        {"loss": "svm"},
    ],
    ids=str,
)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_native_steps_are_numpys(settings, activation, monkeypatch):
    net = mlp(6, 9, 3, activation=activation, dtype=np.float64)
    given = net, X, Y, config(**settings)
    agree(Training(*given), numpy_training(monkeypatch, *given), 1e-9)


@pytest.mark.parametrize(
    ("loss", "outputs", "targets"),
    [
        ("logistic", 1, (X[:, 0] > 0.2).astype(np.int64)),
        ("squared", 2, X @ np.arange(12.0).reshape(6, 2)),
    ],
)
def test_other_losses(loss, outputs, targets, monkeypatch):
    net = mlp(6, 5, outputs, dtype=np.float64)
    given = net, X, targets, config(loss=loss, lr=0.01)
    agree(Training(*given), numpy_training(monkeypatch, *given), 1e-9)


def test_dropout_and_pixels_in_float32(monkeypatch):
    images = stream(1, "native").integers(0, 256, (75, 4, 4, 3), dtype=np.uint8)
    net = Sequential(Normalize.of(images), Flatten(), mlp(48, 20, 3, dropout=0.4))
    given = net, images, Y, config(l2=1e-3)
    agree(Training(*given), numpy_training(monkeypatch, *given), 2e-4)


def test_data_in_any_layout(monkeypatch):
    net = mlp(6, 5, 3, dtype=np.float64)
    given = net, X, Y, config()
    _, expected = finish(numpy_training(monkeypatch, *given))
    wide = np.repeat(X, 2, axis=1)[:, ::2]
    _, found = finish(Training(net, np.asfortranarray(wide), Y[::-1][::-1], config()))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_any_slices_and_any_stop_give_the_same_bits(optimizer):
    net = mlp(6, 5, 3, dropout=0.3, dtype=np.float64)
    settings = config(optimizer=optimizer, slice_seconds=0)
    pieces, expected = finish(Training(net, X, Y, config(optimizer=optimizer)))
    for stop in (1, 4, 5, 7, 18):  # the fifth batch of an epoch is a short one
        first = Training(net, X, Y, settings)
        for _ in zip(range(stop), first.slices(), strict=False):
            pass
        again = Training(net, X, Y, settings, resume=first.snapshot())
        _, found = finish(again)
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert sum(piece.steps for piece in pieces) == 20


def test_a_slice_holds_many_steps():
    settings = config(epochs=3, slice_seconds=30, batch_size=1)
    many = np.tile(X, (20, 1)), np.tile(Y, 20)
    pieces = list(Training(mlp(6, 5, 3), *many, settings).slices())
    assert [piece.steps for piece in pieces] == [1500] * 3
    assert [piece.examples for piece in pieces] == [1500] * 3


def test_it_goes_over_to_native_code_on_its_way():
    net = mlp(6, 5, 3, dtype=np.float64)
    settings = config(epochs=10**6, deterministic=False, schedule="constant")
    training = Training(net, X, Y, settings)
    assert training.backend == "numpy"
    end = time.monotonic() + 60
    for _ in training.slices():
        if training.backend == "llvm" or time.monotonic() > end:
            break
    assert training.backend == "llvm"
    pieces = zip(training.slices(), range(300), strict=False)
    assert [piece.loss for piece, _ in pieces][-1] < 0.3


def test_a_short_run_is_not_compiled():
    settings = config(epochs=1, batch_size=100, deterministic=False)
    training = Training(mlp(6, 5, 3), X, Y, settings)
    finish(training)
    assert training.backend == "numpy"


def test_divergence_names_its_step(monkeypatch):
    settings = config(epochs=300, lr=30.0, schedule="constant", loss="squared")
    given = mlp(6, 8, 2, dtype=np.float64), X, X[:, :2] ** 2, settings
    found = []
    for training in (Training(*given), numpy_training(monkeypatch, *given)):
        with pytest.raises(TrainingError, match="the loss became") as caught:
            finish(training)
        found.append(str(caught.value))
        assert training.snapshot().step == training.tally.examples // 16 + 1
    assert found[0].split(" became ")[1][3:] == found[1].split(" became ")[1][3:]


def test_ctrl_c_between_slices_leaves_a_net():
    training = Training(mlp(6, 5, 3, dtype=np.float64), X, Y, config(slice_seconds=0))

    def interrupted():
        for piece in training.slices():
            if piece.epoch == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert training.snapshot().step == 1
    _, found = finish(training)
    _, expected = finish(Training(mlp(6, 5, 3, dtype=np.float64), X, Y, config()))
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


HIDDEN = """
import sys, warnings
sys.modules["llvmlite"] = None
import numpy as np
from hubel.nn import TrainConfig, Training, mlp
x, y = np.eye(4, dtype=np.float32), np.arange(4)
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    for deterministic in (True, True, False):
        settings = TrainConfig(epochs=50, lr=0.5, deterministic=deterministic)
        training = Training(mlp(4, 4), x, y, settings)
        losses = [piece.loss for piece in training.slices()]
        assert losses[-1] < losses[0]
        assert training.backend == "numpy"
print(len(told), told[0].category.__name__)
"""


def test_without_llvmlite_it_warns_once():
    found = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True
    )
    assert found.stdout == "1 RuntimeWarning\n"
