"""Convolutions that ONNX, or its runtimes, have no operator for, made of windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.gates._slice import Span, embed, slice_of, span
from hubel.gates.define import shape_of
from hubel.graph.registry import GATES, Value

Pair = tuple[int, int]


def windows2d_apart(
    x: Value, window: Pair, stride: Pair, padding: Any, spread: Pair
) -> Value:
    """Join, for every place in a window, the pixels that stand there."""
    images = _padded(x, padding, spread)
    count, *sides, _ = shape_of(images)
    parts: list[Value] = []
    for place in np.ndindex(*window):
        spans = [
            span(slice(start, side - size + start + 1, step), side)
            for start, side, size, step in zip(
                place, sides, window, stride, strict=True
            )
        ]
        parts.append(slice_of(images, index=((0, count, 1), *spans)))
    return GATES["concatenate"](*parts, axis=3)


def conv2d_apart(x: Value, w: Value, **params: Any) -> Value:
    """Multiply windows by weights."""
    *window, channels, filters = shape_of(w)
    rows = windows2d_apart(x, (window[0], window[1]), **params)
    size = math.prod(window) * channels
    return GATES["matmul"](rows, GATES["reshape"](w, shape=(size, filters)))


def _weights(x: Value, g: Value, window: Pair, **params: Any) -> Value:
    """Multiply windows by gradients, and add up over all places of all images."""
    rows = windows2d_apart(x, window, **params)
    places, filters = math.prod(shape_of(g)[:3]), shape_of(g)[3]
    size = shape_of(rows)[3]
    flat = GATES["reshape"](rows, shape=(places, size))
    turned = GATES["transpose"](flat, axes=(1, 0))
    found = GATES["matmul"](turned, GATES["reshape"](g, shape=(places, filters)))
    return GATES["reshape"](found, shape=(*window, shape_of(x)[3], filters))


def _padded(x: Value, padding: Any, spread: Any) -> Value:
    """Spread pixels apart and put zeros around them, or take pixels away."""
    all_images: Span = (0, shape_of(x)[0], 1)
    places: list[Span] = [all_images]
    kept: list[Span] = [all_images]
    whole: list[int] = [shape_of(x)[0]]
    for axis in (0, 1):
        count, by = shape_of(x)[axis + 1], spread[axis]
        length = (count - 1) * by + 1
        first, last = padding[axis]
        start = max(first, 0)
        places.append(span(slice(start, start + length, by), start + length))
        whole.append(start + length + max(last, 0))
        cut = slice(max(-first, 0), whole[-1] - max(-last, 0))
        kept.append(span(cut, whole[-1]))
    shape = (*whole, shape_of(x)[3])
    return slice_of(embed(x, index=tuple(places), shape=shape), index=tuple(kept))


IMAGES: dict[str, Callable[..., Value]] = {
    "conv2d_weights": _weights,
    "windows2d": windows2d_apart,
}
"""What each gate is made of."""
