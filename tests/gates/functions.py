"""Check whole functions: values against NumPy, derivatives against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.gates.applied import assert_as_numpy
from tests.gates.case import Case
from tests.gates.test_every_gate import check_derivatives


def assert_function(
    f: Callable[..., Any], *args: Any, tolerance: float = 1e-12, order: int = 2
) -> None:
    """Compare values, dtypes and shapes with NumPy, and both modes with differences.

    The function gives an array, or a tuple of them; arguments may be complex.
    """
    assert_as_numpy(f, *args, exactly=False)

    def function(*moving: Any) -> tuple[Any, ...]:
        found = f(*moving)
        return tuple(found) if isinstance(found, tuple) else (found,)

    case = Case((), tolerance=tolerance, order=order)
    check_derivatives(function, list(args), case, 1)
