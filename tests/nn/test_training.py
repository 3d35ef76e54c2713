"""The training loop."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from hubel.compiler.llvm.later import later
from hubel.errors import DTypeError, OptionError, ShapeError, TrainingError
from hubel.nn import (
    Adam,
    Epoch,
    Flatten,
    Frozen,
    Linear,
    Normalize,
    Sequential,
    Slice,
    Tanh,
    TrainConfig,
    Training,
    accuracy,
    fit,
    mlp,
    records,
    softmax_cross_entropy,
)
from hubel.nn._step import penalty
from hubel.streams import permutation, stream
from hubel.tracing.tree import flatten
from hubel.transforms.gradients import grad

X = stream(0, "test").standard_normal((50, 6))
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64) + (X[:, 2] > 1)


def config(**settings):
    return TrainConfig(**{"epochs": 3, "batch_size": 16, "lr": 0.1, **settings})


def finish(training):
    return list(training.slices()), training.net


def epochs(happened):
    return [record for record in happened if isinstance(record, Epoch)]


def same_bits(a, b):
    leaves = zip(flatten(a)[0], flatten(b)[0], strict=True)
    return all(np.array_equal(x, y) for x, y in leaves)


def test_against_a_loop_by_hand():
    net = mlp(6, 5, 3, activation="tanh", dtype=np.float64)
    settings = config(l2=0.01, momentum=0.8, schedule="exponential")
    _, trained = finish(Training(net, X, Y, settings))

    weights = [net[0].weight, net[0].bias, net[2].weight, net[2].bias]
    weights = [w.copy() for w in weights]
    velocity = [np.zeros_like(w) for w in weights]
    for step in range(3 * 4):
        epoch, within = divmod(step, 4)
        rows = permutation(50, 0, "shuffle", epoch + 1)[within * 16 : within * 16 + 16]

        def loss(w, x=X[rows], y=Y[rows]):
            scores = np.tanh(x @ w[0] + w[1]) @ w[2] + w[3]
            return softmax_cross_entropy(scores, y)

        for i, g in enumerate(grad(loss)(weights)):
            g = g + (0.01 * weights[i] if i % 2 == 0 else 0)
            velocity[i] = 0.8 * velocity[i] - 0.1 * 0.01 ** (step / 12) * g
            weights[i] += velocity[i]
    for found, expected in zip(flatten(trained)[0], weights, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam", Adam(beta1=0.5)])
@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_loss_falls_on_points(optimizer, loss):
    settings = config(epochs=30, optimizer=optimizer, loss=loss, lr=0.03)
    slices, net = finish(Training(mlp(6, 16, 3, dtype=np.float64), X, Y, settings))
    assert slices[-1].loss < 0.6 * slices[0].loss
    assert accuracy(net, X, Y) > 0.85


def test_digits_are_learned():
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).astype(np.uint8)
    net = Sequential(
        Normalize.of(images[:1400], per="image set"), Flatten(), mlp(64, 32, 10)
    )
    net, history = fit(
        net,
        images[:1400],
        labels[:1400],
        validation=(images[1400:], labels[1400:]),
        epochs=8,
        batch_size=50,
        lr=0.05,
    )
    assert [record.epoch for record in history] == list(range(1, 9))
    assert history[-1].train_accuracy > 0.98
    assert history[-1].validation_accuracy > 0.9
    assert history[-1].validation_loss < history[0].validation_loss


def test_yes_or_no_and_numbers():
    right = (X[:, 0] > 0.2).astype(np.int64)
    net, history = fit(
        mlp(6, 1, dtype=np.float64), X, right, loss="logistic", epochs=40, lr=0.3
    )
    assert history[-1].train_accuracy > 0.95
    assert accuracy(net, X, right) > 0.95
    target = X @ np.arange(12.0).reshape(6, 2)
    net, history = fit(
        mlp(6, 2, dtype=np.float64), X, target, loss="squared", epochs=60, batch_size=9
    )
    assert history[-1].train_accuracy is None
    assert history[-1].train_loss < 1e-3 * history[0].train_loss


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_same_seed_same_bits_whatever_the_slices(dropout):
    net = mlp(6, 5, 3, dropout=dropout, dtype=np.float64)
    one, two = (
        Training(net, X, Y, config(slice_seconds=s, deterministic=True))
        for s in (0, 10)
    )
    first, second = ([r for r in records(t, validation=(X, Y))] for t in (one, two))
    a, b = one.net, two.net
    other = finish(Training(net, X, Y, config(seed=1)))[1]
    assert same_bits(a, b)
    assert not same_bits(a, other)
    assert [r.steps for r in first if isinstance(r, Slice)] == [1] * 12
    assert [r.steps for r in second if isinstance(r, Slice)] == [4] * 3
    assert sum(r.examples for r in first if isinstance(r, Slice)) == 150
    for left, right in zip(epochs(first), epochs(second), strict=True):
        assert left == replace(
            right,
            images_per_second=left.images_per_second,
            seconds=left.seconds,
        )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("stop", [0, 1, 4, 6])
def test_resume_goes_on_alike(optimizer, stop):
    net = mlp(6, 5, 3, dropout=0.3, dtype=np.float64)
    settings = config(optimizer=optimizer, slice_seconds=0, deterministic=True)
    _, whole = finish(Training(net, X, Y, settings))
    training = Training(net, X, Y, settings)
    for piece, _ in zip(training.slices(), range(stop), strict=False):
        last = piece
    if stop:
        assert (last.epoch - 1) * 4 + last.step == stop
    snapshot = training.snapshot()
    left = epochs(records(training))
    again = Training(mlp(6, 5, 3, dropout=0.3, seed=8), X, Y, settings, resume=snapshot)
    for record, expected in zip(epochs(records(again)), left, strict=True):
        assert record.train_loss == expected.train_loss
        assert record.train_accuracy == expected.train_accuracy
    assert same_bits(again.net, whole)


def test_slices_can_be_left_and_entered_again():
    net = mlp(6, 5, 3, dtype=np.float64)
    settings = config(slice_seconds=0, deterministic=True)
    _, whole = finish(Training(net, X, Y, replace(settings, slice_seconds=1)))
    training = Training(net, X, Y, settings)
    next(training.slices())
    before = training.net
    rest, after = finish(training)
    assert len(rest) == 11
    assert same_bits(after, whole)
    assert not same_bits(before, after)


def test_the_given_net_and_data_stay():
    net = mlp(6, 5, 3, dtype=np.float64)
    before = [x.copy() for x in flatten(net)[0]]
    images = X.copy()
    images.flags.writeable = False
    finish(Training(net, images, Y, config()))
    assert all((a == b).all() for a, b in zip(flatten(net)[0], before, strict=True))


def test_fixed_arrays_stay_and_are_not_regularised():
    first = Linear(6, 4, dtype=np.float64)
    net = Sequential(Frozen(first), Tanh(), Linear(4, 3, dtype=np.float64))
    training = Training(net, X, Y, config(l2=0.1))
    _, trained = finish(training)
    assert (trained[0].inner.weight == first.weight).all()
    assert (trained[2].weight != net[2].weight).all()
    assert training.penalty == pytest.approx(0.05 * (trained[2].weight ** 2).sum())
    assert penalty(trained, 0.0) == 0


def test_slice_reports_what_happened():
    training = Training(mlp(6, 3), X.astype(np.float32), Y, config(slice_seconds=10))
    net = training.net
    piece = next(training.slices())
    assert (piece.epoch, piece.step, piece.steps, piece.examples) == (1, 4, 4, 50)
    assert 0 <= piece.correct <= 50
    assert piece.seconds > 0
    assert piece.loss == pytest.approx(
        float(softmax_cross_entropy(net(X.astype(np.float32)), Y)), rel=0.5
    )


def test_records_put_an_epoch_after_its_slices():
    training = Training(mlp(6, 3), X.astype(np.float32), Y, config(slice_seconds=0))
    kinds = [type(record) for record in records(training)]
    assert kinds == [Slice, Slice, Slice, Slice, Epoch] * 3


def test_epoch_sums_up_its_slices():
    images = X.astype(np.float32)
    training = Training(mlp(6, 3), images, Y, config(slice_seconds=0, epochs=1, l2=0.5))
    *slices, epoch = records(training, validation=(images, Y))
    total = sum(piece.loss * piece.examples for piece in slices)
    assert epoch.train_loss == pytest.approx(total / 50)
    assert epoch.train_accuracy == sum(piece.correct for piece in slices) / 50
    assert epoch.validation_accuracy == accuracy(training.net, images, Y)
    assert epoch.learning_rate == training.learning_rate(1, 3)
    assert epoch.penalty == training.penalty
    assert epoch.images_per_second > 0


def test_a_callback_sees_everything_and_can_end_it():
    seen = []

    def watch(record):
        seen.append(record)
        return isinstance(record, Epoch) and record.epoch == 2

    _, history = fit(
        mlp(6, 3), X.astype(np.float32), Y, callbacks=[watch], epochs=9, batch_size=10
    )
    assert len(history) == 2
    assert history == [record for record in seen if isinstance(record, Epoch)]


def test_divergence_is_a_plain_sentence():
    settings = config(lr=1e6, epochs=50, schedule="constant")
    training = Training(mlp(6, 8, 3), 100 * X.astype(np.float32), Y, settings)
    with pytest.raises(TrainingError) as caught:
        finish(training)
    assert "the loss became" in caught.value.problem
    assert f"epoch {training.snapshot().epoch}, step" in caught.value.problem
    assert "1e+06" in caught.value.problem
    assert "ten times smaller" in caught.value.remedy


def test_parameters_that_end_infinite_are_an_error():
    settings = config(epochs=1, batch_size=50, lr=1e38)
    training = Training(mlp(6, 3), 1e3 * X.astype(np.float32), Y, settings)
    with pytest.raises(TrainingError, match=r"layers\.0\.weight is not finite"):
        finish(training)


@pytest.mark.parametrize(
    "settings",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"lr": 0.0},
        {"lr": float("nan")},
        {"l2": -1.0},
        {"momentum": 1.0},
        {"loss": "hinge"},
        {"schedule": "linear"},
        {"optimizer": "lbfgs"},
    ],
)
def test_settings_outside_their_range(settings):
    with pytest.raises(OptionError):
        TrainConfig(**settings)


def test_examples_that_cannot_be_trained_on():
    net = mlp(6, 3, dtype=np.float64)
    with pytest.raises(ShapeError, match="50 images and 49 targets"):
        Training(net, X, Y[:49], config())
    with pytest.raises(OptionError, match="no examples"):
        Training(net, X[:0], Y[:0], config())
    with pytest.raises(OptionError, match="no parameters"):
        Training(Frozen(net), X, Y, config())
    with pytest.raises(ShapeError, match="matmul"):
        Training(net, X[:, :4], Y, config())
    with pytest.raises(OptionError, match="labels from 0 to 3 do not fit 3 scores"):
        Training(net, X, Y + (np.arange(50) == 7) * (3 - Y[7]), config(loss="svm"))
    with pytest.raises(DTypeError, match="float64"):
        finish(Training(net, X, Y.astype(float), config()))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_steps_after_the_first_allocate_no_arrays(dropout, backend, monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    images = stream(3, "test").integers(0, 256, (2000, 16, 16, 3), dtype=np.uint8)
    net = Sequential(Normalize.of(images), Flatten(), mlp(768, 64, 10, dropout=dropout))
    labels = np.arange(2000) % 10
    settings = config(
        batch_size=200, lr=0.01, l2=1e-3, slice_seconds=0, deterministic=True
    )
    slices = Training(net, images, labels, settings).slices()
    next(slices), next(slices)
    later(int).value(timeout=60)  # what other tests began in the background is done
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(6):
            next(slices)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 96 * 1024  # a batch of images takes 150 KB


def test_restore_goes_on_in_the_same_buffers():
    net = mlp(6, 5, 3, dropout=0.3, dtype=np.float64)
    settings = config(optimizer="adam", slice_seconds=0, deterministic=True)
    training = Training(net, X, Y, settings)
    for _ in zip(training.slices(), range(5), strict=False):
        pass
    snapshot = training.snapshot()
    expected = [record.train_loss for record in epochs(records(training))]
    other = Training(net, X, Y, settings)
    for _ in zip(other.slices(), range(3), strict=False):
        pass
    other.restore(snapshot)
    assert [record.train_loss for record in epochs(records(other))] == expected
    for one, two in zip(
        other.net.parameters().values(), training.net.parameters().values(), strict=True
    ):
        np.testing.assert_array_equal(one, two)
