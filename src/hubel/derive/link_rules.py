"""Which link each gate makes: by its kind, or by its name where the kind is not enough.

A gate of no entry is dense: every element of its result hangs on its whole argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hubel.derive.dependence import Mask
from hubel.derive.index_space import product_link, words_of
from hubel.derive.links import (
    Grouped,
    Link,
    Masked,
    Picked,
    Placed,
    Running,
    Same,
    everything,
)
from hubel.gates._conv2d import windows2d
from hubel.gates._slice import key_of
from hubel.graph.node import CONSTANT, Node
from hubel.graph.registry import Value
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern


class Known:
    """The values that a link may use: constants, or all of those at a point."""

    def __init__(self, values: Mapping[Node, Value], local: bool) -> None:
        self.local = local
        self._values = values

    def __call__(self, node: Node) -> Any:
        """Return a node's value as an array, or None where it is not known."""
        if node.gate is CONSTANT and node.known is not None:
            return np.asarray(node.known)
        return np.asarray(self._values[node]) if self.local else None


Make = Callable[[Node, int, Known], Link]


def link_of(node: Node, position: int, known: Known) -> Link | None:
    """Return how a node hangs on one of its inputs; None where nothing comes through.

    Integers carry no derivative, constants none, and neither does an argument whose
    rule says that the derivative is zero.
    """
    source, gate = node.inputs[position], node.gate
    if source.gate is CONSTANT or source.dtype.kind not in "fc":
        return None
    if gate.rule(position).zero or node.dtype.kind not in "fc":
        return None
    make = BY_NAME.get(gate.name) or BY_KIND.get(gate.facts.kind) or _dense
    return make(node, position, known)


def _dense(node: Node, position: int, known: Known) -> Link:
    return everything(node.inputs[position].size, node.size)


def _elementwise(node: Node, position: int, known: Known) -> Link:
    """Broadcast the argument; cut where its partial is known to be exactly zero."""
    source = node.inputs[position]
    link: Link = Same()
    if source.shape != node.shape:
        every = np.arange(source.size).reshape(source.shape)
        link = Picked(np.broadcast_to(every, node.shape).reshape(-1), source.size)
    keep = _alive(node, position, known)
    return link if keep is None or keep.all() else Masked(link, keep)


def _alive(node: Node, position: int, known: Known) -> Mask | None:
    """Return where a partial may be other than zero; None where that is unknown."""
    if len(node.inputs) == 1 and not known.local:
        return None
    rule, source = node.gate.rule(position), node.inputs[position]
    args = [known(i) for i in node.inputs]
    if node.gate.facts.zero == 0 and len(args) == 2 and not known.local:
        other = args[1 - position]
        return None if other is None else _spread(other != 0, node.shape)
    decided = [
        a is not None
        for k, a in enumerate(args)
        if known.local or not node.gate.rule(k).joint
    ]
    if not decided or not all(decided) or not (known.local or rule.joint):
        return None
    if source.dtype.kind == "c":
        return None
    given = [
        np.broadcast_to(np.zeros(i.shape, i.dtype) if a is None else a, node.shape)
        for i, a in zip(node.inputs, args, strict=True)
    ]
    out = known(node) if known.local else np.zeros(node.shape, node.dtype)
    ones = np.ones(node.shape, node.dtype)
    with np.errstate(all="ignore"):
        partial: Any = rule.pull(position, ones, out, tuple(given), node.params)
    return _spread(np.not_equal(partial, 0), node.shape)


def _spread(mask: Any, shape: tuple[int, ...]) -> Mask:
    return np.broadcast_to(mask, shape).reshape(-1)


def _layout(node: Node, position: int, known: Known) -> Link:
    """Run the gate on positions from 1; what it fills in is 0, and becomes -1."""
    source = node.inputs[position]
    args: list[Any] = []
    for k, i in enumerate(node.inputs):
        if i.dtype.kind in "iu" and node.gate.rule(k).zero:
            index = known(i)
            if index is None:
                return _dense(node, position, known)
            args.append(index)
        elif k == position:
            args.append(np.arange(1, i.size + 1).reshape(i.shape))
        else:
            args.append(np.zeros(i.shape, np.intp))
    moved = node.gate.forward(*args, **node.params)
    return Picked(np.asarray(moved, np.intp).reshape(-1) - 1, source.size)


def _scatter_add(node: Node, position: int, known: Known) -> Link:
    """Send each element where its transpose, a gather, would take it from."""
    indices = [known(i) for i in node.inputs[1:]]
    if any(index is None for index in indices):
        return _dense(node, position, known)
    axis = node.params["axis"]
    places: Any = np.arange(node.size).reshape(node.shape)
    return Grouped(
        places[(slice(None),) * axis + tuple(indices)].reshape(-1), node.size
    )


def _embed_many(node: Node, position: int, known: Known) -> Link:
    """Send each element of one part where a slice would take it from."""
    places: Any = np.arange(node.size).reshape(node.shape)
    key = key_of(node.params["indices"][position])
    return Grouped(places[key].reshape(-1), node.size)


def _groups(shape: tuple[int, ...], axes: tuple[int, ...]) -> Index:
    """Give each element of an array the number of its line along some axes."""
    lengths = [1 if i in axes else n for i, n in enumerate(shape)]
    lines = np.arange(math.prod(lengths)).reshape(lengths)
    return np.broadcast_to(lines, shape).reshape(-1)


def _axes(node: Node) -> tuple[int, ...]:
    """Return the axes that a gate's parameters name, from the front; else the last."""
    axis: Any = node.params.get("axes", node.params.get("axis", -1))
    axes: tuple[int, ...] = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple([a % len(node.inputs[0].shape) for a in axes])


def _reduction(node: Node, position: int, known: Known) -> Link:
    """Unite along the axes; at a point, what has partial zero is left out."""
    source = node.inputs[position]
    labels = _groups(source.shape, _axes(node))
    if known.local and not node.gate.rule(position).joint:
        ones = np.ones(node.shape, node.dtype)
        rule, args = node.gate.rule(position), (known(source),)
        with np.errstate(all="ignore"):
            partial: Any = rule.pull(position, ones, known(node), args, node.params)
        labels = np.where(_spread(np.not_equal(partial, 0), source.shape), labels, -1)
    return Grouped(labels, node.size)


def _lines(node: Node, position: int, known: Known) -> Link:
    """Mix the elements of each line along an axis, and no others."""
    axes, shape = _axes(node), node.inputs[position].shape
    labels, picks = _groups(shape, axes), _groups(node.shape, axes)
    count = math.prod([n for i, n in enumerate(shape) if i not in axes])
    return Grouped(labels, count, picks)


def _running(node: Node, position: int, known: Known) -> Link:
    reverse = bool(node.params.get("reverse", False))
    return Running(node.shape, node.params["axis"], reverse)


def _matrices(node: Node, position: int, known: Known) -> Link:
    """Mix the elements of each matrix of a stack, and no others."""
    shape, tail = node.inputs[position].shape, len(node.shape) - _core(node)
    batch = node.shape[:tail]
    lead = shape[:-2]
    every = np.arange(math.prod(lead)).reshape(lead)
    labels = np.repeat(every.reshape(-1), shape[-2] * shape[-1])
    matrices = np.broadcast_to(every, batch).reshape(-1)
    picks = np.repeat(matrices, math.prod(node.shape[tail:]))
    return Grouped(labels, math.prod(lead), picks)


def _core(node: Node) -> int:
    """Return how many axes one matrix's result has."""
    return 0 if node.gate.name == "det" else 2


def _product(node: Node, position: int, known: Known) -> Link:
    others = [known(i) if k != position else None for k, i in enumerate(node.inputs)]
    return product_link(words_of(node), position, others)


def _conv2d(node: Node, position: int, known: Known) -> Link:
    """Hang each pixel of the result on a window, or on the weights of its channel."""
    if position == 1:
        return _channels(node, position, known)
    x, w = node.inputs
    places: Any = np.arange(1, x.size + 1).reshape(x.shape)  # 0 stands for padding
    each = windows2d.forward(places, window=w.shape[:2], **node.params)
    flat = each.reshape(math.prod(each.shape[:3]), each.shape[3])
    rows = np.repeat(flat, node.shape[3], axis=0)
    starts = np.append(0, np.cumsum(np.count_nonzero(rows, axis=1)))
    return Placed(Pattern(starts, rows[rows > 0] - 1, x.size))


def _conv2d_weights(node: Node, position: int, known: Known) -> Link:
    return (_channels if position else _dense)(node, position, known)


def _channels(node: Node, position: int, known: Known) -> Link:
    """Mix the elements of each index of the last axis, and no others."""
    count = node.shape[-1]
    source: Any = np.arange(node.inputs[position].size) % count
    return Grouped(source, count, np.arange(node.size) % count)


BY_KIND: dict[str, Make] = {
    "elementwise": _elementwise,
    "layout": _layout,
    "reduction": _reduction,
    "product": _product,
}
BY_NAME: dict[str, Make] = {
    "gather": _layout,
    "assign_at": _layout,
    "scatter_add": _scatter_add,
    "embed_many": _embed_many,
    "conv2d": _conv2d,
    "conv2d_weights": _conv2d_weights,
    "cumsum": _running,
    "cumprod": _running,
    "fft": _lines,
    "rfft": _lines,
    "irfft": _lines,
    "softmax": _lines,
    "log_softmax": _lines,
    **dict.fromkeys(("solve", "inv", "cholesky", "det", "cofactor"), _matrices),
}
