"""Keys: what the layers of a net draw their random numbers from in training.

A key is two 64-bit words. The training loop has one for each step, a pure function of
the seed, the epoch and the step; each layer derives its own from it, so that a mask
depends on nothing but these and the layer's position.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hubel.streams import stream

MULTIPLIER = np.array([0x5851F42D4C957F2D, 0x5851F42D4C957F2D], np.uint64)
"""Knuth's multiplier of MMIX: odd, so that multiplying loses nothing."""


def step_keys(seed: int, epoch: int, steps: int) -> np.ndarray[Any, Any]:
    """Return the keys of an epoch's steps, uint64 of shape (steps, 2).

    Examples
    --------
    >>> bool((step_keys(0, 1, 5)[3] == step_keys(0, 1, 9)[3]).all())
    True
    """
    words = stream(seed, "dropout", epoch).bit_generator.random_raw(2 * steps)
    return words.reshape(steps, 2)


def derive(key: Any, position: int) -> Any:
    """Return the key of the layer at a position, from the key of what holds it.

    The map is injective in the key, and the order of positions in nested containers
    counts.
    """
    return key * MULTIPLIER + _offset(position)


@cache
def _offset(position: int) -> np.ndarray[Any, Any]:
    return stream(0, "key", position).bit_generator.random_raw(2)
