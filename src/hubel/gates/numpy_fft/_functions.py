"""What the functions of ``numpy.fft`` mean: lengths set, then one of three gates."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._complex import conjugated
from hubel.gates._flip import roll
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import lengths_of
from hubel.gates._slice import embed, trimmed
from hubel.gates._split import slice_along
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.gates.numpy_fft._gates import OTHER_WAY, fft, irfft, rfft
from hubel.graph.registry import NUMPY, Value

Lengths = Sequence[int | None] | None
AxesGiven = Sequence[int] | None


def _norm(norm: str | None) -> str:
    if norm is not None and norm not in OTHER_WAY:
        raise OptionError(f"norm={norm!r}", remedy="backward, ortho or forward")
    return norm or "backward"


def resized(a: Value, length: int, axis: int) -> Value:
    """Crop an axis, or continue it with zeros, to a length."""
    shape = shape_of(a)
    if length < 1:
        raise ShapeError(f"{length} points of a Fourier transform", remedy="1 or more")
    if length <= shape[axis]:
        return a if length == shape[axis] else slice_along(a, slice(length), axis)
    wide = (*shape[:axis], length, *shape[axis + 1 :])
    index = tuple([(0, n, 1) for n in shape])
    return embed(a, index=trimmed(index, wide), shape=wide)


def _along(a: Value, n: int | None, axis: int) -> tuple[Value, int]:
    """Set the length of an axis, which is returned counted from the front."""
    a = as_value(a)
    axis = normal_axis(operator.index(axis), ndim_of(a))
    return (a if n is None else resized(a, operator.index(n), axis)), axis


def _transform(name: str, inverse: bool) -> None:
    """State what a transform of one axis means."""

    def meaning(
        a: Value,
        n: int | None = None,
        axis: int = -1,
        norm: str | None = None,
        out: None = None,
    ) -> Value:
        without_out(out)
        a, along = _along(a, n, axis)
        return fft(a, axes=(along,), inverse=inverse, norm=_norm(norm))

    NUMPY[getattr(np.fft, name)] = meaning


_transform("fft", inverse=False)
_transform("ifft", inverse=True)


@implements(np.fft.rfft)
def np_rfft(
    a: Value,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: None = None,
) -> Value:
    """Mean what ``np.fft.rfft`` means."""
    without_out(out)
    a, axis = _along(a, n, axis)
    return rfft(a, axis=axis, norm=_norm(norm))


@implements(np.fft.irfft)
def np_irfft(
    a: Value,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: None = None,
) -> Value:
    """Mean what ``np.fft.irfft`` means."""
    without_out(out)
    a, axis = _along(a, None, axis)
    length = 2 * (shape_of(a)[axis] - 1) if n is None else operator.index(n)
    a = resized(a, length // 2 + 1 if length > 0 else length, axis)
    return irfft(a, length=length, axis=axis, norm=_norm(norm))


@implements(np.fft.hfft)
def np_hfft(
    a: Value,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: None = None,
) -> Value:
    """Mean what ``np.fft.hfft`` means."""
    return np_irfft(conjugated(as_value(a)), n, axis, OTHER_WAY[_norm(norm)], out)


@implements(np.fft.ihfft)
def np_ihfft(
    a: Value,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: None = None,
) -> Value:
    """Mean what ``np.fft.ihfft`` means."""
    return conjugated(np_rfft(a, n, axis, OTHER_WAY[_norm(norm)], out))


def _lengths(
    a: Value, s: Lengths, axes: AxesGiven, to_real: bool = False
) -> tuple[list[int], list[int]]:
    """Give the length and the place of every axis that is transformed."""
    shape, ndim = shape_of(a), ndim_of(a)
    if axes is None:
        axes = range(ndim) if s is None else range(-len(s), 0)
    places = [normal_axis(operator.index(i), ndim) for i in axes]
    have = [shape[i] for i in places]
    if s is None:
        if to_real and have:
            have[-1] = 2 * (have[-1] - 1)
        return have, places
    if len(s) != len(places):
        raise ShapeError(f"{len(s)} lengths s={tuple(s)} for {len(places)} axes")
    wanted = [-1 if n is None else operator.index(n) for n in s]
    return [h if n == -1 else n for n, h in zip(wanted, have, strict=True)], places


def _several(name: str, inverse: bool, default: AxesGiven) -> None:
    """State what a transform of several axes means."""

    def meaning(
        a: Value,
        s: Lengths = None,
        axes: AxesGiven = default,
        norm: str | None = None,
        out: None = None,
    ) -> Value:
        without_out(out)
        a = as_value(a)
        lengths, places = _lengths(a, s, axes)
        for length, axis in zip(lengths, places, strict=True):
            a = resized(a, length, axis)
        if not places:
            return a
        return fft(a, axes=tuple(places), inverse=inverse, norm=_norm(norm))

    NUMPY[getattr(np.fft, name)] = meaning


_several("fftn", inverse=False, default=None)
_several("ifftn", inverse=True, default=None)
_several("fft2", inverse=False, default=(-2, -1))
_several("ifft2", inverse=True, default=(-2, -1))


def _real(name: str, default: AxesGiven) -> None:
    """State what a transform of real numbers along several axes means."""

    def meaning(
        a: Value,
        s: Lengths = None,
        axes: AxesGiven = default,
        norm: str | None = None,
        out: None = None,
    ) -> Value:
        without_out(out)
        a = as_value(a)
        lengths, places = _lengths(a, s, axes)
        _some(places, name)
        found = np_rfft(a, lengths[-1], places[-1], norm)
        return NUMPY[np.fft.fftn](found, lengths[:-1], places[:-1], norm)

    NUMPY[getattr(np.fft, name)] = meaning


def _to_real(name: str, default: AxesGiven) -> None:
    """State what a transform to real numbers along several axes means."""

    def meaning(
        a: Value,
        s: Lengths = None,
        axes: AxesGiven = default,
        norm: str | None = None,
        out: None = None,
    ) -> Value:
        without_out(out)
        a = as_value(a)
        lengths, places = _lengths(a, s, axes, to_real=True)
        _some(places, name)
        found = NUMPY[np.fft.ifftn](a, lengths[:-1], places[:-1], norm)
        return np_irfft(found, lengths[-1], places[-1], norm)

    NUMPY[getattr(np.fft, name)] = meaning


def _some(places: list[int], name: str) -> None:
    if not places:
        raise ShapeError(f"np.fft.{name} along no axis", remedy="name at least one")


_real("rfftn", None)
_real("rfft2", (-2, -1))
_to_real("irfftn", None)
_to_real("irfft2", (-2, -1))


def _shift(name: str, distance: Callable[[int], int]) -> None:
    """State what a shift of the zero frequency means."""

    def meaning(x: Value, axes: int | Sequence[int] | None = None) -> Value:
        x = as_value(x)
        given = range(ndim_of(x)) if axes is None else lengths_of(axes)
        places = tuple(normal_axis(i, ndim_of(x)) for i in given)
        return roll(
            x, shift=tuple(distance(shape_of(x)[i]) for i in places), axis=places
        )

    NUMPY[getattr(np.fft, name)] = meaning


_shift("fftshift", lambda n: n // 2)
_shift("ifftshift", lambda n: -(n // 2))
