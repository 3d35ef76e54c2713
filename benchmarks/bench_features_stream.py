"""Do a million images stream through in the memory of a batch, and how fast?

10,000 images that hubel draws, a hundred times over, become 154 numbers each (gradients
and hues) in a file of 616 MB. The rows of every pass have to equal those that are
computed at once. Targets: less than 64 MB beside what 20,000 images need, and 50,000
images a second of one core.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._harness import machine
from hubel.data import tenshapes
from hubel.experiments import ImageSource, featurize
from hubel.experiments._featurize_source import Batch, Origin
from hubel.features import read_features

WORDS, DRAWN, ALL = "hog+hue", 10_000, 1_000_000


def source_of(images: Any, labels: Any, count: int) -> ImageSource:
    """Give the same images again and again."""
    origins = [Origin(int(label), "train") for label in labels]
    names = tuple(map(str, range(10)))

    def read() -> Iterator[Batch]:
        for start in range(0, count, len(images)):
            yield images[: count - start], origins[: count - start]

    return ImageSource(count, images.shape[1:], names, read)


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Stream few images, then all of them."""
    machine()
    train, _ = tenshapes(DRAWN, 1)
    expected = read_features(WORDS)(train.images)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "rows.npy")
        featurize(source_of(train.images, train.labels, 2 * DRAWN), WORDS, out)
        before = peak()
        wall, process = time.perf_counter(), time.process_time()
        featurize(source_of(train.images, train.labels, ALL), WORDS, out)
        wall = time.perf_counter() - wall
        process = time.process_time() - process
        more = peak() - before
        rows = np.load(out, mmap_mode="r")
        assert rows.shape == (ALL, expected.shape[1])
        for start in range(0, ALL, DRAWN):
            part = rows[start : start + DRAWN]
            np.testing.assert_allclose(part, expected, rtol=1e-5, atol=1e-5)
    print(f"{ALL:,} images of 32 x 32, {expected.shape[1]} numbers each")
    print(f"{ALL / wall:,.0f} images/s, {ALL / process:,.0f} a second of one core")
    print(f"{more:.1f} MB more than 20,000 images needed ({before:.0f} MB)")
    good = more < 64 and ALL / process > 50_000
    print("met" if good else "MISSED")


if __name__ == "__main__":
    main()
