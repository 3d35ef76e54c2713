"""How fast are features of texture, beside scikit-image and OpenCV?

512 grey images of 32 x 32 pixels, one thread. Target: ``lbp`` at least 20 times
``skimage.feature.local_binary_pattern``. Peers with ``--peers``.
"""

from __future__ import annotations

import sys

import numpy as np

import hubel as hb
from benchmarks._harness import machine, verdict
from benchmarks.bench_features import IMAGES, image_times, on_numpy
from hubel.features import LBP, lbp

FEW = 32  # what a peer is timed on, whose calls are for one image
GREYS = np.ascontiguousarray(IMAGES[..., 1])


def patterns(peers: bool) -> None:
    """Race local binary patterns."""
    print("\nlocal binary patterns, 32 x 32 bytes")
    entries = {
        "lbp": lambda: lbp(GREYS),
        "lbp, 59 bins": lambda: lbp(GREYS, "nri_uniform"),
        "lbp, 16 points": lambda: lbp(GREYS, points=16, radius=2),
        "lbp, NumPy plan": on_numpy(lambda: lbp(GREYS)),
    }
    counts = dict.fromkeys(entries, len(GREYS))
    if not peers:
        image_times(entries, counts)
        return
    from skimage.feature import local_binary_pattern

    def skimage():
        return np.stack([local_binary_pattern(i, 8, 1, "uniform") for i in GREYS[:FEW]])

    np.testing.assert_array_equal(LBP().patterns(GREYS[:FEW]), skimage())
    entries |= {"scikit-image, patterns only": skimage}
    times = image_times(entries, counts | {"scikit-image, patterns only": FEW})
    peer = times["scikit-image, patterns only"]
    verdict("to scikit-image", times["lbp"] / peer, 1 / 20)


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    with hb.threads(1):
        patterns("--peers" in sys.argv)


if __name__ == "__main__":
    main()
