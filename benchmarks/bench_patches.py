"""How fast is a dictionary's encoding, beside batched NumPy that does the same?

256 colour images of 32 x 32 bytes, 729 patches of 6 x 6 each, 400 words, triangle, sums
in quarters; one thread. NumPy has two products, as many passes in place as it needs,
and takes a few images at a time, so that it works in cache too; in batches of 64 it
does not. Target: at least 3 times as fast.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

import hubel as hb
from benchmarks._harness import Contestants, machine, repeating, take_turns, verdict
from hubel.features import compute, learn_dictionary

RNG = np.random.default_rng(0)
COARSE = RNG.integers(0, 240, (256, 8, 8, 3)).repeat(4, 1).repeat(4, 2)
IMAGES = (COARSE + RNG.integers(0, 16, COARSE.shape)).astype(np.uint8)
HALVES = slice(0, 13), slice(13, 27)


def encode(images: np.ndarray, words: np.ndarray, white: Any) -> np.ndarray:
    """Encode images in NumPy, without a temporary that is not needed."""
    views = np.lib.stride_tricks.sliding_window_view(images, (6, 6), (1, 2))
    rows = views.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 108).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    rows /= np.sqrt(np.einsum("nd,nd->n", rows, rows)[:, None] / 108 + 10)
    rows -= white.mean
    rows = rows @ white.matrix
    found = rows @ (-2 * words).T
    found += (words * words).sum(1)
    found += np.einsum("nd,nd->n", rows, rows)[:, None]
    np.maximum(found, 0, out=found)
    np.sqrt(found, out=found)
    np.subtract(found.mean(1, keepdims=True), found, out=found)
    np.maximum(found, 0, out=found)
    grid = found.reshape(-1, 27, 27, len(words))
    cells = [grid[:, y, x].sum((1, 2)) for y in HALVES for x in HALVES]
    return np.concatenate(cells, 1)


def in_chunks(size: int, words: np.ndarray, white: Any) -> np.ndarray:
    """Encode so many images at a time."""
    parts = [IMAGES[i : i + size] for i in range(0, len(IMAGES), size)]
    return np.concatenate([encode(part, words, white) for part in parts])


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    with hb.threads(1):
        dictionary = learn_dictionary(IMAGES, 400, samples=20_000, max_iter=5)
        chain = dictionary.codebook, dictionary.whitening
        entries: Contestants = {
            "Dictionary": lambda: compute(dictionary, IMAGES),
            "NumPy, 2 images at a time": lambda: in_chunks(2, *chain),
            "NumPy, 64 images at a time": lambda: in_chunks(64, *chain),
        }
        rows = [run() for run in entries.values()]
        for other in rows[1:]:
            np.testing.assert_allclose(rows[0], other, rtol=1e-3, atol=0.05)
        runners = {name: repeating(run) for name, run in entries.items()}
        times = take_turns(runners, rounds=7, target=0.05)
    middle = {
        name: statistics.median(each.process) / len(IMAGES) * 1e6
        for name, each in times.items()
    }
    for name, micro in middle.items():
        print(f"  {name:28}{micro:10.0f} us an image {1e6 / micro:8,.0f} images/s")
    ours, few, many = middle.values()
    verdict("to NumPy in batches", ours / many, 1 / 3)
    verdict("to NumPy in cache", ours / few, 1 / 3)


if __name__ == "__main__":
    main()
