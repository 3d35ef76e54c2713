"""Choices between elements: where, and the greater or the less of two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.gates._given import as_value, without_out
from hubel.gates.define import CONSTANT_RULE, Linear, constant, elementwise, implements
from hubel.graph.node import spec_of
from hubel.graph.registry import NUMPY, Value

CHOOSE: Any = np.where


def _where(c: Value, x: Value, y: Value, out: Any = None) -> Any:
    if out is None:
        chosen = CHOOSE(c, x, y)
        return chosen if chosen.ndim else chosen[()]
    np.copyto(out, y)
    if spec_of(x) == spec_of(out) and np.shape(c) == out.shape:
        np.putmask(out, c, x)  # three times faster than a copy with where=
    else:
        np.copyto(out, x, where=np.asarray(c, np.bool_))
    return out


where = elementwise(
    "where",
    _where,
    CONSTANT_RULE,
    Linear(lambda g, out, c, x, y: where(c, g, 0)),
    Linear(lambda g, out, c, x, y: where(c, 0, g)),
    fills=True,
    convention="that of the branch taken; nothing flows into the other",
)


@implements(np.where)
def np_where(condition: Value, *choices: Value) -> Value:
    """Mean what ``np.where`` means; of the condition alone, ``np.nonzero``."""
    if not choices:
        return NUMPY[np.nonzero](condition)
    x, y = choices
    return where(as_value(condition), as_value(x), as_value(y))


def _share(x: Value, y: Value, chosen: Value, out: Any = None) -> Any:
    """Give 1 where x was chosen, a half where y was just as good, 0 elsewhere."""
    tie = np.equal(x, y)
    if out is None:
        dtype = getattr(chosen, "dtype", None) or np.result_type(chosen)
        wide = dtype if dtype.kind in "fc" else np.result_type(dtype, np.float16)
        share: Any = np.asarray(np.equal(x, chosen)).astype(wide)
        if share.shape != np.shape(tie):
            share = share + np.zeros(np.shape(tie), wide)
    else:
        share = out
        np.equal(x, chosen, out=share)
    if np.count_nonzero(tie):  # quicker than any()
        np.multiply(share, 0.5, out=share, where=tie)
    return share if share.ndim or out is not None else share[()]


def _shared(x: Value, y: Value, chosen: Value) -> Value:
    """Give what ``_share`` gives, in gates."""
    number = share.infer(spec_of(x), spec_of(y), spec_of(chosen)).dtype.type
    part = where(np.equal(x, y), number(0.5), number(1))
    return where(np.equal(x, chosen), part, number(0))


share = constant("share", _share, fills=True, weight=3, native=_shared)


def _chosen(name: str, ufunc: np.ufunc, unit: float | None) -> Any:
    """Define a gate that chooses one of two; ties share the gradient equally."""
    return elementwise(
        name,
        ufunc,
        lambda out, x, y: share(x, y, out),
        lambda out, x, y: share(y, x, out),
        commutative=True,
        unit=unit,
        convention="shared equally at ties",
    )


maximum = _chosen("maximum", np.maximum, -math.inf)
minimum = _chosen("minimum", np.minimum, math.inf)
fmax = _chosen("fmax", np.fmax, -math.inf)
fmin = _chosen("fmin", np.fmin, math.inf)


@implements(np.clip)
def np_clip(
    a: Value,
    a_min: Value = None,
    a_max: Value = None,
    out: None = None,
    *,
    min: Value = None,
    max: Value = None,
) -> Value:
    """Mean what ``np.clip`` means: a maximum, then a minimum, so a half at a bound.

    At a bound the gradient is shared between the value and the bound.
    """
    without_out(out)
    low = a_min if min is None else min
    high = a_max if max is None else max
    if low is not None:
        a = maximum(a, as_value(low))
    return a if high is None else minimum(a, as_value(high))
