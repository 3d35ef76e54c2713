"""Convolution of images."""

from __future__ import annotations

from typing import Any

from tests.gates.case import Case, sample

ONE, NONE = (1, 1), ((0, 0), (0, 0))
SAME = ((1, 1), (1, 1))
SHIFTED = ((2, -1), (-1, 3))
"""Padding that differs on all sides, and takes pixels away on two of them."""
INSIDE = {"stride": ONE, "padding": NONE, "spread": ONE}
UNEVEN = {"stride": (2, 1), "padding": SHIFTED, "spread": (1, 2)}


def slides(
    x: tuple[int, ...], other: tuple[int, ...], label: str, **params: Any
) -> Case:
    """Give a case of a window that slides over images."""
    stated = {"stride": ONE, "padding": NONE, "spread": ONE, **params}
    return Case((sample(*x), sample(*other, seed=1)), stated, label=label)


CASES = {
    "conv2d": [
        slides((2, 4, 3, 2), (2, 2, 2, 3), "inside"),
        slides((2, 3, 4, 1), (3, 3, 1, 2), "same", padding=SAME),
        slides((1, 5, 6, 2), (3, 2, 2, 1), "strides", stride=(2, 3)),
        slides((1, 4, 5, 1), (2, 3, 1, 2), "uneven", padding=SHIFTED, stride=(2, 1)),
        slides((1, 3, 2, 2), (2, 2, 2, 2), "spread", spread=(2, 3), padding=SHIFTED),
        slides((2, 3, 3, 2), (1, 1, 2, 2), "pixel by pixel"),
        slides((0, 3, 3, 2), (2, 2, 2, 2), "no image"),
        slides((1, 3, 3, 0), (2, 2, 0, 2), "no channel"),
    ],
    "windows2d": [
        Case((sample(2, 3, 4, 2),), {"window": (2, 3), **INSIDE}, label="inside"),
        Case((sample(1, 4, 3, 1),), {"window": (2, 2), **UNEVEN}, label="uneven"),
        Case((sample(0, 3, 3, 1),), {"window": (2, 2), **INSIDE}, label="no image"),
    ],
    "conv2d_weights": [
        slides((2, 4, 3, 2), (2, 3, 2, 3), "inside", window=(2, 2)),
        slides((2, 3, 4, 1), (2, 3, 4, 2), "same", window=(3, 3), padding=SAME),
        slides((1, 5, 6, 2), (1, 2, 2, 1), "strides", window=(3, 2), stride=(2, 3)),
        slides((1, 3, 2, 2), (1, 4, 3, 2), "spread", window=(2, 2), spread=(2, 3)),
        slides((0, 3, 3, 2), (0, 2, 2, 2), "no image", window=(2, 2)),
    ],
}
