"""A native plan step by step: how long each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.llvm.repeat import repeater
from hubel.compiler.llvm.work import work_of
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import HostCall, ProductCall, Step
from hubel.compiler.plan import Plan
from hubel.compiler.timed import Repeat, Timed, own_copies, repeated, time_rounds
from hubel.errors import NativeError


def time_steps(plan: Plan, inputs: Sequence[Any]) -> list[Timed]:
    """Time each step of a plan as native code.

    Parameters
    ----------
    plan : Plan
    inputs : sequence of array
        The values of the graph's inputs; nothing is written into them.

    Raises
    ------
    NativeError
        If the plan has no native form, or cannot take these values.
    """
    apart = LlvmPlan(plan, apart=True)
    steps = apart.steps(own_copies(inputs))
    if steps is None:
        raise NativeError("native code cannot take these values")
    with np.errstate(all="ignore"):
        seconds = time_rounds([_repeat(*each) for each in steps])
    return [
        Timed(title_of(step), kind_of(step), work_of(step), each)
        for step, each in zip(apart.native.steps, seconds, strict=True)
    ]


def time_whole(plan: Plan, inputs: Sequence[Any]) -> float:
    """Time a call of the whole plan, with what Python does around it."""
    whole, own = LlvmPlan(plan), own_copies(inputs)
    (seconds,) = time_rounds([repeated(lambda: whole(own))])
    return seconds


def _repeat(address: int, call: Callable[[], int]) -> Repeat:
    """Return what does a step so many times: native code does so itself."""
    if not address:
        return repeated(call)
    return lambda times: repeater().seconds(address, times)


def title_of(step: Step) -> str:
    """Name a step in a few words."""
    if isinstance(step, KernelCall):
        space = " x ".join(map(str, step.space)) or "one number"
        return f"{space}: {' '.join(dict.fromkeys(n.gate.name for n in step.nodes))}"
    if isinstance(step, ProductCall):
        left, right = ("'" * each.turned for each in (step.left, step.right))
        return f"({step.m} x {step.k}){left} ({step.k} x {step.n}){right}"
    if isinstance(step, HostCall):
        return step.node.gate.name
    return f"one sweep of {step.rows} rows" if step.rows else "one sweep"


def kind_of(step: Step) -> str:
    """Return the kind of a step: ``kernel``, ``product`` or ``NumPy``."""
    if isinstance(step, HostCall):
        return "NumPy"
    return "product" if isinstance(step, ProductCall) else "kernel"
