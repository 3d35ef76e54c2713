"""Stop gradient: the same values, through which no derivative flows."""

from __future__ import annotations

from hubel.gates.batch import stacked
from hubel.gates.define import CONSTANT_RULE, define
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _same(x: Value) -> Value:
    return x


def _infer(x: Spec) -> Spec:
    return x


stop_gradient = define(
    "stop_gradient",
    _same,
    _infer,
    CONSTANT_RULE,
    kind="layout",
    view=True,
    weight=0,
    batch=stacked,
    native=_same,
    convention="0 by decree",
)
