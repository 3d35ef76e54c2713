"""What the defaults reach on real data; minutes, so only in the full profile."""

from __future__ import annotations

import pytest

from hubel.experiments import TrainSettings, train

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("hidden", "accuracy"), [((100,), 0.535), ((), 0.40)])
def test_cifar10(cifar10_folder, tmp_path, hidden, accuracy):
    settings = TrainSettings(
        data="cifar10", data_dir=str(cifar10_folder), hidden=hidden
    )
    assert train(settings, out=tmp_path / "run").test_accuracy >= accuracy


def test_mnist(mnist_folder, tmp_path):
    settings = TrainSettings(data="mnist", data_dir=str(mnist_folder), hidden=(128,))
    assert train(settings, out=tmp_path / "run").test_accuracy >= 0.978


def test_tenshapes_need_a_hidden_layer(tmp_path):
    net = train(TrainSettings(), out=tmp_path / "net").test_accuracy
    linear = train(TrainSettings(hidden=()), out=tmp_path / "linear").test_accuracy
    assert net > 0.85
    assert linear < 0.3
