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
_OPERAND = re.compile(r"([\w.]+)(?:, |$)")


def from_text(text: str) -> CoreGraph:
    """Read a graph that :func:`to_text` wrote (constants must be written out).

    Raises
    ------
    GraphError
        If a line is not of the form, with the line.
    """
    head, *lines = [line.strip() for line in text.strip().splitlines()] or [""]
    match = _HEAD.fullmatch(head)
    if match is None:
        raise GraphError(f"a graph begins with graph(...), not {head!r}")
    if not lines or not lines[-1].startswith("return "):
        raise GraphError("a graph ends with a line such as return out = y")
    inputs: dict[str, Node] = {}
    for name, spec in re.findall(r"([\w.]+): (\w+\[[\d, ]*\](?: weak)?)", match[1]):
        inputs[name] = input_node(_read_spec(spec))
    known = dict(inputs)
    for line in lines[:-1]:
        name, node = _read_line(line, known)
        if name in known:
            raise GraphError(f"{line!r}: there is another {name}")
        known[name] = node
    returned = re.findall(r"([\w.]+) = ([\w.]+)", lines[-1].removeprefix("return "))
    outputs = {name: _find(source, known, lines[-1]) for name, source in returned}
    return build(inputs, outputs, {n: k for k, n in known.items()})


def _find(name: str, known: dict[str, Node], line: str) -> Node:
    if name not in known:
        raise GraphError(f"{line!r}: there is no {name} before it")
    return known[name]


def _read_spec(text: str) -> Spec:
    match = _SPEC.fullmatch(text)
    if match is None or match[1] not in np.sctypeDict:
        raise GraphError(f"{text!r} is not a spec such as float64[3, 4]")
    shape = tuple(int(n) for n in match[2].split(",") if n.strip())
    return Spec(shape, np.dtype(match[1]), bool(match[3]))


def _read_line(line: str, known: dict[str, Node]) -> tuple[str, Node]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise GraphError(f"{line!r} is not a line such as y = tanh(x) : float64[3]")
    name, gate, inner, written = match.groups()
    spec = _read_spec(written)
    if gate == "constant":
        return name, _read_constant(inner, spec)
    operands, inner = _read_operands(inner)
    inputs = tuple(_find(operand, known, line) for operand in operands)
    node = make_node(lookup(gate), inputs, _read_params(inner, line))
    if node.spec != spec:
        raise GraphError(f"{line!r}: {gate} gives {_spec(node)}")
    return name, node


def _read_operands(inner: str) -> tuple[list[str], str]:
    """Take the names of operands off the front of a call's arguments."""
    operands: list[str] = []
    while match := _OPERAND.match(inner):
        operands.append(match[1])
        inner = inner[match.end() :]
    return operands, inner


def _read_params(text: str, line: str) -> dict[str, Any]:
    call = _parse(f"f({text})", line)
    if not isinstance(call, ast.Call) or call.args:
        raise GraphError(f"{line!r} has an operand that is not a name")
    params = {str(k.arg): _value(k.value, line) for k in call.keywords}
    if "dtype" in params:
        params["dtype"] = np.dtype(params["dtype"])
    return params


def _read_constant(text: str, spec: Spec) -> Node:
    number = _value(_parse(text.removeprefix("every "), text), text)
    if number is ...:
        raise GraphError("a constant of many elements is not written out: ...")
    if spec.weak:
        return constant_node(number)
    return constant_node(np.broadcast_to(np.asarray(number, spec.dtype), spec.shape))


def _parse(text: str, line: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        raise GraphError(f"{line!r} cannot be read") from None


class _Numbers(ast.NodeTransformer):
    """Read the names that Python gives to numbers without a literal."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in ("inf", "nan", "infj", "nanj"):
            return ast.copy_location(ast.Constant(_number(node.id)), node)
        return node


def _number(name: str) -> complex:
    part = float(name.removesuffix("j"))
    return complex(0, part) if name.endswith("j") else part


def _value(node: ast.expr, line: str) -> Any:
    try:
        return ast.literal_eval(_Numbers().visit(node))
    except ValueError:
        raise GraphError(f"{line!r} has something that is not a literal") from None
