"""A learned dictionary for the cells' room: words of patches, seen as filters."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.data import tenshapes
from hubel.features import learn_dictionary

SIZE: Final = 8
"""Pixels along each side of a patch."""
WORDS: Final = 64
_IMAGES: Final = 600
_PATCHES: Final = 30_000
_LEARNING = Lock()  # pages that open at the same time wait for the first of them


def learned_words() -> NDArray[np.float64]:
    """Learn words of whitened colour patches; return what each adds pixels up with.

    Returns
    -------
    array of shape (WORDS, SIZE, SIZE, 3)
        A word has as its answer the product of itself with the whitened patch, so that
        on the pixels it is the whitening's matrix times the word.
    """
    with _LEARNING:
        return _learned()


@lru_cache(maxsize=1)
def _learned() -> NDArray[np.float64]:
    images = tenshapes(_IMAGES, 0)[0].images
    found = learn_dictionary(
        images,
        WORDS,
        size=SIZE,
        whitening=0.3,  # less, and the pictures' noise makes words of its own
        samples=_PATCHES,
        max_iter=15,
        spherical=True,
    )
    whitening: Any = found.whitening
    fields = np.asarray(found.codebook @ whitening.matrix.T, np.float64)
    return fields.reshape(WORDS, SIZE, SIZE, 3)
