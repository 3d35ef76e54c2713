"""How long does a search take, beside scikit-learn's, and do plans of many nets pay?

The search: 20 trials of 2 epochs on CIFAR-10, a 2-layer net with 100 hidden neurons,
batches of 128, SGD with momentum at a constant rate. scikit-learn's `MLPClassifier`
trains the same trials: the same learning rates and strengths of L2, on the same
standardised images, judged by the same validation images, in as many processes as
there are cores. Each side's best accuracy has to be within 3 percentage points of the
other's. Besides the time there is that of the processors, which leaves out what other
programs on the machine took.

HUBEL_DATA names the folder of the data; without it, or with --quick, the images are
tenshapes. Nets train side by side up to `LARGEST` bytes of parameters; the second table
is where that number comes from.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks._harness import machine, take_turns
from hubel.data import Dataset
from hubel.experiments import TrainSettings
from hubel.experiments._nets import NetSpec
from hubel.experiments._task import Task, prepare
from hubel.experiments.searching import SearchSettings, search
from hubel.experiments.searching._crew import LARGEST, WIDTH
from hubel.experiments.searching._lanes import Lanes
from hubel.experiments.searching._space import draw
from hubel.nn import Normalize, Snapshot, Tally
from hubel.nn._optim import find_optimizer
from hubel.nn._step import first_state, split
from hubel.scale import threads

CLOSE = 0.03
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
NETS = (
    ((32, 32, 3), ()),
    ((32, 32, 3), (20,)),
    ((32, 32, 3), (50,)),
    ((32, 32, 3), (100,)),
    ((28, 28, 1), (100,)),
    ((28, 28, 1), (32,)),
    ((8, 8, 3), (20,)),
)


def main() -> None:
    """Compare searches, then plans."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="scikit-learn is one")
    options = parser.parse_args()
    machine()
    real = bool(os.environ.get("HUBEL_DATA")) and not options.quick
    data = {"data": "cifar10"} if real else {"images": 20_000}
    base = TrainSettings(**data, epochs=2, batch_size=128, schedule="constant")
    compare(base, options.rounds, peer=options.peers)
    side_by_side()


def compare(base: TrainSettings, rounds: int, *, peer: bool) -> None:
    """Time the searches in turns; the first one is the reference."""
    same = SearchSettings(train=base, rounds=1, drop=0.0)
    runs = {
        "hubel, every trial whole": lambda: by_hubel(same),
        "hubel, bad ones dropped": lambda: by_hubel(replace(same, drop=0.5)),
    }
    if peer:
        runs["scikit-learn"] = lambda: by_sklearn(same)
    taken = {name: [] for name in runs}
    best = {}
    for _ in range(rounds):
        for name, run in runs.items():
            start, before = time.perf_counter(), time.process_time()
            best[name], elsewhere = run()
            own = time.process_time() - before
            taken[name].append((time.perf_counter() - start, own + elsewhere))
    assert max(best.values()) - min(best.values()) <= CLOSE, best
    medians = {name: np.median(each, axis=0) for name, each in taken.items()}
    first = next(iter(medians.values()))
    print(f"\n20 trials of 2 epochs on {base.data}, {CORES} cores (n = {rounds})")
    print(f"  {'':26}{'s':>8}{'ratio':>8}{'CPU s':>8}{'ratio':>8}{'validation':>12}")
    for name, (wall, cpu) in medians.items():
        print(
            f"  {name:26}{wall:8.1f}{wall / first[0]:8.2f}{cpu:8.1f}"
            f"{cpu / first[1]:8.2f}{best[name]:12.2%}"
        )


Found = tuple[float, float]
"""The best validation accuracy, and the seconds of other processes' processors."""


def by_hubel(settings: SearchSettings) -> Found:
    """Search, test of the winner included."""
    with tempfile.TemporaryDirectory() as folder:
        found = search(settings, out=Path(folder) / "search")
        return found.best["validation_accuracy"], 0.0


def by_sklearn(settings: SearchSettings) -> Found:
    """Train the same trials with scikit-learn."""
    from joblib import Parallel, delayed, parallel_config

    drawn = [draw(settings.space, settings.train.seed, n) for n in range(1, 21)]
    task = prepare(settings.of_trial(drawn[0]).completed())
    parts = [
        (np.asarray(task.net[0](p.images)).reshape(len(p), -1), p.labels)
        for p in (task.train, task.validation)
    ]
    with parallel_config("loky", n_jobs=CORES, inner_max_num_threads=1):
        found = Parallel()(delayed(_fitted)(each, *parts) for each in drawn)
    accuracies, seconds = zip(*found, strict=True)
    return max(accuracies), sum(seconds)


def _fitted(values: dict[str, float], train: tuple, validation: tuple) -> Found:
    """Train one net with scikit-learn; its accuracy is 0 if it diverged."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(
        (100,),
        solver="sgd",
        alpha=values["l2"] * 128,  # it divides by the batch
        batch_size=128,
        learning_rate_init=values["lr"],
        max_iter=2,
        nesterovs_momentum=False,
        random_state=0,
        n_iter_no_change=100,
    )
    before = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            accuracy = net.fit(*train).score(*validation)
        except ValueError:
            accuracy = 0.0
    return accuracy, time.process_time() - before


def side_by_side() -> None:
    """Time a step of a net alone and beside others, on one thread."""
    print(
        f"\na step of a net, alone and {WIDTH} side by side (limit {LARGEST:,} bytes)"
    )
    print(
        f"  {'':16}{'bytes':>10}{'alone us':>10}{'beside us':>11}{'alone / beside':>16}"
    )
    for shape, hidden in NETS:
        task = _task(shape, hidden)
        with threads(1):
            plans = {width: _loaded(task, width) for width in (1, WIDTH)}
            times = take_turns(
                {str(w): _steps(plan) for w, plan in plans.items()}, rounds=15
            )
        alone = statistics.median(times["1"].process)
        beside = statistics.median(times[str(WIDTH)].process) / WIDTH
        size = sum(a.nbytes for a in task.net.parameters().values())
        name = "-".join(map(str, task.spec.widths))
        print(
            f"  {name:16}{size:10,}{alone * 1e6:10.1f}{beside * 1e6:11.1f}"
            f"{alone / beside:16.2f}"
        )


def _task(shape: tuple[int, ...], hidden: tuple[int, ...]) -> Task:
    """Return a net of a shape, on noise."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (128 * 16, *shape), dtype=np.uint8)
    labels = rng.integers(0, 10, len(images))
    part = Dataset(images, labels, tuple("abcdefghij"), name="noise")
    settings = TrainSettings(
        hidden=hidden, epochs=10**9, schedule="constant", lr=1e-4, l2=1e-3
    ).completed()
    spec = NetSpec(
        image_shape=shape, hidden=hidden, classes=10, activation="relu", dropout=0.0
    )
    return Task(settings, part, part, part, spec, spec.build(Normalize.of(images)))


def _loaded(task: Task, width: int) -> Lanes:
    """Return a plan with the same net in every lane, which one step proves right."""
    optimizer = find_optimizer("sgd", 0.9)
    state = first_state(task.net, optimizer)
    start = Snapshot(1, 0, split(task.net)[0], state, Tally())
    found = []
    for lanes in (Lanes(task, 1), Lanes(task, width)):
        lanes.load([start] * lanes.width, [1e-4] * lanes.width, [1e-3] * lanes.width)
        while lanes.step < lanes.steps:
            lanes.advance(1)
        found.append(lanes.snapshot(lanes.width - 1))
        lanes.finish_epoch()
    for a, b in zip(found[0].params, found[1].params, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    return lanes


def _steps(lanes: Lanes):
    """Return a runner that takes at least so many steps."""

    def run(count: int) -> int:
        done = 0
        while done < count:
            if lanes.step == lanes.steps:
                lanes.finish_epoch()
            done += lanes.advance(1)
        return done

    return run


if __name__ == "__main__":
    main()
