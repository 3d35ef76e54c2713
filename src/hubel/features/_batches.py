"""A compiled plan, run on some images at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from hubel.compiler.llvm.available import available
from hubel.errors import NativeError, ShapeError
from hubel.nn._module import Array
from hubel.transforms.compiled import compile

Progress = Callable[[int, int], object]

PIXELS = 2**16
"""Pixels in a batch: what is computed from them fits into a processor's cache."""


class Composed(Protocol):
    """What is written in NumPy alone: a feature."""

    def compose(self, images: Any) -> Any:
        """Map images (n, h, w, c) to rows (n, d)."""
        ...

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images of a batch of a shape are best computed at once."""
        ...


def in_batches(
    feature: Composed,
    images: Array,
    *,
    size: int = 0,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute a feature of images with all four axes."""
    count, size = len(images), size or feature.at_once(images.shape)
    if not count:
        blank = np.zeros((1, *images.shape[1:]), images.dtype)
        return _checked(out, _run(feature, blank)[:0])
    for start in range(0, count, size):
        rows = _run(feature, images[start : start + size])
        if not start:
            shape = (count, *rows.shape[1:])
            out = np.empty(shape, rows.dtype) if out is None else out
            _checked(out, np.broadcast_to(rows[:1], shape))
        assert out is not None
        out[start : start + size] = rows
        if progress is not None:
            progress(min(start + size, count), count)
    assert out is not None
    return out


def default_size(shape: tuple[int, ...]) -> int:
    """Return how many images of a shape are computed at once."""
    return max(1, PIXELS // math.prod(shape[1:3]))


def _checked(out: Array | None, like: Array) -> Array:
    """Return where results go; refuse what they do not fit into."""
    if out is None:
        return like
    if out.shape != like.shape or out.dtype != like.dtype:
        raise ShapeError(
            f"out is {out.dtype} of shape {out.shape}, the rows are {like.dtype} of "
            f"shape {like.shape}",
            remedy="Give an array like the rows, or leave out= away.",
        )
    return out


def _compose(feature: Composed, images: Any) -> Any:
    return feature.compose(images)


_ON_NUMPY = compile(_compose, backend="numpy")
_NATIVE = compile(_compose, backend="llvm")


def _run(feature: Composed, images: Array) -> Array:
    """Compute one batch, as native code wherever that can be made.

    All batches run alike, so that the rows do not depend on when code was ready.
    """
    images = np.ascontiguousarray(images)
    if available():
        try:
            return _NATIVE(feature, images)
        except NativeError:
            pass
    return _ON_NUMPY(feature, images)
