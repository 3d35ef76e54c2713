"""How well do features made by hand do on CIFAR-10, before a line and before a net?

Targets: gradients and hues (154 numbers) 53 % with a linear classifier within 15 s and
66 % with 500 hidden neurons within 45 s; with blocks (334 numbers) 55.5 % within 20 s
and 67.5 % within 60 s; all of them, with colours and textures (2,764 numbers), 66 %
within 30 s and 71 % within 120 s; features and fit together, on 2 cores. HUBEL_DATA
names the folder of CIFAR-10. What is set below was chosen on 5,000 images that were
held out of the training images; the test images are used once a run. Arguments: how
many seeds, and the word that the rows to run begin with. Beside the seconds are those
of the process, which other programs do not lengthen.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._harness import machine
from hubel.data import cifar10
from hubel.features import hog, hue_histogram, read_features
from hubel.nn.estimators import LinearClassifier, NetClassifier

Rows = Callable[[Any], Any]


def cells(images: Any) -> Any:
    """Return 144 numbers of gradients and 10 of hues, their square roots."""
    return np.sqrt(np.concatenate([hog(images), hue_histogram(images)], axis=1))


def blocks(images: Any) -> Any:
    """Return 324 numbers of gradients, in blocks, and 10 of hues."""
    edges = hog(images, block=2, spatial="bilinear", norm="L1-sqrt", eps=1.0)
    return np.concatenate([edges, np.sqrt(hue_histogram(images))], axis=1)


def everything(images: Any) -> Any:
    """Return 2,764 numbers of fine and coarse edges, colours and textures."""
    return read_features("all")(images)


def line(seed: int) -> Any:
    """Return the linear classifier."""
    return LinearClassifier(solver="exact", alpha=0.003, tol=1e-3, random_state=seed)


def large_net(seed: int) -> Any:
    """Return the net of so many features: shorter steps, more against overfitting."""
    return net(seed).set_params(
        dropout=0.5,
        alpha=1e-2,
        learning_rate_init=0.03,
        max_iter=12,
        n_iter_no_change=12,
    )


def net(seed: int) -> Any:
    """Return the net."""
    return NetClassifier(
        (500,),
        dropout=0.3,
        alpha=1e-3,
        batch_size=128,
        learning_rate_init=0.05,
        schedule="cosine",
        max_iter=20,
        n_iter_no_change=20,
        random_state=seed,
    )


GOALS: tuple[tuple[str, Rows, Any, float, float], ...] = (
    ("cells, linear", cells, line, 0.53, 15),
    ("cells, 500 neurons", cells, net, 0.66, 45),
    ("blocks, linear", blocks, line, 0.555, 20),
    ("blocks, 500 neurons", blocks, net, 0.675, 60),
    ("all, linear", everything, line, 0.66, 30),
    ("all, 500 neurons", everything, large_net, 0.71, 120),
)


def main() -> None:
    """Fit each pipeline with some seeds and print what it reached."""
    machine()
    if "HUBEL_DATA" not in os.environ:
        print("left out: HUBEL_DATA does not name the folder of CIFAR-10")
        return
    train, test = cifar10(os.environ["HUBEL_DATA"])
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(f"{len(test.images):,} test images, {len(seeds)} seeds\n")
    heads = ("test", "spread", "target", "seconds", "process", "of")
    print(f"{'':22}" + "".join(f"{head:>9}" for head in heads))
    chosen = sys.argv[2] if len(sys.argv) > 2 else ""
    for name, rows, head, accuracy, limit in GOALS:
        if not name.startswith(chosen):
            continue
        scores: list[float] = []
        start, process = time.perf_counter(), time.process_time()
        for seed in seeds:
            model = head(seed).fit(rows(train.images), train.labels)
            scores.append(model.score(rows(test.images), test.labels))
        seconds = (time.perf_counter() - start) / len(seeds)
        process = (time.process_time() - process) / len(seeds)
        mean, spread = statistics.mean(scores), max(scores) - min(scores)
        good = "met" if mean >= accuracy and seconds <= limit else "MISSED"
        print(
            f"{name:22}{mean:9.2%}{spread:9.2%}{accuracy:9.1%}{seconds:9.1f}"
            f"{process:9.1f}{limit:9.0f}  {good}",
            flush=True,
        )


if __name__ == "__main__":
    main()
