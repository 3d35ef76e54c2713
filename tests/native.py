"""The LLVM backend as a function of a graph, and how near to NumPy it has to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubel.compiler.llvm.available import reason
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.graph.graph import CoreGraph

RELATIVE = {"float64": 3e-15, "float32": 5e-7, "complex128": 3e-15, "complex64": 5e-7}
ABSOLUTE = {"float64": 1e-16, "float32": 1e-9, "complex128": 1e-16, "complex64": 1e-9}


def native(graph: CoreGraph, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a graph as machine code; skip the test where there is none."""
    run = native_plan(graph)
    found = run([inputs[name] for name in graph.inputs])
    return dict(zip(graph.outputs, found, strict=True))


def native_plan(
    graph: CoreGraph, writes: dict[str, str] | None = None, *, strict: bool = False
) -> LlvmPlan:
    """Make the plan of a graph, which fails where it would fall back to NumPy."""
    skip_without_native()
    plan = make_plan(run_passes(graph), writes or {})
    return LlvmPlan(plan, strict=strict)


def skip_without_native() -> None:
    if reason():
        pytest.skip(f"no native code: {reason()}")


def assert_rounded(
    found: Any, expected: Any, what: str = "", *, signs: bool = True
) -> None:
    """Compare with NumPy: floats to a few ULP, all else exactly; NaNs and zeros too."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype), what
    name = expected.dtype.name
    if name not in RELATIVE:
        np.testing.assert_array_equal(found, expected, what)
        return
    np.testing.assert_allclose(
        found, expected, rtol=RELATIVE[name], atol=ABSOLUTE[name], err_msg=what
    )
    if signs and expected.dtype.kind == "f":
        zero = (expected == 0) & (found == 0)
        same = np.signbit(found) == np.signbit(expected)
        assert same[zero].all(), f"{what}: signs of zeros"
