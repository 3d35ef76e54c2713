"""How fast are histograms of gradients and of hues, beside OpenCV and scikit-image?

512 colour images of 32 x 32 pixels, one thread. Targets: ``hog`` natively at least 4
times OpenCV's HOGDescriptor and 60 times ``skimage.feature.hog``, on NumPy at least 5
times scikit-image; ``hue_histogram`` at least OpenCV's cvtColor and calcHist. Peers
with ``--peers``: opencv-python-headless<5 and scikit-image.
"""

from __future__ import annotations

import os
import statistics
import sys

import numpy as np

import hubel as hb
from benchmarks._harness import Contestants, machine, repeating, take_turns, verdict
from hubel.features import hog, hue_histogram

FEW = 32  # what a peer is timed on, whose calls are for one image
RNG = np.random.default_rng(0)
# Coarse patches and fine noise: edges, slopes, and pixels without a gradient.
COARSE = RNG.integers(0, 240, (512, 8, 8, 3)).repeat(4, 1).repeat(4, 2)
IMAGES = (COARSE + RNG.integers(0, 16, COARSE.shape)).astype(np.uint8)
SIZES = (32, 32), (16, 16), (8, 8), (8, 8), 9


def on_numpy(run):
    """Return the function with the NumPy plan."""

    def slower():
        os.environ["HUBEL_BACKEND"] = "numpy"
        try:
            return run()
        finally:
            del os.environ["HUBEL_BACKEND"]

    return slower


def image_times(contestants: Contestants, counts: dict[str, int]) -> dict[str, float]:
    """Return the median of the microseconds of the process that an image takes."""
    runners = {name: repeating(run) for name, run in contestants.items()}
    times = take_turns(runners, rounds=15, target=0.05)
    found: dict[str, float] = {}
    print(f"  {'':34}{'us an image':>12}{'images/s':>12}")
    for name, each in times.items():
        found[name] = statistics.median(each.process) / counts[name] * 1e6
        print(f"  {name:34}{found[name]:12.2f}{1e6 / found[name]:12,.0f}")
    return found


def gradients(peers: bool) -> None:
    """Race histograms of gradients."""
    print("\nhistograms of oriented gradients, 32 x 32 x 3 bytes")
    entries = {
        "hog lecture": lambda: hog(IMAGES),
        "hog lecture, NumPy plan": on_numpy(lambda: hog(IMAGES)),
        "hog skimage, 2x2 blocks": lambda: hog(IMAGES, "skimage", block=2),
        "hog opencv": lambda: hog(IMAGES, "opencv"),
    }
    counts = dict.fromkeys(entries, len(IMAGES))
    if not peers:
        image_times(entries, counts)
        return
    import cv2
    from skimage.feature import hog as peer

    cv2.setNumThreads(1)
    descriptor = cv2.HOGDescriptor(*SIZES)

    def opencv():
        return np.stack([descriptor.compute(i).ravel() for i in IMAGES[:FEW]])

    def skimage():
        cells = {"cells_per_block": (2, 2), "channel_axis": -1}
        return np.stack([peer(i.astype(np.float64), **cells) for i in IMAGES[:FEW]])

    found = hog(IMAGES[:FEW], "opencv")
    np.testing.assert_allclose(found, opencv(), atol=1e-3)
    found = hog(IMAGES[:FEW], "skimage", block=2)
    np.testing.assert_allclose(found, skimage(), atol=1e-4)
    entries |= {"OpenCV": opencv, "scikit-image": skimage}
    times = image_times(entries, counts | {"OpenCV": FEW, "scikit-image": FEW})
    ours, numpy = times["hog lecture"], times["hog lecture, NumPy plan"]
    verdict("to OpenCV", ours / times["OpenCV"], 1 / 4)
    verdict("to scikit-image", ours / times["scikit-image"], 1 / 60)
    verdict("NumPy plan to scikit-image", numpy / times["scikit-image"], 1 / 5)
    same = times["hog opencv"]
    verdict("the same numbers as OpenCV", same / times["OpenCV"], 1)


def hues(peers: bool) -> None:
    """Race histograms of hue."""
    print("\nhistograms of hue, 32 x 32 x 3 bytes")
    entries = {
        "hue_histogram": lambda: hue_histogram(IMAGES),
        "hue_histogram, soft": lambda: hue_histogram(IMAGES, 10, "soft"),
        "hue_histogram, NumPy plan": on_numpy(lambda: hue_histogram(IMAGES)),
    }
    counts = dict.fromkeys(entries, len(IMAGES))
    if not peers:
        image_times(entries, counts)
        return
    import cv2

    cv2.setNumThreads(1)

    def opencv():
        hsv = [cv2.cvtColor(i, cv2.COLOR_RGB2HSV) for i in IMAGES[:FEW]]
        counted = [cv2.calcHist([i], [0], None, [10], [0, 180]) for i in hsv]
        return np.stack(counted)[..., 0]

    # OpenCV rounds hues to 2 degrees, so that some pixels fall into the next bin.
    moved = abs(hue_histogram(IMAGES[:FEW]) - opencv()).sum(1) / 2
    assert moved.mean() < 0.06 * 1024, moved
    times = image_times(entries | {"OpenCV": opencv}, counts | {"OpenCV": FEW})
    verdict("to OpenCV", times["hue_histogram"] / times["OpenCV"], 1)


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    with hb.threads(1):
        gradients("--peers" in sys.argv)
        hues("--peers" in sys.argv)


if __name__ == "__main__":
    main()
