"""What the points' room shows: decision regions, bent grids, what each unit answers to.

Every function here takes a net and returns arrays; a page draws them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import hubel.transforms as ht
from hubel.nn import Linear, Sequential
from hubel.playground._points import EDGE

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
GRID: Final = 41
"""Places along each side of the bent grid."""
THUMB: Final = 30
"""Pixels along each side of the picture of a unit."""


@lru_cache(maxsize=8)
def lattice(side: int) -> Floats:
    """Return the middles of the cells of the plane, the first row at its top."""
    at = ((np.arange(side) + 0.5) / side * 2 - 1) * EDGE
    x, y = np.meshgrid(at, -at)
    places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    places.flags.writeable = False
    return places


@lru_cache(maxsize=1)
def knots() -> Floats:
    """Return the places of the grid's knots, from edge to edge."""
    at = np.linspace(-EDGE, EDGE, GRID)
    x, y = np.meshgrid(at, -at)
    places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    places.flags.writeable = False
    return places


def layers(net: Sequential) -> list[int]:
    """Return after how many modules each layer ends: hidden ones, then the scores.

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> layers(mlp(2, 6, 2, 2))
    [2, 4, 5]
    """
    starts = [i for i, each in enumerate(net.layers) if isinstance(each, Linear)]
    return [*starts[1:], len(net.layers)]


def after(net: Sequential, x: Any, modules: int) -> Any:
    """Apply the first modules of a net."""
    for module in net.layers[:modules]:
        x = module(x)
    return x


class View:
    """Draws one net after the other of the same structure, by compiled functions."""

    def __init__(self) -> None:
        self._scores = ht.compile(_scores)
        self._units = ht.compile(_units)

    def regions(self, net: Sequential, side: int) -> Floats | Bytes:
        """Return for each cell of the plane which class the net sees, and how surely.

        Returns
        -------
        float32 array of shape (side, side), or uint8 array of shape (side, side, 2)
            For two classes the probability of the second one, of which a page draws the
            line at one half; for three the class, and its probability, 0 to 255.
        """
        scores = self._scores(net, lattice(side))
        sure = _softmax(scores)
        if sure.shape[1] == 2:
            return sure[:, 1].astype(np.float32).reshape(side, side)
        classes = sure.argmax(axis=1)
        best = sure[np.arange(len(sure)), classes]
        both = np.stack([classes.astype(np.uint8), _bytes(best)], axis=1)
        return both.reshape(side, side, 2)

    def units(self, net: Sequential) -> Bytes:
        """Return a picture of each hidden unit, one below the other.

        Returns
        -------
        uint8 array of shape (units * THUMB, THUMB)
            128 is zero; each layer has its own largest answer, at 0 or 255.
        """
        if len(layers(net)) == 1:
            return np.zeros((0, THUMB), np.uint8)
        pictures = [_signed(answers.T) for answers in self._units(net, lattice(THUMB))]
        return np.concatenate(pictures).reshape(-1, THUMB)


def bent(
    net: Sequential, layer: int, pair: tuple[int, int], x: Floats
) -> tuple[Floats, Floats]:
    """Return where a layer puts the knots of the grid, and points, by two of its units.

    Returns
    -------
    float32 arrays of shapes (GRID, GRID, 2) and (n, 2)
    """
    modules = layers(net)[layer]
    with np.errstate(all="ignore"):
        grid = after(net, knots(), modules)[:, list(pair)]
        places = after(net, x, modules)[:, list(pair)]
    return grid.reshape(GRID, GRID, 2).astype(np.float32), places.astype(np.float32)


def _scores(net: Sequential, x: Any) -> Any:
    return net(x)


def _units(net: Sequential, x: Any) -> Any:
    """Apply every hidden layer; return what each answers."""
    return list(_hidden(net, x))


def _hidden(net: Sequential, x: Any) -> Iterator[Any]:
    ends = layers(net)[:-1]
    start = 0
    for end in ends:
        for module in net.layers[start:end]:
            x = module(x)
        yield x
        start = end


def _softmax(scores: Floats) -> Floats:
    with np.errstate(all="ignore"):
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.nan_to_num(raised / raised.sum(axis=1, keepdims=True), nan=0.0)


def _bytes(shares: Floats) -> Bytes:
    return np.clip(np.rint(shares * 255), 0, 255).astype(np.uint8)


def _signed(answers: Floats) -> Bytes:
    """Write answers of either sign, zero in the middle."""
    answers = np.nan_to_num(answers, posinf=0.0, neginf=0.0)
    largest = float(np.abs(answers).max(initial=0.0)) or 1.0
    return np.rint(127.5 + 127.5 * answers / largest).astype(np.uint8)
