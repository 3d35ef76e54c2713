"""Later: the same values, but not before something else is known.

What is computed from them again is then computed late, and is not taken for what was
computed from them before: this is what keeps recomputation in a plan.
"""

from __future__ import annotations

from hubel.gates.batch import Call
from hubel.gates.define import CONSTANT_RULE, Linear, define
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _same(x: Value, awaited: Value) -> Value:
    return x


def _infer(x: Spec, awaited: Spec) -> Spec:
    return x


def _batch(call: Call) -> Value:
    return later(call.spread(0), call.args[1])


later = define(
    "later",
    _same,
    _infer,
    Linear(lambda g, out, x, awaited: g),
    CONSTANT_RULE,
    kind="layout",
    view=True,
    weight=0,
    batch=_batch,
)
