"""Fresh arrays: what is handed out shares no memory with anything that stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

ARRAY: Any = np.ndarray


def fresh(values: Sequence[Any], held: Iterable[Any] = ()) -> list[Any]:
    """Copy the arrays that are views, that occur twice, or that others hold.

    Parameters
    ----------
    values : sequence
        Arrays, scalars and terms.
    held : iterable
        Arrays that others may change.

    Examples
    --------
    >>> a = np.ones(2)
    >>> first, second = fresh([a, a])
    >>> first is a, second is a
    (True, False)
    """
    taken = {id(each) for each in held}
    found: list[Any] = []
    for each in values:
        value = each
        if isinstance(value, ARRAY):
            if not value.flags.owndata or id(value) in taken:
                value = value.copy()
            taken.add(id(value))
        found.append(value)
    return found
