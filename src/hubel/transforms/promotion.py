"""Promotion: a plan that is used again becomes native code, made in the background."""

from __future__ import annotations

from typing import Any, Protocol

from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.plan import Plan
from hubel.errors import NativeError, OptionError

CALLS = 3
"""A plan that is called less often is not worth compiling."""

BACKENDS = ("auto", "numpy", "llvm")
"""What ``backend`` may be."""

PRECISIONS = ("float32", "bfloat16")
"""What ``precision`` may be."""


class Runner(Protocol):
    """A plan that can be run."""

    plan: Plan

    def __call__(self, inputs: Any) -> tuple[Any, ...]:
        """Run on the values of the graph's inputs; return those of its outputs."""
        ...


class Promotion:
    """Counts the calls of a plan, has it compiled, and says when that is done.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._calls = 0
        self._later: Any = None

    def next(self) -> tuple[Runner | None, bool]:
        """Count a call; return native code once it is there, and whether to go on."""
        self._calls += 1
        if self._calls < CALLS:
            return None, True
        if self._later is None:
            from hubel.compiler.llvm.later import later

            plan = self._plan
            self._later = later(lambda: native(plan))
        if self._later.ready:
            return self._later.value(), False
        return None, not self._later.failed


def native(plan: Plan) -> Runner | None:
    """Return a plan as native code, or None where NumPy is to run it."""
    from hubel.compiler.llvm.available import available

    if not available():
        return None
    from hubel.compiler.llvm.plan import LlvmPlan

    try:
        return LlvmPlan(plan)
    except NativeError as error:
        import logging

        logging.getLogger("hubel").debug("a plan stays on NumPy: %s", error)
        return None


def required(plan: Plan) -> Runner:
    """Return a plan as native code, or say why there is none."""
    from hubel.compiler.llvm.available import reason

    if problem := reason():
        raise NativeError(
            f"no native code can be made here: {problem}",
            remedy="leave backend='auto', which falls back to NumPy",
        )
    from hubel.compiler.llvm.plan import LlvmPlan

    return LlvmPlan(plan)


def first(plan: Plan, backend: str) -> tuple[Runner, Promotion | None]:
    """Return what runs a plan from the first call on, and what may replace it."""
    if backend == "llvm":
        return required(plan), None
    return NumpyPlan(plan), Promotion(plan) if backend == "auto" else None


def check_backend(backend: str) -> None:
    """Refuse a name that no backend has."""
    if backend not in BACKENDS:
        raise OptionError(
            f"there is no backend {backend!r}",
            remedy=f"Choose one of {', '.join(BACKENDS)}.",
        )


def check_precision(precision: str) -> None:
    """Refuse a name that no precision has."""
    if precision not in PRECISIONS:
        raise OptionError(
            f"there is no precision {precision!r}",
            remedy=f"Choose one of {', '.join(PRECISIONS)}.",
        )
