"""Which name is the gradient of which."""

from __future__ import annotations

import re
from collections.abc import Iterable

FORMS = [
    re.compile(pattern)
    for pattern in (
        r"d_?(?P<of>\w+)",  # dW1, d_W1
        r"(?:grad|g)_(?P<of>\w+)",
        r"(?P<of>\w+)_(?:grad|gradient)",
        r"(?:dL|dloss|dl)_?(?:d_?)?(?P<of>\w+)",  # dL_dW1, dloss_dW1
    )
]
"""How people write the gradient of a name."""


def stage_of(name: str, stages: Iterable[str]) -> str | None:
    """Return the stage whose gradient a name says it is.

    Examples
    --------
    >>> stage_of("dW1", ["W1", "scores"])
    'W1'
    >>> stage_of("dLdscores", ["W1", "scores"])
    'scores'
    >>> stage_of("delta", ["W1", "scores"]) is None
    True
    """
    known = list(stages)
    found = [m["of"] for form in FORMS if (m := form.fullmatch(name))]
    for of in found:
        if of in known:
            return of
    for of in found:
        same = [each for each in known if each.lower() == of.lower()]
        if len(same) == 1:
            return same[0]
    return None
