"""Gates that are met with functions of ``numpy.lib``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.gates.case import Case, sample


def holes(*shape: int) -> Any:
    """Give numbers, among them some that are none."""
    values = sample(*shape)
    values.reshape(-1)[1::5] = np.nan
    return values


def along(axis: tuple[int, ...], **params: Any) -> list[Case]:
    """Give cases without and with holes, at which nothing is compared."""
    given = {"axis": axis, **params}
    return [Case((sample(3, 4),), given), Case((holes(3, 4),), given, (False,))]


def places(axis: int) -> list[Case]:
    return [Case((x,), {"axis": axis}) for x in (sample(3, 4), holes(3, 4))]


def products(full: bool) -> list[Case]:
    pairs = [(5, 3), (3, 5), (4, 4), (1, 1)]
    return [
        Case((sample(n), sample(m, seed=1)), {"full": full}, label=f"{n} and {m}")
        for n, m in pairs
    ]


CASES = {
    "nanmax": [*along((1,)), *along((0, 1), keepdims=True)],
    "nanmin": [*along((0,)), *along((0, 1))],
    "nanargmax": places(1),
    "nanargmin": places(0),
    "convolve": [*products(full=True), *products(full=False)],
}
