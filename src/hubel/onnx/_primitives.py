"""Primitives: take gates apart into those that are written as operators of ONNX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.compiler.operation import operation
from hubel.compiler.primitives import ELEMENTWISE
from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.compiler.to_primitives import give_line
from hubel.errors import ExportError
from hubel.gates.define import dtype_of
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.graph.registry import GATES
from hubel.graph.source import written
from hubel.onnx._apart import IN_DOUBLE, NUMBERS
from hubel.onnx._apart_images import IMAGES, conv2d_apart
from hubel.onnx._apart_layout import LAYOUTS
from hubel.onnx._operators import OPERATORS

OF_INTEGERS = frozenset({"floor_divide", "remainder"})
"""Gates that are operators for integers, and made of others for floats."""
_COMPOSED = {**IMAGES, **LAYOUTS, **NUMBERS}


def to_written(graph: CoreGraph) -> CoreGraph:
    """Replace gates by those that are operators of ONNX, down to the last.

    Raises
    ------
    ExportError
        If there are gates that are none and are not made of any; it names them all.
    """
    while (after := rewrite(graph, _apart)).names.keys() != graph.names.keys():
        graph = after
    lacking = [n for n in graph.nodes if not n.is_leaf and n.gate.name not in OPERATORS]
    if lacking:
        names = ", ".join(sorted({node.gate.name for node in lacking}))
        raise ExportError(
            f"without a form in ONNX: {names}",
            remedy="Compute that before or after what is exported.",
            where=written(lacking[0].line),
        )
    return graph


def _apart(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    parts = _parts(node)
    if parts is None or "c" in {n.dtype.kind for n in (node, *inputs)}:
        return node
    found = parts(*_converted(node), **node.params)
    if found is None:
        return node
    made: Node = found
    if made.dtype != node.dtype:
        made = GATES["astype"](made, dtype=node.dtype)
    if made.shape != node.shape:
        made = GATES["broadcast_to"](made, shape=node.shape)
    give_line(made, node)
    return made


def _parts(node: Node) -> Callable[..., Any] | None:
    """Return what makes a node of other gates; None where it is an operator."""
    name, dtype = node.gate.name, node.dtype
    if name in IN_DOUBLE and dtype == np.float64:
        return IN_DOUBLE[name]
    if name == "conv2d":
        return None if _is_plain(node) else conv2d_apart
    if name in OPERATORS and not (name in OF_INTEGERS and dtype.kind == "f"):
        return None
    return _COMPOSED.get(name, node.gate.facts.native)


def _is_plain(node: Node) -> bool:
    """Whether a convolution only pads, in the dtype that runtimes have it for."""
    added = min(min(pair) for pair in node.params["padding"]) >= 0
    whole = added and 0 not in node.inputs[1].shape
    return whole and node.params["spread"] == (1, 1) and node.dtype == np.float32


def _converted(node: Node) -> tuple[Node, ...]:
    """Bring the arguments of an elementwise gate to the dtype it computes in."""
    if node.gate.name not in ELEMENTWISE:
        return node.inputs
    wanted = np.dtype(operation(node)[1])
    return tuple([_as(value, wanted) for value in node.inputs])


def _as(value: Node, dtype: np.dtype[Any]) -> Node:
    same = dtype_of(value) == dtype
    return value if same else GATES["astype"](value, dtype=dtype)
