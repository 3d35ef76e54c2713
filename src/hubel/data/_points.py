"""Point sets in the plane, as ConvNetJS and TensorFlow Playground users know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubel.data._dataset import Dataset
from hubel.errors import OptionError
from hubel.streams import stream

_Floats: TypeAlias = NDArray[np.float64]
#: (label of each point, number of classes, random numbers) -> points without noise.
_Placing: TypeAlias = Callable[[NDArray[np.int64], int, np.random.Generator], _Floats]

_MOST_POINTS = 10_000_000
_MOST_CLASSES = 10


def points(
    kind: str,
    count: int = 200,
    *,
    classes: int = 2,
    noise: float = 0.05,
    seed: int = 0,
) -> Dataset:
    """Generate labelled points in about [-1, 1] x [-1, 1].

    Parameters
    ----------
    kind : str
        ``"circle"``: a disc, and around it a ring for each further class.
        ``"spiral"``: an arm for each class, each 1.25 turns long.
        ``"xor"``: the quadrants, opposite ones of one class; two classes only.
        ``"blobs"``: a Gaussian cloud for each class, with centres on a circle.
        ``"random"``: points and labels independent of each other; what a net learns
        from them, it learns by heart.
    count : int
        Number of points; the classes take turns, so they are as equal as can be
        (except in ``"random"``).
    classes : int
        2 to 10.
    noise : float
        Standard deviation of what is added to both coordinates, at least 0.
    seed : int
        The run's seed; equal arguments give equal points.

    Returns
    -------
    Dataset
        Points float64 of shape (count, 2) in `Dataset.images`.

    Raises
    ------
    OptionError
        If an argument is not as above.

    Notes
    -----
    After A. Karpathy's ConvNetJS "classify2d" demo and D. Smilkov, S. Carter's
    TensorFlow Playground, scaled from their [-5, 5] and [-6, 6] to [-1, 1].

    Examples
    --------
    >>> spiral = points("spiral", 300, classes=3)
    >>> spiral
    <Dataset 'spiral': 300 examples, 2 float64, 3 classes>
    >>> bool(abs(points("xor", noise=0).images).max() <= 1)
    True
    """
    _check(kind, count, classes, noise)
    rng = stream(seed, f"points/{kind}")
    labels = np.arange(count, dtype=np.int64) % classes
    if kind == "random":
        labels = rng.integers(0, classes, count)
    places = _KINDS[kind](labels, classes, rng)
    places += rng.normal(0.0, noise, places.shape)
    names = tuple(f"class {label}" for label in range(classes))
    return Dataset(places, labels, names, kind)


def _check(kind: str, count: int, classes: int, noise: float) -> None:
    """Refuse arguments outside their ranges."""
    if kind not in _KINDS:
        raise OptionError(
            f"there are no points of kind {kind!r}",
            remedy=f"Choose one of: {', '.join(_KINDS)}.",
        )
    if not 1 <= count <= _MOST_POINTS:
        raise OptionError(f"count must be 1 to {_MOST_POINTS:,}, not {count}")
    most = 2 if kind == "xor" else _MOST_CLASSES
    if not 2 <= classes <= most:
        allowed = "2" if most == 2 else f"2 to {most}"
        raise OptionError(f"{kind} points take {allowed} classes, not {classes}")
    if not 0 <= noise < np.inf:
        raise OptionError(f"noise must be a finite number from 0 up, not {noise}")


def _polar(radius: _Floats, angle: _Floats) -> _Floats:
    """Return the points at the given radii and angles."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _circle(
    labels: NDArray[np.int64], classes: int, rng: np.random.Generator
) -> _Floats:
    """Spread each class over its own band of radii, with a gap to the next."""
    band = 1 / (classes - 0.3)
    radius = band * (labels + 0.7 * rng.random(labels.size))
    return _polar(radius, rng.uniform(0, 2 * np.pi, labels.size))


def _spiral(
    labels: NDArray[np.int64], classes: int, rng: np.random.Generator
) -> _Floats:
    """Wind an arm outwards for each class, all alike but turned."""
    along = rng.uniform(0.03, 1.0, labels.size)
    return _polar(along, 2.5 * np.pi * along + 2 * np.pi * labels / classes)


def _xor(labels: NDArray[np.int64], classes: int, rng: np.random.Generator) -> _Floats:
    """Put class 0 where both coordinates have one sign, class 1 where they differ."""
    del classes
    places = rng.uniform(0.06, 1.0, (labels.size, 2))  # a gap along both axes
    places *= rng.choice([-1.0, 1.0], (labels.size, 1))
    places[:, 1] *= np.where(labels == 0, 1.0, -1.0)
    return places


def _blobs(
    labels: NDArray[np.int64], classes: int, rng: np.random.Generator
) -> _Floats:
    """Scatter each class around a centre of its own."""
    centres = _polar(
        np.full(labels.size, 0.55), 2 * np.pi * labels / classes + 0.25 * np.pi
    )
    spread = 0.2 * np.sin(np.pi / classes)  # neighbours are 5.5 spreads apart
    return centres + rng.normal(0.0, spread, centres.shape)


def _random(
    labels: NDArray[np.int64], classes: int, rng: np.random.Generator
) -> _Floats:
    """Scatter all points over the square."""
    del classes
    return rng.uniform(-1.0, 1.0, (labels.size, 2))


_KINDS: dict[str, _Placing] = {
    "circle": _circle,
    "spiral": _spiral,
    "xor": _xor,
    "blobs": _blobs,
    "random": _random,
}
