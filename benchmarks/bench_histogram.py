"""How fast are votes into small histograms, as features of images cast them?

Images of 34 x 34: differences of neighbours, their strength and direction, and for each
of 4 x 4 cells the strengths added up by 9 directions. Then brightness in 256 bins for
each image, of noise and of images that are all black, where every vote waits for the
one before. Target: at most half of what ``np.bincount`` takes for the votes alone.
"""

from __future__ import annotations

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict

COUNT = 500
RNG = np.random.default_rng(0)
IMAGES = RNG.random((COUNT, 34, 34), dtype=np.float32)
BYTES = RNG.integers(0, 256, (COUNT, 3072)).astype(np.uint8)
IMAGE, CELL = np.arange(COUNT)[:, None, None], np.arange(32) // 8


def edges(x):
    """Give the strength and the direction, from 0 to 8, of edges."""
    dx = x[:, 1:-1, 2:] - x[:, 1:-1, :-2]
    dy = x[:, 2:, 1:-1] - x[:, :-2, 1:-1]
    turn = np.floor(np.arctan2(dy, dx) * np.float32(9 / np.pi)).astype(np.int32)
    turn = np.where(turn < 0, turn + 9, turn)
    return np.sqrt(dx * dx + dy * dy), np.where(turn > 8, 0, turn)


def histograms(x, zeros=hb.zeros):
    """Add the strengths up by cell and direction."""
    strength, turn = edges(x)
    total = zeros((COUNT, 4, 4, 9), np.float32)
    np.add.at(total, (IMAGE, CELL[:, None], CELL, turn), strength)
    return total


def by_bincount(strength, turn):
    """Do the same with numbers of bins."""
    bins = ((IMAGE * 4 + CELL[:, None]) * 4 + CELL) * 9 + turn
    found = np.bincount(bins.ravel(), strength.ravel(), COUNT * 144)
    return found.reshape(COUNT, 4, 4, 9)


def brightness(x, zeros=hb.zeros):
    """Count the pixels of each image by their values."""
    total = zeros((COUNT, 256), np.float32)
    np.add.at(total, (np.arange(COUNT)[:, None], x), np.float32(1))
    return total


def counted(x):
    """Do the same by one ``np.bincount`` an image."""
    return np.stack([np.bincount(each, minlength=256) for each in x])


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    compiled = hb.compile(histograms, backend="llvm")
    votes = edges(IMAGES)
    expected = by_bincount(*votes)
    np.testing.assert_allclose(compiled(IMAGES), expected, rtol=1e-4, atol=1e-3)
    ratios = race(
        f"histograms of edges in {COUNT} images of 34 x 34",
        {
            "hubel compiled": lambda: compiled(IMAGES),
            "NumPy: np.bincount": lambda: by_bincount(*edges(IMAGES)),
            "NumPy: the votes alone": lambda: by_bincount(*votes),
            "NumPy: np.add.at": lambda: histograms(IMAGES, np.zeros),
        },
        rounds=11,
    )
    count = hb.compile(brightness, backend="llvm")
    for name, x in (("noise", BYTES), ("black", np.zeros_like(BYTES))):
        np.testing.assert_array_equal(count(x), counted(x))
        race(
            f"{COUNT} histograms of 3072 bytes in 256 bins: {name}",
            {
                "hubel compiled": lambda x=x: count(x),
                "NumPy: np.bincount": lambda x=x: counted(x),
                "NumPy: np.add.at": lambda x=x: brightness(x, np.zeros),
            },
            rounds=7,
        )
    verdict("compiled over the votes alone", 1 / ratios["NumPy: the votes alone"], 0.5)


if __name__ == "__main__":
    main()
