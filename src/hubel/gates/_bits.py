"""Bits and whole numbers: gates without a derivative."""

from __future__ import annotations

import numpy as np

from hubel.gates.define import constant

bitwise_and = constant("bitwise_and", np.bitwise_and, commutative=True)
bitwise_or = constant("bitwise_or", np.bitwise_or, commutative=True, unit=0)
bitwise_xor = constant("bitwise_xor", np.bitwise_xor, commutative=True, unit=0)
invert = constant("invert", np.invert)
left_shift = constant("left_shift", np.left_shift, unit=0)
right_shift = constant("right_shift", np.right_shift, unit=0)
bitwise_count = constant("bitwise_count", np.bitwise_count, weight=4)
gcd = constant("gcd", np.gcd, commutative=True, weight=20)
lcm = constant("lcm", np.lcm, commutative=True, weight=20)
