"""Batch normalisation: its statistics, in steps, snapshots and frozen nets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.experiments._checkpoint import (
    Checkpoint,
    Frame,
    read_checkpoint,
    write_checkpoint,
)
from hubel.nn import (
    BatchNorm,
    Frozen,
    Linear,
    Module,
    Sequential,
    TrainConfig,
    Training,
    fit,
    step_keys,
)
from hubel.nn._step import Carried
from hubel.streams import stream

X = (stream(0, "test").standard_normal((40, 3)) * [1, 5, 0.1] + [0, 3, -2]).astype("f")
LABELS = (X[:, 1] > 3).astype(np.int64)
KEY = step_keys(0, 1, 1)[0]


def net_of(*layers: Module) -> Sequential:
    return Sequential(*layers, Linear(3, 2))


def settings(**changed: Any) -> TrainConfig:
    return TrainConfig(
        **{"batch_size": 40, "epochs": 3, "schedule": "constant"} | changed
    )


def finish(training: Training) -> Any:
    for _ in training.slices():
        pass
    return training.net


def test_a_batch_is_normalised_over_all_but_the_last_axis():
    x = X.reshape(2, 4, 5, 3).astype(np.float64)
    layer = BatchNorm(3, dtype=np.float64)
    found = layer(x, key=KEY)
    np.testing.assert_allclose(found.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(found.var(axis=(0, 1, 2)), 1, atol=2e-3)


def test_inference_is_by_the_averages():
    layer = BatchNorm(2, eps=1e-8, dtype=np.float64).replace(
        running_mean=np.array([1.0, 2.0]),
        running_var=np.array([4.0, 0.25]),
        bias=np.array([0.0, 10.0]),
    )
    np.testing.assert_allclose(layer(np.array([[3.0, 3.0]])), [[1.0, 12.0]])


def test_averages_move_by_the_momentum_with_each_step():
    net = net_of(BatchNorm(3, momentum=0.25))
    mean, variance = np.zeros(3), np.ones(3)
    for _ in range(3):
        mean = 0.75 * mean + 0.25 * X.mean(axis=0, dtype=np.float64)
        variance = 0.75 * variance + 0.25 * X.var(axis=0, ddof=1, dtype=np.float64)
    trained = finish(Training(net, X, LABELS, settings()))
    np.testing.assert_allclose(trained[0].running_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(trained[0].running_var, variance, rtol=1e-5)
    assert net[0].running_mean.tolist() == [0, 0, 0]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_snapshot_holds_the_averages(optimizer: str):
    net = net_of(BatchNorm(3))
    config = settings(optimizer=optimizer, batch_size=10, deterministic=True)
    whole = finish(Training(net, X, LABELS, config))
    first = Training(net, X, LABELS, settings(**vars(config) | {"slice_seconds": 0}))
    pieces = first.slices()
    for _ in range(6):
        next(pieces)
    snapshot = first.snapshot()
    assert isinstance(snapshot.state, Carried)
    rest = finish(Training(net, X, LABELS, config, resume=snapshot))
    assert rest[0].running_var.tobytes() == whole[0].running_var.tobytes()
    assert rest[1].weight.tobytes() == whole[1].weight.tobytes()
    for _ in pieces:
        pass
    first.restore(snapshot)
    assert finish(first)[0].running_var.tobytes() == whole[0].running_var.tobytes()


def test_a_checkpoint_holds_the_averages(tmp_path: Path):
    net = net_of(BatchNorm(3))
    config = settings(batch_size=10, slice_seconds=0)
    training = Training(net, X, LABELS, config)
    names = tuple(net.parameters())
    frame = Frame("run", names, training.snapshot(), 3, training.steps_per_epoch, {})
    next(training.slices())
    snapshot = training.snapshot()
    path = tmp_path / "checkpoint.safetensors"
    write_checkpoint(path, Checkpoint(snapshot, (), None, 1.0), frame)
    read = read_checkpoint(path, frame).snapshot
    assert isinstance(read.state, Carried)
    for one, other in zip(
        read.state.statistics, snapshot.state.statistics, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_what_is_frozen_keeps_its_averages_and_uses_them():
    layer = BatchNorm(3).replace(running_mean=np.full(3, 7, "f"))
    trained, _ = fit(net_of(Frozen(layer)), X, LABELS, epochs=2)
    assert trained[0].inner.running_mean.tolist() == [7, 7, 7]
    scores = Sequential(layer, Linear(3, 2))
    same, _ = fit(scores.replace(layers=(Fixed(layer), scores[1])), X, LABELS, epochs=2)
    np.testing.assert_allclose(trained[1].weight, same[1].weight, rtol=1e-5)


class Fixed(Module):
    """A layer that is always in inference, and has nothing to train."""

    inner: Module = hb.nn.fixed()

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it without the key."""
        return self.inner(x)


def test_averages_are_no_parameters():
    net = net_of(BatchNorm(3))
    assert net.count_parameters() == 6 + 8
    assert "statistic" in net.summary()


def test_a_gradient_of_ones_own_leaves_the_averages_alone():
    layer = BatchNorm(3)
    slope = hb.grad(lambda layer: (layer(X, key=KEY) ** 3).sum())(layer)
    assert not slope.running_mean.any()
    assert slope.weight.any()


def test_two_nets_at_once_do_not_mix_their_averages():
    one, two = (
        Training(net_of(BatchNorm(3)), X * k, LABELS, settings()) for k in (1, 2)
    )
    for _ in zip(one.slices(), two.slices(), strict=False):
        pass
    first, second = (finish(each)[0].running_mean for each in (one, two))
    np.testing.assert_allclose(second, 2 * first, rtol=1e-5)
