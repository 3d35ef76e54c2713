"""Kernels, their phases, and a native plan as text, against the files in ``golden``.

To write what comes out into the files again, and then read the differences::

    HUBEL_UPDATE_GOLDEN=1 python -m pytest tests/compiler/test_native_golden.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.kernel import Kernel
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import NativePlan, make_native_plan
from hubel.compiler.phases import find_phases
from tests.compiler import nets

GOLDEN = Path(__file__).with_name("golden")
UPDATE = bool(os.environ.get("HUBEL_UPDATE_GOLDEN"))

X, ROW = np.zeros((300, 200)), np.zeros(200)
LABELS = np.zeros(300, np.int64)

KERNELS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[int, ...]]] = {
    "chain": (lambda x: np.tanh(x * 2 + 1) ** 2, (X,), ()),
    "softmax_loss": (hb.value_and_grad(nets.softmax_loss), (X, LABELS), ()),
    "bias_relu": (lambda x, b: np.maximum(x + b, 0), (X, ROW), ()),
    "column_sum": (lambda x: (x * x).sum(axis=0), (X,), ()),
    "update": (lambda w, v, g: (w + (u := 0.9 * v - 0.1 * g), u), (X, X, X), (0, 1)),
    "argmax": (lambda x: np.argmax(x, axis=0), (X,), ()),
}
"""A function of one kernel each, example arguments, and which are donated."""


def native_plan(f: Any, args: Any, donate: tuple[int, ...]) -> NativePlan:
    plan = hb.compile(f, donate=donate).plan(*args)
    return make_native_plan(plan.graph, plan.writes)


def phases_text(kernel: Kernel) -> str:
    """List which statements run where."""
    phases = find_phases(kernel)
    lines = [f"once: {phases.once}", f"row: {phases.row}"]
    for phase in phases.phases:
        lines.append(
            f"loop: {phase.loop}, kept: {phase.kept}, taken: {phase.taken}, "
            f"after: {phase.after}"
        )
    return "\n".join([*lines, f"scratch: {phases.scratch}"])


def check(name: str, found: str) -> None:
    path = GOLDEN / name
    if UPDATE:
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_and_their_phases(name):
    steps = native_plan(*KERNELS[name]).steps
    (call,) = [s for s in steps if isinstance(s, KernelCall) and s.space]
    text = f"{call.kernel.text()}\n\n{phases_text(call.kernel)}\n"
    check(f"native_{name}.kernel", text)


def test_the_plan_of_a_training_step():
    given = nets.arguments((300, 100, 10), 200, np.float32)
    plan = native_plan(nets.make_step(), given, (3, 4))
    check("native_step.plan", plan.describe() + "\n")
