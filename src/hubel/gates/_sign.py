"""Signs: absolute value and what goes with it."""

from __future__ import annotations

import numpy as np

from hubel.gates._compare import equal
from hubel.gates.define import CONSTANT_RULE, constant, elementwise

sign = constant("sign", np.sign)
absolute = elementwise("absolute", np.absolute, lambda out, x: sign(x), operator=True)
fabs = elementwise("fabs", np.fabs, lambda out, x: sign(x))
copysign = elementwise(
    "copysign",
    np.copysign,
    lambda out, x, y: sign(x) * sign(out),
    CONSTANT_RULE,
)
heaviside = elementwise(
    "heaviside",
    np.heaviside,
    CONSTANT_RULE,
    lambda out, x, y: equal(x, 0),
    weight=2,
)
