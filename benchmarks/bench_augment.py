"""What does training on augmented images cost, beside training on them as they are?

Both train 3072-100-10 natively on colour images of 32x32. One epoch of the augmented
training must first have the bits of an epoch over a changed copy of the whole set.
Changing each batch between two steps is what the thread beside the steps saves.
Target: no more time than in between, on one thread of BLAS and two free cores.
"""

from __future__ import annotations

import numpy as np

import hubel as hb
from benchmarks._harness import machine, report, take_turns, verdict
from hubel import data, nn

COUNT, BATCH = 12_800, 128
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
LABELS = np.arange(COUNT) % 10
NET = nn.Sequential(nn.Normalize.of(IMAGES), nn.Flatten(), nn.mlp(3072, 100, 10))


def training(images, change=None, **settings) -> nn.Training:
    given = {"batch_size": BATCH, "lr": 1e-4, "deterministic": True, **settings}
    config = nn.TrainConfig(augment=change, **{"epochs": 10_000, **given})
    return nn.Training(NET, images, LABELS, config)


def assert_equal(change: data.Augmentation) -> None:
    """Hold an epoch against one over a copy that was changed beforehand."""
    copy = change(IMAGES, np.arange(COUNT), seed=0, epoch=1)
    pair = training(IMAGES, change, epochs=1), training(copy, epochs=1)
    for each in pair:
        for _ in each.slices():
            pass
    found, expected = (each.net.parameters() for each in pair)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def steps_of(each: nn.Training):
    """Make a runner of native steps, about as many as are asked for."""
    slices = each.slices()

    def run(steps: int) -> int:
        done = 0
        while done < steps:
            done += next(slices).steps
        return done

    return run


def in_between(change: data.Augmentation):
    """Make a runner that changes a batch, then takes a step."""
    slices = training(IMAGES, slice_seconds=0).slices()
    order = RNG.permutation(COUNT)

    def run(steps: int) -> int:
        for step in range(steps):
            rows = order[step * BATCH % COUNT :][:BATCH]
            change(IMAGES[rows], rows, seed=0, epoch=1)
            next(slices)
        return steps

    return run


def contest(words: str) -> None:
    change = data.Augmentation.of(words)
    assert_equal(change)
    beside, between = "changed beside the steps", "changed in between"
    runners = {
        "images as they are": steps_of(training(IMAGES)),
        beside: steps_of(training(IMAGES, change)),
        between: in_between(change),
    }
    times = take_turns(runners, rounds=15, target=0.2)
    walls = {name: each.wall for name, each in times.items()}
    ratios = report(f"{words}, a step of {BATCH} images", walls)
    verdict(f"{words}, beside over in between", ratios[beside] / ratios[between], 1.0)


if __name__ == "__main__":
    machine()
    with hb.threads(1):
        for chosen in ("flip", "flip,shift", "flip,shift,color"):
            contest(chosen)
