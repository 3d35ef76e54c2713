"""Trace a whole function with shapes: one graph for all values of those shapes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.errors import GraphError
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import CONSTANT, Node, Spec, spec_of
from hubel.graph.term import Term
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import Tree, flatten, unflatten

NUMBERS = np.ndarray | np.generic | int | float | complex | Term | Spec


@dataclass(frozen=True, slots=True)
class Program:
    """A traced function: its graph and how its arguments and result are put together.

    Attributes
    ----------
    graph : CoreGraph
        Inputs in the order of the leaves that are numbers.
    result : Tree
        The structure of the result.
    outputs : tuple of (str or value)
        For each leaf of the result, the name of the graph's output, or, for a leaf
        that is no number, a pair ``(None, leaf)``.
    """

    graph: CoreGraph
    result: Tree
    outputs: tuple[tuple[str | None, Any], ...]

    @property
    def captures(self) -> bool:
        """Whether a constant is a term: a traced value of a trace around this one."""
        nodes = self.graph.nodes
        return any(n.gate is CONSTANT and isinstance(n.constant, Term) for n in nodes)

    def assemble(self, values: Mapping[str, Any]) -> Any:
        """Put the values of the outputs together as the function would."""
        leaves = [leaf if name is None else values[name] for name, leaf in self.outputs]
        return unflatten(self.result, leaves)


def is_number(leaf: Any) -> bool:
    """Whether a leaf is traced; strings, bools and others are static."""
    return isinstance(leaf, NUMBERS) and not isinstance(leaf, bool)


def argument_names(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[str]:
    """Name the positional arguments as the function's signature does."""
    try:
        bound = inspect.signature(f).bind_partial(*args, **kwargs)
    except (ValueError, TypeError):
        return [f"x{i}" for i in range(len(args))]
    names: list[str] = []
    parameters = bound.signature.parameters
    for name, parameter in parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{name}.{i}" for i in range(len(bound.arguments.get(name, ())))]
        elif parameter.kind is not parameter.KEYWORD_ONLY and name not in kwargs:
            names.append(name)
    return names[: len(args)]


def trace_program(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    static: frozenset[str] = frozenset(),
) -> Program:
    """Trace ``f(*args, **kwargs)`` with the shapes and dtypes of the arguments.

    Parameters
    ----------
    f : callable
        Written in NumPy.
    args, kwargs
        Examples, or :class:`hubel.graph.node.Spec` in place of arrays.
    static : frozenset of str
        Names of arguments that are passed as they are.
    """
    named = dict(zip(argument_names(f, args, kwargs), args, strict=True))
    with Trace(with_values=False) as trace:
        inputs: dict[str, Node] = {}

        def lift(name: str, value: Any) -> Any:
            if name in static:
                return value
            leaves, tree = flatten(value)
            lifted: list[Any] = []
            for path, leaf in zip(tree.paths(name), leaves, strict=True):
                if is_number(leaf):
                    handle = trace.input(spec_of(leaf))
                    inputs[_new(path, inputs)] = handle.node
                    lifted.append(handle)
                else:
                    lifted.append(leaf)
            return unflatten(tree, lifted)

        positional = [lift(name, value) for name, value in named.items()]
        keywords = {name: lift(name, value) for name, value in kwargs.items()}
        result = f(*positional, **keywords)
    return _program(trace, inputs, result)


def _new(path: str, known: Mapping[str, Node]) -> str:
    """Return a path that no other leaf has."""
    if path in known:
        raise GraphError(
            f"two arrays are both called {path}",
            remedy="give dicts keys that differ as text and hold no dots",
        )
    return path


def _program(trace: Trace, inputs: dict[str, Node], result: Any) -> Program:
    leaves, tree = flatten(result)
    outputs: dict[str, Node] = {}
    kept: list[tuple[str | None, Any]] = []
    for path, leaf in zip(tree.paths("out"), leaves, strict=True):
        if not is_number(leaf):
            kept.append((None, leaf))
            continue
        own = isinstance(leaf, Traced) and leaf.recorder is trace
        handle: Any = leaf if own else trace.constant(leaf)
        outputs[_new(path, outputs)] = handle.node
        kept.append((path, None))
    return Program(build(inputs, outputs), tree, tuple(kept))
