"""Where the batches of an epoch come from: the examples themselves, or changed ones."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Protocol

import numpy as np

from hubel.errors import OptionError
from hubel.nn._config import Augment, TrainConfig
from hubel.nn._module import Array
from hubel.streams import permutation

PART = 2**22
"""Bytes of images that are changed at once; twice as many are kept."""


class Feed(Protocol):
    """Arrays that steps take rows of.

    Attributes
    ----------
    sources : tuple of arrays
        Images and targets.
    """

    sources: tuple[Array, Array]

    def rows(self, epoch: int, step: int) -> Array:
        """Return the rows of a step, and of steps after it that can be taken at once.

        What they hold stays until this is asked again.
        """
        ...


class Shuffled:
    """The examples as they are, in the order of each epoch."""

    def __init__(self, images: Array, targets: Array, config: TrainConfig) -> None:
        self.sources = np.ascontiguousarray(images), np.ascontiguousarray(targets)
        self._size, self._seed = min(config.batch_size, len(images)), config.seed
        self._order = 0, np.empty(0, np.int64)

    def rows(self, epoch: int, step: int) -> Array:
        """Return the rows of all steps that are left in the epoch."""
        return self.order(epoch)[step * self._size :]

    def order(self, epoch: int) -> Array:
        """Return the order of an epoch; the last one is kept."""
        if self._order[0] != epoch:
            count = len(self.sources[0])
            self._order = epoch, permutation(count, self._seed, "shuffle", epoch)
        return self._order[1]


class _Part(NamedTuple):
    """Consecutive examples of an epoch: the epoch, and which of its parts."""

    epoch: int
    number: int


class Augmented:
    """Examples that are changed, part by part, while steps run on the part before.

    Two parts lie side by side in the sources. A thread of its own fills one of them
    while the other is trained on. What it fills in depends on the epoch and the part
    alone, so training may begin anywhere.
    """

    def __init__(
        self, images: Array, targets: Array, config: TrainConfig, change: Augment
    ) -> None:
        self._given = Shuffled(images, targets, config)
        self._change, self._seed, self._epochs = change, config.seed, config.epochs
        self._size = min(config.batch_size, len(images))
        room = max(1, PART // max(1, images[: self._size].nbytes))
        self._length = self._size * min(room, -(-len(images) // self._size))
        self._parts = -(-len(images) // self._length)
        self.sources = (
            np.zeros((2 * self._length, *images.shape[1:]), images.dtype),
            np.zeros((2 * self._length, *targets.shape[1:]), targets.dtype),
        )
        self._thread = ThreadPoolExecutor(1, "hubel-augment")
        self._halves: list[tuple[_Part, Future[int]] | None] = [None, None]

    def rows(self, epoch: int, step: int) -> Array:
        """Return the rows of the steps that are left in a part."""
        number, within = divmod(step * self._size, self._length)
        part = _Part(epoch, number)
        half = self._half_of(part)
        if half is None:
            half = self._begin(part, 0)
        count = self._wait(half)
        after = self._after(part)
        if after.epoch <= self._epochs and self._half_of(after) is None:
            self._begin(after, 1 - half)
        start = half * self._length
        return np.arange(start + within, start + count, dtype=np.int64)

    def _half_of(self, part: _Part) -> int | None:
        """Return where a part is or will be; None where nobody asked for it."""
        for half, found in enumerate(self._halves):
            if found is not None and found[0] == part:
                return half
        return None

    def _begin(self, part: _Part, half: int) -> int:
        """Have a half filled, after what was asked for before."""
        self._halves[half] = part, self._thread.submit(self._fill, part, half)
        return half

    def _wait(self, half: int) -> int:
        """Wait for a half, and return how many examples it has."""
        found = self._halves[half]
        assert found is not None
        try:
            return found[1].result()
        except Exception:
            self._halves = [None, None]
            raise

    def _after(self, part: _Part) -> _Part:
        if part.number + 1 < self._parts:
            return _Part(part.epoch, part.number + 1)
        return _Part(part.epoch + 1, 0)

    def _fill(self, part: _Part, half: int) -> int:
        """Change the examples of a part; return how many there are."""
        first = part.number * self._length
        rows = self._given.order(part.epoch)[first : first + self._length]
        place = slice(half * self._length, half * self._length + len(rows))
        images, targets = (source[rows] for source in self._given.sources)
        changed = self._change(images, rows, seed=self._seed, epoch=part.epoch)
        kind = getattr(changed, "shape", None), getattr(changed, "dtype", None)
        if kind != (images.shape, images.dtype):
            raise OptionError(
                f"augment gave {kind[1]} of shape {kind[0]} for {images.dtype} of "
                f"shape {images.shape}",
                remedy="Let it keep the shape and the dtype of what it is given.",
            )
        self.sources[0][place], self.sources[1][place] = changed, targets
        return len(rows)


def make_feed(images: Array, targets: Array, config: TrainConfig) -> Feed:
    """Return what a training with these settings takes its batches from."""
    if config.augment is None:
        return Shuffled(images, targets, config)
    return Augmented(images, targets, config, config.augment)
