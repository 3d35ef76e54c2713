"""Graphs as text, one line a node, and back: what the tests of passes are written in.

::

    graph(x: float64[3], w: float64[3, 2])
    matmul = matmul(x, w) : float64[2]
    tanh = tanh(matmul) : float64[2]
    return out = tanh
"""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np

from hubel.errors import GraphError
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import (
    CONSTANT,
    INPUT,
    Node,
    Spec,
    constant_node,
    describe,
    input_node,
    make_node,
)
from hubel.graph.registry import lookup

SHOWN = 8
"""Constants of more elements than this are written by shape alone."""


def to_text(graph: CoreGraph) -> str:
    """Write a graph; equal graphs give equal texts."""
    names = graph.names
    inputs = ", ".join(f"{name}: {_spec(n)}" for name, n in graph.inputs.items())
    lines = [f"graph({inputs})"]
    for node in graph.nodes:
        if node.gate is INPUT:
            continue
        lines.append(f"{names[node]} = {_right_side(node, names)} : {_spec(node)}")
    returned = ", ".join(f"{name} = {names[n]}" for name, n in graph.outputs.items())
    return "\n".join([*lines, f"return {returned}"]) + "\n"


def _spec(node: Node) -> str:
    return describe(node) + (" weak" if node.weak else "")


def _right_side(node: Node, names: dict[Node, str]) -> str:
    if node.gate is CONSTANT:
        return f"constant({_literal(node.constant)})"
    words = [names[i] for i in node.inputs]
    words += [f"{key}={_parameter(value)}" for key, value in node.params.items()]
    return f"{node.gate.name}({', '.join(words)})"


def _literal(value: Any) -> str:
    array = np.asarray(value)
    if array.size and not any(array.strides) and array.ndim:
        return f"every {array.reshape(-1)[0].item()!r}"
    return repr(array.tolist()) if array.size <= SHOWN else "..."


def _parameter(value: Any) -> str:
    return repr(value.name) if isinstance(value, np.dtype) else repr(value)


_HEAD = re.compile(r"graph\((.*)\)")
_LINE = re.compile(r"([\w.]+) = (\w+)\((.*)\) : (.+)")
_SPEC = re.compile(r"(\w+)\[([\d, ]*)\]( weak)?")


def from_text(text: str) -> CoreGraph:
    """Read a graph that :func:`to_text` wrote (constants must be written out).

    Raises
    ------
    GraphError
        If a line is not of the form, with the line.
    """
    head, *lines = [line.strip() for line in text.strip().splitlines()]
    match = _HEAD.fullmatch(head)
    if match is None:
        raise GraphError(f"a graph begins with graph(...), not {head!r}")
    inputs: dict[str, Node] = {}
    for name, spec in re.findall(r"([\w.]+): (\w+\[[\d, ]*\](?: weak)?)", match[1]):
        inputs[name] = input_node(_read_spec(spec))
    known = dict(inputs)
    for line in lines[:-1]:
        name, node = _read_line(line, known)
        known[name] = node
    returned = re.findall(r"([\w.]+) = ([\w.]+)", lines[-1].removeprefix("return "))
    outputs = {name: known[source] for name, source in returned}
    return build(inputs, outputs, {n: k for k, n in known.items()})


def _read_spec(text: str) -> Spec:
    match = _SPEC.fullmatch(text)
    if match is None:
        raise GraphError(f"{text!r} is not a spec such as float64[3, 4]")
    shape = tuple(int(n) for n in match[2].split(",") if n.strip())
    return Spec(shape, np.dtype(match[1]), bool(match[3]))


def _read_line(line: str, known: dict[str, Node]) -> tuple[str, Node]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise GraphError(f"{line!r} is not a line such as y = tanh(x) : float64[3]")
    name, gate, inner, spec = match.groups()
    if gate == "constant":
        return name, _read_constant(inner, _read_spec(spec))
    call = ast.parse(f"f({inner})", mode="eval").body
    if not isinstance(call, ast.Call):
        raise GraphError(f"{line!r} has no arguments")
    inputs = tuple(known[ast.unparse(arg)] for arg in call.args)
    params = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    if "dtype" in params:
        params["dtype"] = np.dtype(params["dtype"])
    return name, make_node(lookup(gate), inputs, params)


def _read_constant(text: str, spec: Spec) -> Node:
    number = ast.literal_eval(text.removeprefix("every "))
    if spec.weak:
        return constant_node(number)
    return constant_node(np.broadcast_to(np.asarray(number, spec.dtype), spec.shape))
