"""Model cells of the visual cortex, and how their tuning is measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._stimuli import grating
from hubel.gates._activations import relu
from hubel.graph.term import Term
from hubel.nn._module import Array


def simple_cell(fields: Any, stimuli: Any, *, threshold: float = 0.0) -> Any:
    """Return how strongly simple cells answer: a sum over the field, half-rectified.

    Parameters
    ----------
    fields : array of shape (h, w), (k, h, w) or (k, h, w, c)
        The receptive field of one cell, or of k cells: :func:`gabor`, or filters of the
        first layer of a net, with the axis of filters first.
    stimuli : array of shape (n, h, w) or (n, h, w, c)
        Images of which 0 is grey: :func:`grating`, :func:`bar`.
    threshold : float
        The sum from which on a cell answers.

    Returns
    -------
    array of shape (n,) for one field, else (n, k)
        0 or more.

    Raises
    ------
    ShapeError
        If the stimuli are not as large as the fields.

    Notes
    -----
    D. H. Hubel and T. N. Wiesel (J. Physiology 1962). A composition of gates:
    differentiable by the field, which gives the stimulus, and by the stimulus.

    Examples
    --------
    >>> from hubel.features import bar, gabor
    >>> turns = np.array([0, np.pi / 4, np.pi / 2])
    >>> simple_cell(gabor(32), bar(32, turns)).round(2)
    array([6.73, 0.04, 0.  ])
    """
    return relu(_sums(fields, stimuli) - threshold)


def complex_cell(even: Any, odd: Any, stimuli: Any) -> Any:
    """Return how strongly complex cells answer: the energy of two simple fields.

    Parameters
    ----------
    even, odd : array of shape (h, w), (k, h, w) or (k, h, w, c)
        Fields whose phases differ by a quarter of a wave.
    stimuli : array of shape (n, h, w) or (n, h, w, c)
        As of :func:`simple_cell`.

    Returns
    -------
    array of shape (n,) for one pair of fields, else (n, k)
        Nearly the same wherever in the field the stripes of a grating are.

    Notes
    -----
    E. H. Adelson and J. R. Bergen (JOSA A 1985).

    Examples
    --------
    >>> from hubel.features import gabor, grating
    >>> pair = gabor(32), gabor(32, phase=np.pi / 2)
    >>> answers = complex_cell(*pair, grating(32, phase=np.arange(8)))
    >>> bool(answers.min() / answers.max() > 0.95)
    True
    """
    first, second = _sums(even, stimuli), _sums(odd, stimuli)
    return first * first + second * second


def _sums(fields: Any, stimuli: Any) -> Any:
    """Return the sum of stimulus times field, of each stimulus over each field."""
    fields, stimuli = (
        each if isinstance(each, Term) else np.asanyarray(each)
        for each in (fields, stimuli)
    )
    if fields.ndim == 4 and stimuli.ndim == 3:
        fields = fields.sum(axis=3)  # grey: the same in every channel
    if fields.ndim == 2:
        return _sums(fields[None], stimuli)[:, 0]
    if stimuli.ndim not in (3, 4) or fields.shape[1:] != stimuli.shape[1:]:
        raise ShapeError(
            f"stimuli of shape {stimuli.shape} over fields of shape {fields.shape}",
            remedy="Give fields (k, h, w) or (k, h, w, c), and stimuli (n, h, w) or "
            "(n, h, w, c) of the same size.",
        )
    area = math.prod(fields.shape[1:])
    return stimuli.reshape(-1, area) @ fields.reshape(-1, area).T


def tuning_curve(
    cell: Callable[[Any], Any],
    size: int,
    vary: str,
    values: Any,
    *,
    stimulus: Callable[..., Any] = grating,
    **others: Any,
) -> Array:
    """Measure how the answer of a cell changes with one property of the stimulus.

    Parameters
    ----------
    cell : callable
        From stimuli (n, size, size) to answers (n, ...).
    size : int
        Pixels of a stimulus along each axis.
    vary : str
        An argument of the stimulus, such as "orientation", "wavelength" or "phase".
    values : array of shape (m,)
        What it is given.
    stimulus : callable
        :func:`grating` or :func:`bar`.
    **others
        Other arguments of the stimulus. Of an array, such as all phases of a grating
        that drifts, or all offsets of a bar that moves, the best answer counts.

    Returns
    -------
    array of shape (m, ...)

    Raises
    ------
    OptionError
        If two or more other arguments are arrays.

    Examples
    --------
    >>> from hubel.features import gabor
    >>> turns, phases = np.arange(4) * np.pi / 4, np.arange(8) * np.pi / 4
    >>> cell = lambda stimuli: simple_cell(gabor(32), stimuli)
    >>> tuning_curve(cell, 32, "orientation", turns, phase=phases).round(2)
    array([14.79,  0.23,  0.  ,  0.23])
    """
    many = [name for name, each in others.items() if np.ndim(each)]
    if len(many) > 1:
        raise OptionError(
            f"a tuning curve over arrays of {' and '.join(many)}",
            remedy="Give one of them as a number.",
        )
    values = np.asarray(values)
    for name in many:
        others[name] = np.asarray(others[name])[:, None]
    shown = stimulus(size, **{vary: values}, **others)
    answers = np.asarray(cell(shown.reshape(-1, size, size)))
    return answers.reshape(-1, len(values), *answers.shape[1:]).max(axis=0)


class Preference(NamedTuple):
    """The orientation that a cell prefers, in radians from 0 to pi, and how much.

    ``selectivity`` is 1 for a cell that answers to one orientation only, and 0 for one
    that answers alike to all.
    """

    orientation: Any
    selectivity: Any


def preference(orientations: Any, answers: Any) -> Preference:
    """Find the preferred orientation in a tuning curve.

    Parameters
    ----------
    orientations : array of shape (m,)
        Evenly spaced over half a turn.
    answers : array of shape (m, ...)
        Such as :func:`tuning_curve` measures.

    Returns
    -------
    Preference
        Of arrays of shape (...).

    Notes
    -----
    The mean of the doubled angles, and its length: 1 minus the circular variance (D. L.
    Ringach et al., J. Neuroscience 2002).

    Examples
    --------
    >>> turns = np.arange(6) * np.pi / 6
    >>> found = preference(turns, np.array([0, 1, 2, 1, 0, 0]))
    >>> bool(np.isclose(found.orientation, np.pi / 3)), found.selectivity.round(2)
    (True, np.float64(0.75))
    """
    answers = np.moveaxis(np.asarray(answers, np.float64), 0, -1)
    total = answers.sum(axis=-1)
    mean = answers @ np.exp(2j * np.asarray(orientations))
    mean = mean / np.where(total == 0, 1, total)
    return Preference(np.angle(mean) / 2 % math.pi, abs(mean))


def modulation(answers: Any) -> Any:
    """Tell simple from complex cells: how much answers follow a grating's phase.

    Parameters
    ----------
    answers : array of shape (m, ...)
        To gratings whose phases are evenly spaced over a whole turn.

    Returns
    -------
    array of shape (...)
        The first harmonic over the mean: above 1 for simple cells, below for complex
        ones, 0 for a cell that never answers.

    Notes
    -----
    B. C. Skottun et al., "Classifying simple and complex cells on the basis of response
    modulation" (Vision Research 1991).

    Examples
    --------
    >>> phases = np.arange(16) * np.pi / 8
    >>> modulation(np.maximum(np.cos(phases), 0)).round(1)
    np.float64(1.6)
    """
    waves = abs(np.fft.rfft(np.asarray(answers, np.float64), axis=0))
    return 2 * waves[1] / np.where(waves[0] == 0, 1, waves[0])
