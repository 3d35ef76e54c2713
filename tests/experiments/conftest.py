"""One small run, trained once for all tests that only look at it."""

from __future__ import annotations

import pytest

from hubel.experiments import TrainResult, TrainSettings, train

SMALL = TrainSettings(images=300, hidden=(8,), epochs=2, batch_size=50, lr=0.01)


@pytest.fixture(scope="session")
def small_settings() -> TrainSettings:
    """Return settings that take a fraction of a second."""
    return SMALL


@pytest.fixture(scope="session")
def small_run(tmp_path_factory) -> TrainResult:
    """Return a finished run."""
    return train(SMALL, out=tmp_path_factory.mktemp("runs") / "small")
