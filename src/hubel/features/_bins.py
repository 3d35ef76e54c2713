"""Votes for the bins of a histogram: masks and hats, which compile into one loop.

A bin's votes are an array as large as the image, 0 where a pixel votes for others. Sums
over them are a histogram; no index is looked up and no angle needed to find a bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def between(edges: Sequence[Any], weight: Any) -> list[Any]:
    """Give each weight to the last bin whose edge has been reached.

    Parameters
    ----------
    edges : sequence of bool arrays
        Whether the lower edge of bin 1, 2, ... is reached; each implies those before.
    weight : array
        What the votes weigh.

    Returns
    -------
    list of arrays
        The votes for bin 0, 1, ...; at each place, all but one are 0.
    """
    votes: list[Any] = []
    last = len(edges)
    for k in range(last + 1):
        inside: Any = True
        if k < last:
            inside = ~edges[k]
        if k:
            inside = edges[k - 1] & inside if k < last else edges[k - 1]
        votes.append(np.where(inside, weight, 0))
    return votes


def around(place: Any, weight: Any, bins: int) -> list[Any]:
    """Share each weight between the two nearest bins of a circle, linearly.

    Parameters
    ----------
    place : array
        From -1 to `bins`, in units of bins, the centre of bin k at k; times `weight`.
    weight : array
        What the votes weigh, at least 0.
    bins : int
        How many there are.

    Returns
    -------
    list of arrays
        The votes for bin 0, 1, ...; their sum is the weight.
    """
    hats = [
        np.maximum(weight - abs(place - k * weight), 0) for k in range(-1, bins + 1)
    ]
    first, *votes, last = hats
    votes[-1] = votes[-1] + first
    votes[0] = votes[0] + last
    return votes
