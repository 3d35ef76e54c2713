"""A table of a net: what each layer gives, holds, computes and keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hubel.compiler.passes import run_passes
from hubel.errors import OptionError
from hubel.graph.cost import operations
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node, Spec, spec_of
from hubel.nn._config import TrainConfig
from hubel.nn._describe import describe
from hubel.nn._layers import Sequential
from hubel.nn._losses import find_loss
from hubel.nn._module import Module, needs_key
from hubel.nn._optim import find_optimizer
from hubel.nn._step import first_state, make_step, split
from hubel.tracing.program import trace_program
from hubel.tracing.tree import flatten
from hubel.transforms.compiled import compile

_WIDEST = 60
"""Letters of a layer's name in the table, at most."""

PRODUCTS = ("matrix", "product")
"""The kinds of gates of which every two operations are a multiply-add."""


class Row(NamedTuple):
    """A layer.

    Attributes
    ----------
    path : str
        Where it is in the net, such as ``2`` or ``2.0``.
    layer : str
    shape : tuple of int
        Of what it gives.
    parameters : int
    multiply_adds : int
        Of its products, which are what costs time.
    kept : int
        Bytes of what it gives, 0 where that is its input seen differently.
    """

    path: str
    layer: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    kept: int


@dataclass(frozen=True)
class Memory:
    """Bytes that a training step needs.

    Attributes
    ----------
    parameters : int
        The net, with what is fixed in it.
    optimizer : int
        What the optimiser keeps for each parameter.
    working : int
        Everything between, gradients and activations, in the plan of the step: values
        share memory where one is no longer needed when the next one comes.
    """

    parameters: int
    optimizer: int
    working: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.parameters + self.optimizer + self.working


def summary(net: Module, images: Any, *, optimizer: str = "sgd") -> str:
    """Return a table of a net's layers.

    Parameters
    ----------
    net : Module
    images : array of shape (n, ...)
        What the net takes, of which only shape and dtype count; memory and operations
        are those of a batch of n.
    optimizer : str
        What a training step is counted with: ``"sgd"``, ``"nesterov"`` or ``"adam"``.

    Returns
    -------
    str
        A line a layer: the shape that it gives, its parameters, the multiply-adds of
        its products, and the bytes of what it gives, which training keeps. Below it
        the sums, the net in the lecture's words, and what a training step needs.

    Raises
    ------
    OptionError
        If there is no axis that counts examples.
    ShapeError
        If the net does not take such images.

    Examples
    --------
    >>> from hubel.nn import Flatten, Normalize, Sequential, mlp
    >>> images = np.zeros((100, 32, 32, 3), np.uint8)
    >>> net = Sequential(Normalize.of(images), Flatten(), mlp(3072, 100, 10))
    >>> print(summary(net, images))
    layer                   gives              parameters  multiply-adds       bytes
    0    Normalize          100x32x32x3                 0              0   1,228,800
    1    Flatten            100x3072                    0              0           0
    2.0  Linear(3072, 100)  100x100               307,300     30,720,000      40,000
    2.1  ReLU               100x100                     0              0      40,000
    2.2  Linear(100, 10)    100x10                  1,010        100,000       4,000
         all                                      308,310     30,820,000   1,312,800
    2-layer net, 1 hidden layer: 3072-100-10, 308,310 parameters
    a training step on 100: ... MB (parameters 1.3, optimiser 1.2, working memory ...)
    """
    spec = spec_of(images)
    if not spec.shape or not spec.shape[0]:
        raise OptionError(
            f"a summary for images of shape {spec.shape}",
            remedy="Give an array whose first axis counts the images.",
        )
    rows = layers_of(net, Spec(spec.shape, spec.dtype))
    lines = [*_table(rows), describe(net)]
    memory = training_memory(net, Spec(spec.shape, spec.dtype), optimizer=optimizer)
    if memory is not None:
        lines.append(_written(memory, spec.shape[0]))
    return "\n".join(lines)


def layers_of(net: Module, images: Spec) -> list[Row]:
    """Return the layers of a net, those of a `Sequential` one by one."""
    rows: list[Row] = []
    value = images
    for path, layer in _parts(net, ""):
        graph = run_passes(trace_program(_apply, (layer, value), {}).graph)
        (out,) = graph.outputs.values()
        kept = 0 if _is_view(graph, out) else out.nbytes
        rows.append(
            Row(
                path,
                _name(layer),
                out.shape,
                layer.count_parameters(),
                _multiply_adds(graph),
                kept,
            )
        )
        value = Spec(out.shape, out.dtype)
    return rows


def training_memory(net: Module, images: Spec, *, optimizer: str) -> Memory | None:
    """Return what a step needs, by its plan; None where the net gives no classes."""
    (out,) = trace_program(_apply, (net, images), {}).graph.outputs.values()
    if len(out.shape) != 2:
        return None
    config = TrainConfig(epochs=1, batch_size=images.shape[0], optimizer=optimizer)
    chosen = find_optimizer(config.optimizer, config.momentum)
    step = make_step(net, find_loss("softmax"), chosen, 1.0)
    parameters, fixed = split(net)
    state = first_state(net, chosen)
    labels = Spec((images.shape[0],), np.dtype(np.int64))
    key = Spec((2,), np.dtype(np.uint64)) if needs_key(net) else None
    plan = compile(step, donate=(0, 1)).plan(
        parameters, state, fixed, images, labels, 0.1, key
    )
    return Memory(_bytes((parameters, fixed)), _bytes(state), plan.arena)


def _apply(layer: Module, x: Any) -> Any:
    return layer(x)


def _parts(net: Module, path: str) -> Iterator[tuple[str, Module]]:
    """Give the layers of a net by their places."""
    if not isinstance(net, Sequential):
        yield path, net
        return
    for place, layer in enumerate(net):
        yield from _parts(layer, f"{path}.{place}" if path else str(place))


def _name(layer: Module) -> str:
    """Return what a layer is called in the table, without empty parentheses."""
    name = repr(layer).removesuffix("()")
    return name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…"


def _is_view(graph: CoreGraph, node: Node) -> bool:
    """Whether a value is an input seen differently."""
    while node.gate.facts.view and not node.is_leaf:
        node = node.inputs[0]
    return node in set(graph.inputs.values())


def _multiply_adds(graph: CoreGraph) -> int:
    products = [n for n in graph.nodes if n.gate.facts.kind in PRODUCTS]
    return round(sum(map(operations, products)) / 2)


def _bytes(tree: Any) -> int:
    return sum(np.asarray(leaf).nbytes for leaf in flatten(tree)[0])


def _table(rows: list[Row]) -> list[str]:
    """Write the rows in columns, with their sums below them."""
    head = ("", "layer", "gives", "parameters", "multiply-adds", "bytes")
    cells = [head, *[_cells(row) for row in rows]]
    sums = [sum(column) for column in zip(*[row[3:] for row in rows], strict=True)]
    cells.append(("", "all", "", *[f"{number:,}" for number in sums]))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(_aligned(row, widths)).rstrip() for row in cells]


def _cells(row: Row) -> tuple[str, ...]:
    shape = "x".join(map(str, row.shape))
    return row.path, row.layer, shape, *[f"{number:,}" for number in row[3:]]


def _aligned(cells: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    """Set words to the left and numbers to the right."""
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        yield cell.ljust(width) if place < 3 else cell.rjust(width)


def _written(memory: Memory, count: int) -> str:
    """Write what a training step needs, in megabytes of a million bytes."""
    parts = memory.parameters, memory.optimizer, memory.working
    held, kept, working = (f"{part / 1e6:,.1f}" for part in parts)
    return (
        f"a training step on {count:,}: {memory.total / 1e6:,.1f} MB (parameters "
        f"{held}, optimiser {kept}, working memory {working})"
    )
