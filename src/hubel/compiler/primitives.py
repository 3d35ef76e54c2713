"""The gates that compiling backends print directly, by name."""

from __future__ import annotations

DTYPES = frozenset(
    {
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float32",
        "float64",
    }
)
"""NumPy's names of the dtypes of compiled values; others are left to NumPy."""

_SAME_NAME = (
    "absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and "
    "bitwise_or bitwise_xor cbrt ceil copysign cos cosh divide equal erf erfc exp "
    "exp2 expm1 floor floor_divide fmax fmin fmod greater greater_equal hypot "
    "isfinite isinf isnan left_shift less less_equal log log10 log1p log2 logical_and "
    "logical_not logical_or logical_xor maximum minimum multiply negative not_equal "
    "power remainder right_shift rint sigmoid sign signbit sin sinh sqrt subtract tan "
    "tanh trunc where"
)

ELEMENTWISE: dict[str, str] = {
    **{name: name for name in _SAME_NAME.split()},
    "astype": "cast",
    "fabs": "absolute",
    "invert": "bitwise_invert",
}
"""The primitive that each elementwise gate is."""

REDUCTIONS: dict[str, str] = {
    "all": "all",
    "any": "any",
    "argmax": "argmax",
    "argmin": "argmin",
    "max": "maximum",
    "min": "minimum",
    "nanmax": "fmax",
    "nanmin": "fmin",
    "prod": "multiply",
    "sum": "add",
}
"""What a ``reduce`` statement calls each reduction."""

LOWERED = frozenset(
    {
        "broadcast_to",
        "concatenate",
        "copy",
        "einsum",
        "gather",
        "labels_within",
        "later",
        "matmul",
        "one_hot",
        "reshape",
        "scatter_add",
        "slice",
        "stack",
        "transpose",
    }
)
"""Gates that move elements or multiply matrices, and have a lowering of their own."""


def is_whole(name: str) -> bool:
    """Whether a gate is left as it is when others are taken apart."""
    return name in ELEMENTWISE or name in REDUCTIONS or name in LOWERED
