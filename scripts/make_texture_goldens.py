"""Make tests/features/golden/textures.npz: what other programs say of a few images.

    python scripts/make_texture_goldens.py

Needs scikit-image and opencv-python-headless. The images are made here, so the file
holds nothing but numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[1] / "tests" / "features" / "golden" / "textures.npz"


def blobs(size: int, count: int, seed: int) -> Any:
    """Return a grey image of soft and hard shapes of many sizes, as bytes."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    image = np.full((size, size), 110.0)
    for k in range(count):
        width, turn = rng.uniform(1.5, size / 12), rng.uniform(0, np.pi)
        dx, dy = x - rng.uniform(0, size), y - rng.uniform(0, size)
        along = dx * np.cos(turn) + dy * np.sin(turn)
        across = (dy * np.cos(turn) - dx * np.sin(turn)) * rng.uniform(1, 3)
        square = (along**2 + across**2) / width**2
        shape = np.exp(-square / 2) if k % 2 else 0.6 * (square < 2)
        image += rng.choice([-1, 1]) * rng.uniform(40, 90) * shape
    return image.clip(0, 255).round().astype(np.uint8)


def main() -> None:
    """Write the file."""
    import cv2
    from skimage.feature import local_binary_pattern

    small = np.stack([blobs(32, 12, seed) for seed in range(6)])
    large = blobs(160, 90, 7)
    sift = cv2.SIFT_create()  # pyright: ignore
    places = [8, 13, 18, 23]
    points = [
        cv2.KeyPoint(float(x), float(y), 8 / 3, 0.0) for y in places for x in places
    ]
    dense = np.stack([sift.compute(image, points)[1] for image in small])
    keypoints, descriptors = sift.detectAndCompute(large, None)
    rows = [(*k.pt, k.size, k.angle, k.response) for k in keypoints]
    patterns = [local_binary_pattern(image, 8, 1, "default") for image in small]
    np.savez_compressed(
        GOLDEN,
        small=small,
        large=large,
        dense=dense.astype(np.uint8),
        keypoints=np.array(rows, np.float32),
        descriptors=descriptors.astype(np.uint8),
        patterns=np.stack(patterns).astype(np.uint8),
    )
    print(f"{GOLDEN}: {GOLDEN.stat().st_size:,} bytes, {len(rows)} keypoints")


if __name__ == "__main__":
    main()
