"""The filters of a net's first layer, as images."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubel.experiments import Model
from hubel.experiments._nets import first_weights
from hubel.nn import Conv2d, Flatten, Linear, Module, Normalize
from hubel.view._filters import read_filters, strongest

MOST: Final = 100
"""Filters that are shown; of more the strongest ones."""


def first_filters(model: Model) -> tuple[NDArray[np.float64], list[int]]:
    """Return what the units of a model's first layer add pixels up with, and which.

    Returns
    -------
    filters : array of shape (k, h, w, channels)
        At most 64 pixels a side; none of them where the first layer does not see
        pixels but features.
    units : list of int
        The number of each among the units of the layer.
    """
    layer = _first(model)
    if layer is None:
        return np.zeros((0, *model.image_shape)), []
    if isinstance(layer, Conv2d):
        filters = read_filters(layer.weight.transpose(3, 0, 1, 2), model.image_shape)
    else:
        filters = read_filters(first_weights(model.net), model.image_shape)
    units = strongest(filters, MOST)
    return filters[units], units.tolist()


def _first(model: Model) -> Module | None:
    """Return the first layer with weights, if pixels come to it."""
    for layer in model.net:
        if isinstance(layer, Conv2d):
            return layer
        if isinstance(layer, Linear):
            pixels = math.prod(model.image_shape)
            return layer if layer.weight.shape[0] == pixels else None
        if not isinstance(layer, Normalize | Flatten):
            return None
    return None
