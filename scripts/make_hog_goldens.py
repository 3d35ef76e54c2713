"""Make tests/features/golden/hog.npz: what other programs say of a few images.

    python scripts/make_hog_goldens.py

Needs scikit-image, SciPy and opencv-python-headless<5: later ones have no
HOGDescriptor. The images are made here, so the file holds nothing but numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).parents[1] / "tests" / "features" / "golden" / "hog.npz"


def images() -> np.ndarray[Any, Any]:
    """Return 12 images (32, 32, 3) of whole numbers: shapes, slopes, noise."""
    rng = np.random.default_rng(20)
    y, x = np.mgrid[:32, :32]
    made: list[Any] = [np.full((32, 32, 3), 90.0)]
    for _ in range(8):
        angle = rng.uniform(0, np.pi, 3)
        wave = np.cos(angle) * x[..., None] + np.sin(angle) * y[..., None]
        made.append(127 + 100 * np.sin(wave / rng.uniform(1, 4, 3)))
    made.append(255.0 * (x + y > 30)[..., None] * np.array([1, 0.5, 0.2]))
    made.append(rng.integers(0, 256, (32, 32, 3)))
    made.append(8.0 * np.stack([x, y, (x + y) / 2], axis=-1))
    return np.stack(made).clip(0, 255).round().astype(np.uint8)


def skimage_hog(image: Any, block: int, norm: str) -> Any:
    """Return scikit-image's numbers."""
    from skimage.feature import hog

    return hog(
        image.astype(np.float64),
        cells_per_block=(block, block),
        block_norm=norm,
        channel_axis=-1,
    )


def opencv_hog(image: Any, root: bool) -> Any:
    """Return OpenCV's numbers."""
    import cv2

    sizes = (32, 32), (16, 16), (8, 8), (8, 8), 9
    descriptor = cv2.HOGDescriptor(*sizes, 1, -1, 0, 0.2, root)
    return descriptor.compute(np.ascontiguousarray(image)).ravel()


def course_hog(image: Any) -> Any:
    """Return what the formulas of CS231n's ``hog_feature`` give, errors included."""
    from scipy.ndimage import uniform_filter

    grey = image.astype(np.float64) @ [0.299, 0.587, 0.144]
    x, y = np.zeros((2, 32, 32))
    x[:, :-1], y[:-1] = np.diff(grey, axis=1), np.diff(grey, axis=0)
    length = np.sqrt(x**2 + y**2)
    degrees = np.arctan2(y, x + 1e-15) * (180 / np.pi) + 90
    cells: list[Any] = []
    for k in range(9):
        inside = (degrees >= 20 * k) & (degrees < 20 * (k + 1)) & (degrees > 0)
        means = uniform_filter(np.where(inside, length, 0), size=(8, 8))
        cells.append(means[4::8, 4::8].T)
    return np.stack(cells, axis=-1).ravel()


def main() -> None:
    """Write the file."""
    made = images()
    found: dict[str, Any] = {"images": made}
    for block, norm in ((1, "L1"), (2, "L1-sqrt"), (2, "L2"), (3, "L2-Hys")):
        rows = [skimage_hog(image, block, norm) for image in made]
        found[f"skimage {block} {norm}"] = np.stack(rows)
    for root in (False, True):
        found[f"opencv {root}"] = np.stack([opencv_hog(i, root) for i in made])
    found["cs231n"] = np.stack([course_hog(image) for image in made])
    GOLDEN.parent.mkdir(exist_ok=True)
    np.savez_compressed(GOLDEN, **found)
    print(f"{GOLDEN}: {GOLDEN.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
