"""Formulas as text: parsed by a list of what is allowed, never evaluated as code."""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, cast

import numpy as np

from hubel.errors import GraphError
from hubel.graph.registry import GATES
from hubel.transforms.graph import Graph

_LONGEST: Final = 2000
_DEEPEST: Final = 60

_OPERATORS: Final[dict[type[ast.AST], Callable[..., Any]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
}
_FUNCTIONS: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    "abs": (1, np.abs),
    "cos": (1, np.cos),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "max": (2, np.maximum),
    "min": (2, np.minimum),
    "relu": (1, partial(np.maximum, 0.0)),
    "sigmoid": (1, GATES["sigmoid"]),
    "sin": (1, np.sin),
    "sqrt": (1, np.sqrt),
    "square": (1, np.square),
    "tan": (1, np.tan),
    "tanh": (1, np.tanh),
}
_CONSTANTS: Final = {"pi": math.pi, "e": math.e}


def expression(text: str, values: Mapping[str, float]) -> Graph:
    """Make the graph of a formula and sweep it both ways.

    Parameters
    ----------
    text : str
        Names, numbers, ``+ - * / **``, parentheses and functions (abs, cos, exp, log,
        max, min, relu, sigmoid, sin, sqrt, square, tan, tanh).
    values : mapping of str to float
        A value for each name; ``pi`` and ``e`` are known.

    Raises
    ------
    GraphError
        For anything else in the text, a name without a value, or a value too many.

    Examples
    --------
    >>> expression("(x + y) * z", {"x": -2.0, "y": 5.0, "z": -4.0})["z"].gradient
    3.0
    """
    tree = _parse(text)
    names = list(dict.fromkeys(n for n in _names(tree) if n in values or not _known(n)))
    missing = [name for name in names if name not in values]
    if missing:
        raise GraphError(
            f"{text!r} has no value for {', '.join(missing)}",
            remedy=f"give one, such as {missing[0]}=2",
        )
    spare = [name for name in values if name not in names]
    if spare:
        raise GraphError(f"there is no {', '.join(spare)} in {text!r}")
    if not names:
        raise GraphError(f"{text!r} has no names, so it has no inputs")
    graph = Graph()
    handles = {name: graph.input(name) for name in names}
    with np.errstate(all="ignore"):  # an infinite value is shown as one
        graph.output(_build(tree, {**_CONSTANTS, **handles}))
        graph.forward(**{name: float(values[name]) for name in names})
        graph.backward()
    return graph


def _known(name: str) -> bool:
    return name in _CONSTANTS


def _parse(text: str) -> ast.expr:
    """Return the syntax of a formula; `ast` reads it, nothing runs it."""
    if len(text) > _LONGEST:
        raise GraphError(
            f"a formula of {len(text)} characters; {_LONGEST} are the most"
        )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise GraphError(
            f"{text[:60]!r} is not a formula: {getattr(error, 'msg', None) or error}",
            remedy='write it as in Python, such as "(x + y) * z"',
        ) from None
    if _depth(tree) > _DEEPEST:
        raise GraphError(f"a formula nested deeper than {_DEEPEST} levels")
    return tree


def _depth(tree: ast.AST) -> int:
    """Return how deep a tree is nested, without recursion."""
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def _names(tree: ast.expr) -> list[str]:
    """List the names of values in the order in which they stand in the text."""
    functions = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in functions
    ]
    return [n.id for n in sorted(found, key=lambda n: (n.lineno, n.col_offset))]


def _build(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Put the gates of a formula into the graph that its values belong to."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return _number(cast("float", node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _build(node.left, values), _build(node.right, values)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_build(node.operand, values))
    if isinstance(node, ast.Call):
        return _call(node, values)
    raise GraphError(
        f"{ast.unparse(node)!r} has no place in a formula",
        remedy="use names, numbers, + - * / **, parentheses and functions",
    )


def _number(value: float) -> np.float64:
    """Return a number whose powers become infinite instead of an error."""
    try:
        return np.float64(value)
    except OverflowError:
        return np.float64(math.inf)


def _call(node: ast.Call, values: Mapping[str, Any]) -> Any:
    """Put the gate of a function into the graph."""
    name = ast.unparse(node.func)
    if name not in _FUNCTIONS:
        near = difflib.get_close_matches(name, _FUNCTIONS, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise GraphError(
            f"there is no function {name!r}{meant}",
            remedy=f"use one of {', '.join(_FUNCTIONS)}",
        )
    count, function = _FUNCTIONS[name]
    if len(node.args) != count or node.keywords:
        raise GraphError(f"{name} takes {count} value{'s' * (count > 1)} by position")
    return function(*[_build(arg, values) for arg in node.args])
