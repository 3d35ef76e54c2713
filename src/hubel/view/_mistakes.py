"""The mistakes that a classifier was most sure of, as a sheet of captioned images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.view._markup import Markup, element
from hubel.view._png import data_uri
from hubel.view._svg import shorten
from hubel.view._tiles import shrink

_NAME_LENGTH = 16


def mistakes(
    images: NDArray[Any],
    true: Sequence[str],
    predicted: Sequence[str],
    sureness: ArrayLike,
    *,
    percent: bool = True,
    limit: int = 24,
) -> Markup:
    """Show the examples that were classified wrongly with the most confidence.

    Examples whose two names agree are left out, so that a whole test set may be given.

    Parameters
    ----------
    images : numpy.ndarray of uint8
        Shape (n, h, w) or (n, h, w, c) with c of 1 or 3; above 64 pixels a side they
        are shrunk.
    true, predicted : sequence of str
        The n names of the right and of the chosen classes.
    sureness : array_like
        The n probabilities, 0 to 1, of the chosen classes; or any other measure of
        confidence, such as a margin of scores, with ``percent=False``.
    percent : bool
        Whether `sureness` is written as a percentage.
    limit : int
        How many are shown at most.

    Returns
    -------
    Markup
        An HTML figure with one PNG an image inside it; a sentence where there is none.

    Raises
    ------
    DTypeError
        When the images are not of uint8.
    ShapeError
        When the four do not belong to equally many images.
    OptionError
        When `limit` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> figure = mistakes(
    ...     np.zeros((2, 4, 4, 3), np.uint8), ["cat", "dog"], ["dog", "dog"], [0.9, 0.8]
    ... )
    >>> figure.count("<img"), "90 %" in figure
    (1, True)
    """
    if limit < 1:
        raise OptionError(f"limit= is at least 1 image, not {limit}.")
    sure = np.asarray(sureness, np.float64)
    _check(images, true, predicted, sure)
    wrong = np.flatnonzero([t != p for t, p in zip(true, predicted, strict=True)])
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:limit]
    if worst.size == 0:
        return element("p", "There is no mistake to show.")
    chosen = images[worst]
    small = shrink(chosen[..., None] if chosen.ndim == 3 else chosen)
    tiles = small.round().astype(np.uint8)
    order: list[int] = worst.tolist()
    shown = [
        _tile(tile, true[i], predicted[i], _written(float(sure[i]), percent))
        for tile, i in zip(tiles, order, strict=True)
    ]
    return element("div", *shown, class_="hb-mistakes")


def _tile(image: NDArray[np.uint8], true: str, predicted: str, sure: str) -> Markup:
    """Return one image with what it is and what it was taken for."""
    told = f"{true}, taken for {predicted}"
    return element(
        "figure",
        element("img", src=data_uri(image), alt=told, title=told, class_="hb-pixels"),
        element(
            "figcaption",
            element("strong", shorten(predicted, _NAME_LENGTH)),
            Markup(" "),
            element("span", sure, class_="hb-sure"),
            element("br"),
            f"true: {shorten(true, _NAME_LENGTH)}",
        ),
    )


def _written(sure: float, percent: bool) -> str:
    """Write how sure the classifier was."""
    return f"{100 * sure:.0f} %" if percent else f"{sure:.3g}"


def _check(
    images: NDArray[Any],
    true: Sequence[str],
    predicted: Sequence[str],
    sure: NDArray[np.float64],
) -> None:
    """Refuse images that are no images, and names that are not theirs."""
    if images.dtype != np.uint8:
        raise DTypeError(
            f"images need uint8 numbers from 0 to 255, not {images.dtype}.",
            remedy="Scale them, then: images.round().clip(0, 255).astype(np.uint8)",
        )
    if images.ndim not in (3, 4) or (
        images.ndim == 4 and images.shape[3] not in (1, 3)
    ):
        raise ShapeError(
            f"images have shape (n, h, w) or (n, h, w, c) with c of 1 or 3, "
            f"not {images.shape}.",
            remedy="Planes first, (n, c, h, w)? Then: images.transpose(0, 2, 3, 1)",
        )
    counts = (len(images), len(true), len(predicted), sure.size)
    if len(set(counts)) != 1 or sure.ndim != 1:
        raise ShapeError(
            f"{counts[0]} images need as many true names, predicted names and "
            f"numbers, not {counts[1]}, {counts[2]} and {counts[3]}."
        )
