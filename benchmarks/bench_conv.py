"""How long does a training step of a small convolutional net take, beside torch?

conv 3x3x16 - relu - pool - conv 3x3x32 - relu - pool - linear, on 128 images of
32x32x3 in float32, softmax cross-entropy, SGD with momentum, on one thread. Torch runs
it in both of its memory layouts, from the same weights; before anything is timed three
steps have to come to the same weights and losses. Target: at most 1.5 times the faster
layout of torch. ``--peers`` asks for torch.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("HUBEL_THREADS", "1")

import numpy as np

from benchmarks._harness import Runners, machine, report, take_turns, verdict
from hubel import nn

BATCH, LR, MOMENTUM, EPOCH = 128, 0.02, 0.9, 50_000
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(BATCH, 32, 32, 3)).astype(np.float32)
LABELS = RNG.integers(0, 10, BATCH)


def net() -> nn.Sequential:
    """Return the net with initial weights."""
    layers = (
        *(nn.Conv2d(3, 16, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(2048, 10, init="small")),
    )
    return nn.initialize(nn.Sequential(*layers), 0)


class Hubel:
    """The net in hubel's training loop; each epoch is one step on the whole batch."""

    def __init__(self) -> None:
        settings = {"batch_size": BATCH, "lr": LR, "momentum": MOMENTUM}
        config = nn.TrainConfig(
            epochs=10**7, schedule="constant", deterministic=True, **settings
        )
        self.training = nn.Training(net(), IMAGES, LABELS, config)
        self.slices = self.training.slices()

    def __call__(self, steps: int) -> int:
        """Take steps."""
        self.losses = [next(self.slices).loss for _ in range(steps)]
        return steps

    def weights(self) -> list[np.ndarray]:
        """Return the weights in hubel's order of axes."""
        return list(self.training.net.parameters().values())


class Torch:
    """The same net by torch."""

    def __init__(self, layout: str) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch, kind = torch, getattr(torch, layout)
        parts = torch.nn
        self.net = parts.Sequential(
            *(parts.Conv2d(3, 16, 3, padding=1), parts.ReLU(), parts.MaxPool2d(2)),
            *(parts.Conv2d(16, 32, 3, padding=1), parts.ReLU(), parts.MaxPool2d(2)),
            *(parts.Flatten(), parts.Linear(2048, 10)),
        )
        with torch.no_grad():
            pairs = zip(self.net.parameters(), net().parameters().values(), strict=True)
            for mine, given in pairs:
                mine.copy_(torch.from_numpy(to_torch(given)))
        self.net = self.net.to(memory_format=kind)
        images = torch.from_numpy(IMAGES.transpose(0, 3, 1, 2).copy())
        self.images = images.to(memory_format=kind)
        self.labels = torch.from_numpy(LABELS)
        self.sgd = torch.optim.SGD(self.net.parameters(), LR, momentum=MOMENTUM)

    def __call__(self, steps: int) -> int:
        """Take steps."""
        losses = []
        for _ in range(steps):
            self.sgd.zero_grad()
            scores = self.net(self.images)
            loss = self.torch.nn.functional.cross_entropy(scores, self.labels)
            loss.backward()
            self.sgd.step()
            losses.append(loss.item())
        self.losses = losses
        return steps

    def weights(self) -> list[np.ndarray]:
        """Return the weights in hubel's order of axes."""
        return [from_torch(each.detach().numpy()) for each in self.net.parameters()]


def to_torch(array: np.ndarray) -> np.ndarray:
    """Bring weights to torch's order: channels out, channels in, height, width."""
    if array.ndim == 4:
        return array.transpose(3, 2, 0, 1).copy()
    if array.ndim == 2:
        pixels = array.reshape(8, 8, 32, 10).transpose(3, 2, 0, 1)
        return pixels.reshape(10, 2048).copy()
    return array.copy()


def from_torch(array: np.ndarray) -> np.ndarray:
    """Bring weights back."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if array.ndim == 2:
        return array.reshape(10, 32, 8, 8).transpose(2, 3, 1, 0).reshape(2048, 10)
    return array


def assert_equal(runners: Runners) -> None:
    """Take three steps with each, and compare losses and weights."""
    first, *others = runners.values()
    for each in runners.values():
        each(3)
    for other in others:
        np.testing.assert_allclose(other.losses, first.losses, rtol=1e-4)
        for found, expected in zip(other.weights(), first.weights(), strict=True):
            np.testing.assert_allclose(found, expected, atol=2e-5)


def main() -> None:
    """Run the race."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="race against torch")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    machine()
    runners: Runners = {"hubel": Hubel()}
    if options.peers:
        for layout in ("contiguous_format", "channels_last"):
            runners[f"torch {layout}"] = Torch(layout)
    assert_equal(runners)
    times = take_turns(runners, rounds=options.rounds, target=0.3)
    for clock in ("wall", "process"):
        seconds = {name: getattr(each, clock) for name, each in times.items()}
        ratios = report(f"a step on {BATCH} images, {clock} time", seconds)
        if options.peers:
            fastest = min(ratio for name, ratio in ratios.items() if name != "hubel")
            verdict("over the faster torch", 1 / fastest, 1.5)
    epoch = float(np.median(times["hubel"].process)) * EPOCH / BATCH
    print(f"  an epoch of {EPOCH:,} images takes hubel {epoch:.1f} s")


if __name__ == "__main__":
    main()
