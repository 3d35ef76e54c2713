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
from hubel.compiler.native import HostCall, NativePlan, make_native_plan
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

IMAGES = np.zeros((50, 34, 34), np.float32)
CENTRES = np.zeros((8, 200))


def gradients(x: Any) -> Any:
    """Give the strength and the direction, from 0 to 8, of edges in images."""
    dx = x[:, 1:-1, 2:] - x[:, 1:-1, :-2]
    dy = x[:, 2:, 1:-1] - x[:, :-2, 1:-1]
    turn = np.arctan2(dy, dx) * np.float32(9 / np.pi)
    return np.sqrt(dx * dx + dy * dy), np.floor(turn).astype(np.int32) % 9


def histogram(x: Any) -> Any:
    """Add the edges in 4 x 4 cells of each image up by their directions."""
    strength, direction = gradients(x)
    image, cell = np.arange(len(x))[:, None, None], np.arange(32) // 8
    total = hb.zeros((len(x), 4, 4, 9), np.float32)
    np.add.at(total, (image, cell[:, None], cell, direction), strength)
    return total


def sums_of_labels(x: Any, labels: Any) -> Any:
    """Add the rows with the same label up."""
    total = hb.zeros((8, x.shape[1]))
    np.add.at(total, labels, np.tanh(x))
    return total


PICKS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "stencil": (gradients, (IMAGES,)),
    "gather": (lambda x, i: np.tanh(x[i]) * 2, (X, LABELS)),
    "pick": (lambda x, k: x[np.arange(300), k] - x[:, 0], (X, LABELS)),
    "histogram": (histogram, (IMAGES,)),
    "sums_of_labels": (sums_of_labels, (X, LABELS)),
    "argmin": (
        lambda x, c: np.argmin((c * c).sum(axis=1) - 2 * (x @ c.T), axis=1),
        (X, CENTRES),
    ),
}
"""Functions whose work is one kernel, beside zeros that it adds to and small sums."""


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


@pytest.mark.parametrize("name", PICKS)
def test_kernels_that_read_and_add_at_places(name):
    steps = native_plan(*PICKS[name], ()).steps
    assert not any(isinstance(step, HostCall) for step in steps)
    calls = [step for step in steps if isinstance(step, KernelCall)]
    call = max(calls, key=lambda call: len(call.kernel.body))
    gates = "\n".join(" ".join(n.gate.name for n in each.nodes) for each in calls)
    text = f"{gates}\n\n{call.kernel.text()}\n\n{phases_text(call.kernel)}\n"
    check(f"native_{name}.kernel", text)


def test_the_plan_of_a_training_step():
    given = nets.arguments((300, 100, 10), 200, np.float32)
    plan = native_plan(nets.make_step(), given, (3, 4))
    check("native_step.plan", plan.describe() + "\n")
