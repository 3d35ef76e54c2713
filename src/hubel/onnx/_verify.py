"""Compare an ONNX file, as onnxruntime runs it, with the function that it came from."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import ExportError
from hubel.tracing.tree import flatten


def verify(
    content: bytes, f: Callable[..., Any], *args: Any, tolerance: float = 1e-6
) -> float | None:
    """Run an ONNX file and its function on the same arguments.

    Parameters
    ----------
    content : bytes
        What `to_onnx` gave for the function.
    f : callable
    *args : arrays
        In the order of the function's arguments.
    tolerance : float
        How far an output may be from the function's, in proportion to the largest
        number of it where that is above 1.

    Returns
    -------
    float or None
        The largest such difference of floating-point results; of others the function
        may decide, as argmax does, on the last bit of one. None where onnxruntime is
        not installed.

    Raises
    ------
    ExportError
        If a difference is larger.
    """
    try:
        runtime: Any = importlib.import_module("onnxruntime")
    except ImportError:
        return None
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    given = {name: np.asarray(a) for name, a in zip(names, args, strict=True)}
    found: list[Any] = session.run(None, given)
    expected = [np.asarray(leaf) for leaf in flatten(f(*args))[0]]
    differences = [
        _difference(a, b)
        for a, b in zip(found, expected, strict=True)
        if b.dtype.kind == "f" and b.size
    ]
    largest = max(differences, default=0.0)
    if not largest <= tolerance:
        raise ExportError(
            f"onnxruntime comes to results that differ by {largest:.2g}, where "
            f"{tolerance:.2g} is allowed",
            remedy="Where a function jumps, as at the edges of bins, give arguments "
            "that are not near one, or a larger tolerance.",
        )
    return largest


def _difference(found: Any, expected: Any) -> float:
    """Return the largest difference, in proportion to the largest number above 1."""
    scale = max(1.0, float(np.max(np.abs(expected))))
    return float(np.max(np.abs(found - expected))) / scale
