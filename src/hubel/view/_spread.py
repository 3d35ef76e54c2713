"""Labels pushed apart until none covers another, and no further."""

from __future__ import annotations


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places to be at least `gap` apart and within an interval.

    Source: with ``z[i] = place[i] - i * gap`` in sorted order this is isotonic
    regression, solved exactly by pooling adjacent violators (Barlow et al.,
    "Statistical Inference under Order Restrictions", 1972).

    Parameters
    ----------
    places : list of float
        Where the labels would like to be, in any order.
    gap : float
        The distance that two neighbours need.
    low, high : float
        The interval; where it is too short for all, the last ones leave it.

    Returns
    -------
    list of float
        Their places in the given order, the sum of squared moves as small as possible
        before the interval is looked at.

    Examples
    --------
    >>> spread([10.0, 12.0, 50.0], 10, 0, 100)
    [6.0, 16.0, 50.0]
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        mean, count = places[index] - rank * gap, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        pools.append((mean, count))
    top = max(low, high - (len(places) - 1) * gap)
    moved = [min(max(mean, low), top) for mean, count in pools for _ in range(count)]
    result = [0.0] * len(places)
    for rank, index in enumerate(order):
        result[index] = moved[rank] + rank * gap
    return result
