"""Be loud when a derivative is zero because every path to an input has a dead gate."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from hubel.errors import ZeroGradientWarning
from hubel.graph.node import Node
from hubel.graph.source import user_line, written
from hubel.graph.walk import dependents
from hubel.tracing.trace import Trace

_WARNED: dict[Any, Any] = {}
"""Where Python notes which warnings were shown."""


def warn_if_dead(
    f: Callable[..., Any],
    trace: Trace,
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    found: dict[Node, Any],
) -> None:
    """Warn if an input gets no gradient although the output depends on it.

    Only paths of gates that the user's own lines applied count: derivatives of ReLU
    or abs are constant too, and their zero second derivative is right. A path through
    ``stop_gradient`` is meant to be dead.
    """
    missing = [(i, node) for i, node in enumerate(inputs) if node not in found]
    applied = [n for n in trace.nodes if _counts(n)] if missing else []
    for position, node in missing:
        reached = dependents([node], applied)
        if not any(output in reached for output in outputs):
            continue
        culprit = next((n for n in applied if _blocks(n, reached)), None)
        if culprit is None or culprit.line is None:
            continue
        name = getattr(f, "__name__", type(f).__name__)
        message = (
            f"the gradient of {name} with respect to leaf {position} is zero: every "
            f"path to it passes a gate with derivative zero, such as "
            f"{culprit.gate.name} at {written(culprit.line)}; use hb.stop_gradient to "
            "say that this is meant"
        )
        path, number = user_line() or culprit.line
        warnings.warn_explicit(
            message, ZeroGradientWarning, path, number, registry=_WARNED
        )


def _counts(node: Node) -> bool:
    """Whether a user applied the gate, and not to say that a zero is meant."""
    return node.line is not None and node.gate.name != "stop_gradient"


def _blocks(node: Node, reached: set[Node]) -> bool:
    if node not in reached or node.is_leaf:
        return False
    if node.dtype.kind not in "fc":
        return True
    rules = [node.gate.rule(i) for i, s in enumerate(node.inputs) if s in reached]
    return all(rule.zero for rule in rules)
