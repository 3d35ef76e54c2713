"""What a trained net makes of one image: answers of every layer, slopes, edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.experiments import Model
from hubel.features import HOG
from hubel.nn import Dropout, Flatten, Normalize
from hubel.transforms import compile, grad
from hubel.view import glyph_pixels
from hubel.view._filters import shade
from hubel.view._tiles import shrink

Bytes = NDArray[np.uint8]
_MOST_MAPS: Final = 64
_MOST_VALUES: Final = 256
_LARGEST_MAP: Final = 32
_STROKE: Final = 16
"""Pixels along each side of a cell's glyph."""


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer has answered.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Of the answer to one image.
    values : array of shape (units,)
        Of a fully connected layer the answers, of maps the mean of each.
    maps : array of shape (units, h, w), or None
    """

    name: str
    shape: tuple[int, ...]
    values: NDArray[np.float64]
    maps: NDArray[np.float64] | None

    def as_json(self) -> dict[str, Any]:
        """Return it as a page reads it: without its maps, at most 256 of its values."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "values": written(self.values[:_MOST_VALUES]),
            "maps": self.maps is not None,
        }


def written(values: NDArray[np.float64]) -> list[float]:
    """Return numbers with four digits; what is not finite is 0."""
    finite = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    return [float(f"{value:.4g}") for value in finite]


def follow(model: Model, image: Bytes) -> list[Layer]:
    """Push one image through a net; return what each of its layers answers."""
    x: Any = image[None]
    found: list[Layer] = []
    with np.errstate(all="ignore"):
        for module in model.net:
            x = np.asarray(module(x))
            if not isinstance(module, Normalize | Flatten | Dropout):
                found.append(_layer(repr(module), x[0].astype(np.float64)))
    return found


def _layer(name: str, answer: NDArray[np.float64]) -> Layer:
    """Describe the answer to one image, of shape (units,) or (h, w, units)."""
    if answer.ndim == 3:
        maps = answer[..., :_MOST_MAPS]
        small = shrink(np.nan_to_num(maps)[None], _LARGEST_MAP)[0]
        values = maps.mean(axis=(0, 1))
        return Layer(name, answer.shape, values, np.moveaxis(small, 2, 0))
    return Layer(name, answer.shape, answer.reshape(-1), None)


def map_pictures(layer: Layer) -> Bytes:
    """Return the maps of a layer, one below the other; 128 is 0."""
    maps = np.zeros((0, 1, 1)) if layer.maps is None else layer.maps
    largest = float(np.abs(maps).max(initial=0.0)) or 1.0
    shades = np.rint(127.5 + 127.5 * maps / largest).astype(np.uint8)
    return shades.reshape(-1, maps.shape[2])


def slope(model: Model, image: Bytes, label: int) -> NDArray[np.float32]:
    """Return the gradient of a class's score with respect to the pixels."""
    chosen = np.zeros((1, len(model.class_names)), np.float32)
    chosen[0, label] = 1
    with np.errstate(all="ignore"):
        return _slope(model.net, image[None].astype(np.float32), chosen)[0]


def _score(net: Any, pixels: Any, chosen: Any) -> Any:
    return (net(pixels) * chosen).sum()


_slope = compile(grad(_score, argnums=1))


def slope_picture(slopes: NDArray[np.float32]) -> Bytes:
    """Paint a gradient: mid-grey is 0, and the largest size an end of the range."""
    finite = np.where(np.isfinite(slopes), slopes, 0).astype(np.float64)
    return shade(finite[None], "each")[0]


def edges(image: Bytes) -> Bytes | None:
    """Paint the oriented gradients of an image as glyphs; None if it is too small."""
    hog = _hog()
    if min(image.shape[:2]) < hog.settings.cell:
        return None
    return glyph_pixels(np.asarray(hog.cells(image[None]))[0], side=_STROKE)


@lru_cache(maxsize=1)
def _hog() -> HOG:
    return HOG()
