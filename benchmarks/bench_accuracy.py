"""How accurate are the nets of `hubel train` with their defaults, and how long is it?

Targets, on 2 cores: CIFAR-10 with 100 hidden neurons at least 53.5 % within 3 minutes,
with none at least 40 % within 1, MNIST with 128 at least 97.8 %. The data sets are
looked for in the folder that HUBEL_DATA names; what is not there is left out. The
defaults were chosen on validation splits; a test set is used once a run.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._harness import machine
from hubel.errors import DataError
from hubel.experiments import TrainSettings, train
from hubel.scale import threads


@dataclass(frozen=True)
class Goal:
    """A run, the accuracy that it has to reach, and in how many seconds."""

    settings: TrainSettings
    accuracy: float
    seconds: float


GOALS = (
    Goal(TrainSettings(data="cifar10", hidden=(100,)), 0.535, 180),
    Goal(TrainSettings(data="cifar10", hidden=()), 0.40, 60),
    Goal(TrainSettings(data="mnist", hidden=(128,)), 0.978, 60),
    Goal(TrainSettings(data="tenshapes", hidden=(100,)), 0.85, 60),
)


def main() -> None:
    """Train each net once and print what it reached."""
    machine()
    with threads() as used:
        print(f"{used or 'unknown'} threads, 1 run each, seed 0\n")
    print(f"{'':26}{'validation':>11}{'test':>9}{'target':>9}{'seconds':>9}{'of':>6}")
    for goal in GOALS:
        settings = goal.settings
        widths = "-".join(map(str, settings.hidden)) or "linear"
        name = f"{settings.data} {widths}"
        try:
            print(f"{name:26}{_reached(goal)}", flush=True)
        except DataError as error:
            print(f"{name:26}left out: {error.problem}", flush=True)


def _reached(goal: Goal) -> str:
    """Train one net; write what it reached and whether that is enough."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = train(goal.settings, out=Path(folder) / "run")
    seconds = time.perf_counter() - start
    validation = result.history[-1].validation_accuracy or 0.0
    good = result.test_accuracy >= goal.accuracy and seconds <= goal.seconds
    return (
        f"{validation:11.2%}{result.test_accuracy:9.2%}{goal.accuracy:9.2%}"
        f"{seconds:9.1f}{goal.seconds:6.0f}  {'met' if good else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
