"""What every check looks at: the doctor's own copy of the net, and samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hubel.data import Dataset
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.nn import Module, TrainConfig, predict_scores
from hubel.nn._losses import Loss, find_loss
from hubel.nn._module import TRAINED, roles
from hubel.streams import permutation
from hubel.tracing.tree import flatten, map_leaves, unflatten

Array = np.ndarray[Any, np.dtype[Any]]
Pair = tuple[Array, Array]

SAMPLE = 500
"""Examples on which statistics of the net are taken."""


@dataclass(frozen=True, eq=False)
class Case:
    """A net, its data and its settings; no check changes any of them.

    Attributes
    ----------
    net : Module
        A copy.
    images, labels : array
        All training examples, read only.
    test : pair of arrays or None
    config : TrainConfig
    """

    net: Module
    images: Array
    labels: Array
    test: Pair | None
    config: TrainConfig

    @property
    def loss(self) -> Loss:
        """The loss as a function of scores and labels."""
        return find_loss(self.config.loss)

    @cached_property
    def rows(self) -> Array:
        """All training examples in a random order of the doctor's own."""
        return permutation(len(self.images), self.config.seed, "doctor")

    @cached_property
    def sample(self) -> Pair:
        """Some training examples."""
        return self.some(SAMPLE)

    def some(self, count: int) -> Pair:
        """Return so many training examples, or all there are."""
        rows = self.rows[:count]
        return self.images[rows], self.labels[rows]

    @cached_property
    def scores(self) -> Array:
        """The scores of the sample."""
        return predict_scores(self.net, self.sample[0])

    @property
    def classes(self) -> int:
        """How many classes there are; a single score tells two apart."""
        width = self.scores.shape[1] if self.scores.ndim == 2 else 1
        return max(2, width)


def open_case(net: Module, train: Any, test: Any, config: TrainConfig) -> Case:
    """Check what was given, and copy the net.

    Raises
    ------
    DTypeError, ShapeError, OptionError
        If the examples are not images or points with a class each.
    """
    pairs = [_pair(part) for part in (train, test) if part is not None]
    for images, labels in pairs:
        _check(images, labels)
    if not net.parameters():
        raise OptionError("the net has no parameters to train", remedy="Add a layer.")
    (images, labels), *rest = pairs
    return Case(
        net=map_leaves(np.array, net),
        images=images,
        labels=labels,
        test=rest[0] if rest and len(rest[0][0]) else None,
        config=config,
    )


def _pair(part: Any) -> Pair:
    """Take a data set apart."""
    if isinstance(part, Dataset):
        return part.images, part.labels
    images, labels = part
    return np.asarray(images), np.asarray(labels)


def _check(images: Array, labels: Array) -> None:
    """Refuse examples without classes."""
    if labels.dtype.kind not in "iu":
        raise DTypeError(
            f"labels must be whole numbers, not {labels.dtype}",
            remedy="hubel doctor examines nets that tell classes apart.",
        )
    if images.ndim < 2 or labels.shape != images.shape[:1]:
        raise ShapeError(
            f"images of shape {images.shape} and labels of shape {labels.shape}: "
            "needed are (n, ...) and (n,)"
        )
    if len(images) < 2:
        raise OptionError(f"{len(images)} examples are too few to examine a net on")


def with_arrays(net: Module, changed: dict[str, Array]) -> Any:
    """Return the net with some arrays replaced, by path."""
    leaves, tree = flatten(net)
    entries = zip(tree.paths(), leaves, strict=True)
    return unflatten(tree, [changed.get(path, leaf) for path, leaf in entries])


def trained(net: Module, role: str | None = None) -> dict[str, Array]:
    """Return the parameters by path, of one role if it is named."""
    leaves, tree = flatten(net)
    entries = zip(tree.paths(), leaves, roles(tree), strict=True)
    return {p: a for p, a, r in entries if r in TRAINED and role in (None, r)}
