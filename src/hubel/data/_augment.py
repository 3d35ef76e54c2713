"""Augmentation: each picture changed by chance, as a function of what it is alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.streams import stream

_Images = NDArray[Any]
_Floats = NDArray[Any]

_WORDS = 4
"""What Philox makes at once: picture i owns block i of its epoch's stream."""
_BLOCK = 16
"""Pictures that are recoloured at once, so that their numbers stay in the cache."""
_LUMA = (0.299, 0.587, 0.114)
"""How much of red, green and blue is in grey, from Rec. ITU-R BT.601."""


def augment(
    images: NDArray[Any],
    indices: ArrayLike,
    *,
    seed: int,
    epoch: int,
    flip: bool = True,
    crop: int = 4,
    brightness: float = 0.0,
    contrast: float = 0.0,
    saturation: float = 0.0,
    fill: float = 0,
) -> NDArray[Any]:
    """Mirror, shift and recolour the pictures of a batch by chance.

    What happens to a picture depends on the seed, the epoch and its index alone:
    neither on the batch that it comes in, nor on its place there.

    Parameters
    ----------
    images : numpy.ndarray
        The batch, uint8, float32 or float64 of shape (n, height, width, channels).
    indices : array_like
        The number of each picture in its data set: whole numbers from 0, shape (n,).
    seed, epoch : int
        The run's seed, and the epoch: every epoch sees other variants.
    flip : bool
        Mirror every second picture, left to right, on average.
    crop : int
        Surround each picture with a margin so wide, and cut its size out of that at a
        random place: a shift by up to so many pixels. 0 to the smaller side.
    brightness, contrast, saturation : float
        From 0 up to 1. With b, c and s drawn uniformly from 1 - value to 1 + value:
        all numbers times b; then their distances from the picture's mean grey times c;
        then their distances from the pixel's own grey times s (colours only).
    fill : float
        The value of the margin.

    Returns
    -------
    numpy.ndarray
        A new array of the same shape and dtype. uint8 is computed in float32, rounded
        and cut to 0 to 255; floating numbers have no range here and are not cut.

    Raises
    ------
    DTypeError, ShapeError, OptionError
        If an argument is not as above.

    Notes
    -----
    Shifted and mirrored as in K. He et al., "Deep residual learning for image
    recognition", CVPR 2016, section 4.2. Grey is 0.299 red + 0.587 green + 0.114 blue.

    Examples
    --------
    >>> images = np.arange(3 * 8 * 8 * 3, dtype=np.uint8).reshape(3, 8, 8, 3)
    >>> batch = augment(images, [0, 1, 2], seed=0, epoch=1, crop=2)
    >>> alone = augment(images[2:], [2], seed=0, epoch=1, crop=2)
    >>> bool((batch[2] == alone[0]).all())
    True
    """
    numbers = np.asarray(indices)
    if numbers.size == 0:
        numbers = numbers.astype(np.int64)
    _check_batch(images, numbers)
    _check_crop(images, crop)
    spreads = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
    for name, value in spreads.items():
        if not 0 <= value < 1:
            raise OptionError(f"{name} must be from 0 up to 1, not {value}")
    words = _words(numbers.astype(np.int64), seed, epoch)
    moved = _move(images, words[:, 0], flip, crop, fill)
    if not any(spreads.values()) or not len(images):
        return moved
    b, c, s = (
        _factors(words[:, 1 + place], value, moved)
        for place, value in enumerate(spreads.values())
    )
    return _recolor(moved, b, c, s if saturation else None)


def _words(indices: NDArray[np.int64], seed: int, epoch: int) -> NDArray[np.uint64]:
    """Return the random words of each index, uint64 of shape (n, 4)."""
    bits = stream(seed, "augment", epoch).bit_generator
    assert isinstance(bits, np.random.Philox)
    wanted, places = np.unique(indices, return_inverse=True)
    drawn, at = [np.empty((0, _WORDS), np.uint64)], 0
    for run in np.split(wanted, np.flatnonzero(np.diff(wanted) > 1) + 1):
        bits.advance(int(run[0]) - at if run.size else 0)
        drawn.append(bits.random_raw(_WORDS * len(run)).reshape(-1, _WORDS))
        at = int(run[-1]) + 1 if run.size else 0
    return np.concatenate(drawn)[places]


def _move(
    images: _Images, words: NDArray[np.uint64], flip: bool, crop: int, fill: float
) -> _Images:
    """Mirror and shift each picture, in one gather of pixels over all of them."""
    count, height, width, channels = images.shape
    around = ((0, 0), (crop, crop), (crop, crop), (0, 0))
    padded = np.pad(images, around, constant_values=fill) if crop else images
    down, right = _offset(words, 32, crop), _offset(words, 1, crop)
    columns = np.tile(np.arange(width, dtype=np.int64), (count, 1))
    if flip:
        mirrored = (words & np.uint64(1)).astype(bool)
        columns = np.where(mirrored[:, np.newaxis], columns[:, ::-1], columns)
    columns = right[:, np.newaxis] + columns
    # The pixels of all pictures, counted row by row: a row's first, then its columns.
    first = np.arange(count, dtype=np.int64) * padded.shape[1] + down
    rows = (first[:, np.newaxis] + np.arange(height, dtype=np.int64)) * padded.shape[2]
    places = rows[:, :, np.newaxis] + columns[:, np.newaxis, :]
    return np.take(padded.reshape(-1, channels), places, axis=0)


def _offset(words: NDArray[np.uint64], shift: int, crop: int) -> NDArray[np.int64]:
    """Return whole numbers from 0 to twice `crop`, from 31 bits of each word."""
    bits = (words >> np.uint64(shift)) & np.uint64(2**31 - 1)
    return (bits * np.uint64(2 * crop + 1) >> np.uint64(31)).astype(np.int64)


def _factors(words: NDArray[np.uint64], spread: float, like: _Images) -> _Floats:
    """Return a factor for each picture, uniform from 1 - spread to 1 + spread."""
    dtype = np.float32 if like.dtype == np.uint8 else like.dtype
    share = (words >> np.uint64(11)) * 2.0**-53
    factors = 1 + spread * (2 * share - 1)
    return factors.astype(dtype).reshape(-1, 1, 1, 1)


def _recolor(images: _Images, b: _Floats, c: _Floats, s: _Floats | None) -> _Images:
    """Change brightness, contrast and, where there is any, saturation, in place."""
    for start in range(0, len(images), _BLOCK):
        block = slice(start, start + _BLOCK)
        values = images[block] * b[block]
        mean = _grey(values).mean(axis=(1, 2, 3), keepdims=True)
        values = mean + c[block] * (values - mean)
        if s is not None and values.shape[3] == len(_LUMA):
            grey = _grey(values)
            values = grey + s[block] * (values - grey)
        if images.dtype == np.uint8:
            values = np.rint(values, out=values).clip(0, 255, out=values)
        images[block] = values
    return images


def _grey(values: _Floats) -> _Floats:
    """Return the grey of each pixel, of shape (n, height, width, 1)."""
    if values.shape[3] != len(_LUMA):
        return values.mean(axis=3, keepdims=True)
    red, green, blue = (
        values[..., place, np.newaxis] * values.dtype.type(weight)
        for place, weight in enumerate(_LUMA)
    )
    return red + green + blue


def _check_batch(images: _Images, indices: NDArray[Any]) -> None:
    """Refuse what is no batch of pictures with their numbers."""
    if images.dtype.name not in ("uint8", "float32", "float64"):
        raise DTypeError(
            f"augment takes uint8, float32 or float64 images, not {images.dtype}"
        )
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ShapeError(
            f"augment takes images of shape (n, height, width, channels), not "
            f"{images.shape}"
        )
    if indices.shape != images.shape[:1]:
        raise ShapeError(
            f"{len(images):,} images need indices of shape ({len(images)},), not "
            f"{indices.shape}"
        )
    if indices.dtype.kind not in "iu" or (indices.size and int(indices.min()) < 0):
        raise OptionError("indices must be whole numbers from 0")


def _check_crop(images: _Images, crop: int) -> None:
    """Refuse a margin that a picture could vanish in."""
    most = min(images.shape[1:3])
    if not 0 <= crop <= most:
        raise OptionError(f"crop must be 0 to {most}, not {crop}")
