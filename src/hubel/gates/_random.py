"""Random numbers as a gate: a pure function of a key, constant in every direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates.define import CONSTANT_RULE, define
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _uniform(
    key: Value, shape: tuple[int, ...], dtype: np.dtype[Any], out: Any = None
) -> Any:
    """Fill an array from NumPy's counter-based Philox generator under the key."""
    words = np.ascontiguousarray(key)
    generator: Any = np.random.Generator(np.random.Philox(key=words))
    if out is not None:
        return generator.random(dtype=dtype, out=out)
    return generator.random(shape, dtype=dtype)[()]


def _infer(key: Spec, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Spec:
    if key.shape != (2,) or key.dtype != np.uint64:
        raise ShapeError(
            f"a key is uint64 of shape (2,), not {key.dtype} of shape {key.shape}",
            remedy="make one with hubel.nn.step_keys(seed, epoch, steps)[step]",
        )
    if np.dtype(dtype).name not in ("float32", "float64"):
        raise DTypeError(f"uniform numbers are float32 or float64, not {dtype}")
    return Spec(tuple(shape), np.dtype(dtype))


random_uniform = define(
    "random_uniform",
    _uniform,
    _infer,
    CONSTANT_RULE,
    fills=True,
    weight=4,
)
