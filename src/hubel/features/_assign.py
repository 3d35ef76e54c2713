"""What a codebook says about rows: which of its words are near."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._gradients import safe_sqrt
from hubel.features._options import check_word
from hubel.gates._softmax import softmax
from hubel.graph.term import Term

Assignment = Literal["hard", "soft", "triangle"]


def assign(
    rows: Any, codebook: Any, how: Assignment = "triangle", *, spread: float = 1.0
) -> Any:
    """Say how near the words of a codebook are to rows.

    Parameters
    ----------
    rows : array of shape (..., d)
        Floats, which whole numbers become; may be traced.
    codebook : array of shape (k, d)
        Such as the centroids of :func:`kmeans`; may be traced.
    how : {"hard", "soft", "triangle"}
        "hard": 1 for the nearest word, else 0. "soft": numbers that sum to 1, in
        proportion to exp(-distance^2 / (2 spread^2)). "triangle": how much nearer than
        the mean distance to all words, or 0.
    spread : float
        Of "soft": the distance at which a word begins to count less.

    Returns
    -------
    array of shape (..., k)

    Raises
    ------
    OptionError, ShapeError
        If there is no such way, or rows and words differ in length.

    Notes
    -----
    Soft: J. van Gemert et al., "Kernel codebooks for scene categorization" (ECCV 2008),
    codeword uncertainty. Triangle: Coates, Lee and Ng (AISTATS 2011), equation 4. Hard
    words are constant almost everywhere: they have no derivative.

    Examples
    --------
    >>> words = np.array([[0.0], [2.0], [9.0]])
    >>> assign(np.array([[0.5], [3.0]]), words, "hard")
    array([[1., 0., 0.],
           [0., 1., 0.]])
    >>> assign(np.array([[0.0]]), words).round(3)
    array([[3.667, 1.667, 0.   ]])
    """
    check_word("how", how, get_args(Assignment))
    if not 0 < spread < np.inf:
        raise OptionError(f"spread={spread}", remedy="Give a number above 0.")
    rows, codebook = _as_floats(rows), _as_floats(codebook)
    if codebook.ndim != 2 or rows.shape[-1:] != codebook.shape[1:]:
        raise ShapeError(
            f"rows of shape {rows.shape} and a codebook of shape {codebook.shape}",
            remedy="Give shapes (..., d) and (k, d).",
        )
    flat = rows.reshape(-1, rows.shape[-1])
    squares = square_distances(flat, codebook)
    if how == "hard":
        found = _hard(squares)
    elif how == "soft":
        found = softmax(squares * (-0.5 / spread**2))
    else:
        found = _triangle(squares)
    return found.reshape(*rows.shape[:-1], codebook.shape[0])


def _as_floats(given: Any) -> Any:
    """Return an array of floats: squares of bytes would not be bytes."""
    given = given if isinstance(given, Term) else np.asanyarray(given)
    return given if given.dtype.kind == "f" else given.astype(np.float64)


def square_distances(rows: Any, codebook: Any) -> Any:
    """Return the squared distances of rows (n, d) to words (k, d), by one product."""
    rows_square = (rows * rows).sum(axis=1, keepdims=True)
    words_square = (codebook * codebook).sum(axis=1)
    return rows_square + (words_square - rows @ (2 * codebook).T)


def _hard(squares: Any) -> Any:
    nearest: Any = np.argmin(squares, axis=1)[:, None]
    words: int = squares.shape[1]
    return np.equal(nearest, np.arange(words)).astype(squares.dtype)


def _triangle(squares: Any) -> Any:
    distances = safe_sqrt(np.maximum(squares, 0))
    return np.maximum(distances.mean(axis=1, keepdims=True) - distances, 0)
