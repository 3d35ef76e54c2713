"""A sample call of a gate, and everything the generic test has to know about it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

import tests.gates.cases


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a gate, ``gate(*args, **params)``, at a point where it is smooth.

    The generic test makes the float32 variant of a case itself: it casts every
    floating array of ``args``.

    Attributes
    ----------
    args : tuple
        Arrays (float64 where the gate is differentiable in them) or Python scalars.
    params : dict
        The gate's static parameters.
    differentiable : tuple of bool, optional
        Which arguments carry a derivative; by default every float (or complex) one
        whose rule is not ``Constant``. Stated where the others are at a jump.
    analytic : bool
        Whether forward on complex arrays is the analytic continuation, so that the
        complex step gives the derivative; where NumPy refuses complex arrays the test
        notices and takes differences, so False is only for ``absolute`` and the like.
    order : int
        The highest order of derivative that is compared.
    tolerance : float
        Relative to 1 + the largest true value; for differences 1e-6 at least is used.
    decided : callable
        What of the result the arguments decide, if a part is LAPACK's choice, such as
        the phase of an eigenvector; derivatives are compared after it.
    label : str
        What the case is about; part of the test's name.
    """

    args: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    differentiable: tuple[bool, ...] | None = None
    analytic: bool = True
    order: int = 2
    tolerance: float = 1e-12
    decided: Callable[[Any], Any] = lambda result: result
    label: str = ""


def sample(*shape: int, low: float = -1.0, high: float = 1.0, seed: int = 0) -> Any:
    """Give float64 numbers in an open interval, no two alike; the same every time."""
    generator = np.random.default_rng([seed, *shape])
    values = generator.uniform(low, high, shape)
    return values if shape else np.float64(values)


@cache
def stated_cases() -> dict[str, list[Case]]:
    """Gather the ``CASES`` of every module in ``tests/gates/cases``, by gate."""
    found: dict[str, list[Case]] = {}
    for module in pkgutil.iter_modules(tests.gates.cases.__path__):
        stated = importlib.import_module(f"tests.gates.cases.{module.name}").CASES
        for gate, cases in stated.items():
            found.setdefault(gate, []).extend(cases)
    return found
