"""How fast are features of texture, beside scikit-image and OpenCV?

512 grey images of 32 x 32 pixels, one thread. Targets: ``lbp`` at least 20 times
``skimage.feature.local_binary_pattern``; ``dense_sift`` at least OpenCV's
``SIFT.compute`` at 16 points. Peers with ``--peers``: scikit-image and
opencv-python-headless.
"""

from __future__ import annotations

import sys

import numpy as np

import hubel as hb
from benchmarks._harness import machine, verdict
from benchmarks.bench_features import IMAGES, image_times, on_numpy
from hubel.features import LBP, DenseSIFT, lbp

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


def descriptors(peers: bool) -> None:
    """Race SIFT descriptors at 4 x 4 points."""
    print("\nSIFT at 16 points, 32 x 32 bytes")
    feature = DenseSIFT(5, sigma=1.6)
    entries = {
        "dense_sift": lambda: feature(GREYS),
        "dense_sift, NumPy plan": on_numpy(lambda: feature(GREYS)),
    }
    counts = dict.fromkeys(entries, len(GREYS))
    if not peers:
        image_times(entries, counts)
        return
    import cv2

    cv2.setNumThreads(1)
    places = feature.points(32).tolist()
    points = [cv2.KeyPoint(x, y, 8 / 3, 0.0) for y in places for x in places]
    sift = cv2.SIFT_create()

    def opencv():
        return np.stack([sift.compute(i, points)[1] for i in GREYS[:FEW]])

    expected = opencv()
    expected /= np.linalg.norm(expected, axis=2, keepdims=True)
    cosines = (feature(GREYS[:FEW]).reshape(expected.shape) * expected).sum(2)
    assert cosines.min() > 0.9998, cosines.min()
    times = image_times(entries | {"OpenCV": opencv}, counts | {"OpenCV": FEW})
    verdict("to OpenCV", times["dense_sift"] / times["OpenCV"], 1)


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    with hb.threads(1):
        patterns("--peers" in sys.argv)
        descriptors("--peers" in sys.argv)


if __name__ == "__main__":
    main()
