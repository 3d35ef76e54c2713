"""Products with logarithms that are 0 at 0, as in entropies and divergences."""

from __future__ import annotations

from hubel.gates._arithmetic import divide
from hubel.gates._compare import equal
from hubel.gates._exponential import log, log1p
from hubel.gates._where import where
from hubel.gates.define import elementwise
from hubel.gates.scipy_special._scipy import special
from hubel.graph.registry import Value


def _share(x: Value, y: Value) -> Value:
    """Give x / y, and 0 for x = 0 even if y is."""
    return where(equal(x, 0), 0, divide(x, y))


xlogy = elementwise(
    "xlogy",
    special.xlogy,
    lambda out, x, y: log(y),
    lambda out, x, y: _share(x, y),
    weight=15,
)
xlog1py = elementwise(
    "xlog1py",
    special.xlog1py,
    lambda out, x, y: log1p(y),
    lambda out, x, y: _share(x, 1 + y),
    weight=15,
)
entr = elementwise("entr", special.entr, lambda out, x: -log(x) - 1, weight=15)
rel_entr = elementwise(
    "rel_entr",
    special.rel_entr,
    lambda out, x, y: log(divide(x, y)) + 1,
    lambda out, x, y: -_share(x, y),
    weight=20,
)
kl_div = elementwise(
    "kl_div",
    special.kl_div,
    lambda out, x, y: log(divide(x, y)),
    lambda out, x, y: 1 - _share(x, y),
    weight=20,
)
