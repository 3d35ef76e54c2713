"""Blocks: gates that put arrays into parts of a larger one, as kernels that copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from hubel.compiler.coords import Shape
from hubel.compiler.kernel import Kernel, Operand, Statement
from hubel.compiler.locate import Location
from hubel.compiler.lower import Array, KernelCall, few_columns, pattern_of
from hubel.compiler.primitives import DTYPES
from hubel.gates._slice import key_of
from hubel.graph.node import Node

MOST = 16
"""More blocks than this are left to NumPy: each is a kernel to compile."""


@dataclass(frozen=True, slots=True)
class Block:
    """What goes where.

    Attributes
    ----------
    source : Node or None
        None for zeros.
    start : tuple of int
        Where the block begins in the source, along each axis.
    part : array
        The same part of an array of one byte an element that stands for the result.
    adds : bool
        Whether the block is added to what is there.
    """

    source: Node | None
    start: tuple[int, ...]
    part: Any
    adds: bool = False


def block_calls(
    node: Node, locations: Mapping[Node, Location]
) -> tuple[KernelCall, ...]:
    """Write a gate that puts blocks into an array as kernels; none if it is no such."""
    every = (node, *node.inputs)
    if not all(n.dtype.name in DTYPES and n.dtype.isnative for n in every):
        return ()
    if node.gate.name not in _BLOCKS or not node.size:
        return ()
    whole = np.empty(node.shape, np.int8)
    blocks = [b for b in _BLOCKS[node.gate.name](node, whole) if b.part.size]
    if len(blocks) > MOST or (node.dtype.kind == "b" and any(b.adds for b in blocks)):
        return ()
    return tuple([_call(node, b, whole, locations) for b in blocks])


def zeros_call(node: Node, locations: Mapping[Node, Location]) -> KernelCall:
    """Write the kernel that makes a value zero everywhere."""
    whole = np.empty(node.shape, np.int8)
    return _call(node, Block(None, (), whole), whole, locations)


def _concatenate(node: Node, whole: Any) -> Iterator[Block]:
    axis: int = node.params["axis"] % whole.ndim
    lengths = [source.shape[axis] for source in node.inputs]
    parts = np.split(whole, list(accumulate(lengths[:-1])), axis)
    for source, part in zip(node.inputs, parts, strict=True):
        yield Block(source, (0,) * whole.ndim, part)


def _stack(node: Node, whole: Any) -> Iterator[Block]:
    parts = np.moveaxis(whole, node.params["axis"], 0)
    for source, i in zip(node.inputs, range(len(parts)), strict=True):
        yield Block(source, (0,) * len(source.shape), parts[i, ...])


def _embed(node: Node, whole: Any) -> Iterator[Block]:
    (source,) = node.inputs
    part = whole[*key_of(node.params["index"]), ...]
    if part.size < whole.size:
        yield Block(None, (), whole)
    yield Block(source, (0,) * len(source.shape), part)


def _embed_many(node: Node, whole: Any) -> Iterator[Block]:
    yield Block(None, (), whole)
    for source, index in zip(node.inputs, node.params["indices"], strict=True):
        part = whole[*key_of(index), ...]
        yield Block(source, (0,) * len(source.shape), part, adds=True)


def _assign(node: Node, whole: Any) -> Iterator[Block]:
    old, new = node.inputs
    if new.weak and node.dtype.kind != "f":
        return  # NumPy refuses a Python number that does not fit
    part = whole[*key_of(node.params["index"]), ...]
    if part.size < whole.size:
        yield Block(old, (0,) * whole.ndim, whole)
    yield Block(new, (0,) * len(new.shape), part)


def _element(node: Node, whole: Any) -> Iterator[Block]:
    (source,) = node.inputs
    pairs = zip(node.params["index"], source.shape, strict=True)
    yield Block(source, tuple([i % n for i, n in pairs]), whole)


def _roll(node: Node, whole: Any) -> Iterator[Block]:
    """Cut at each axis in two; the halves change places."""
    (source,) = node.inputs
    cuts = [0] * whole.ndim
    for shift, axis in zip(node.params["shift"], node.params["axis"], strict=True):
        cuts[axis] = (cuts[axis] + shift) % whole.shape[axis]
    for corner in np.ndindex(*[1 + (cut > 0) for cut in cuts]):
        pairs = list(zip(corner, cuts, whole.shape, strict=True))
        places = [slice(c, None) if not i else slice(0, c) for i, c, _ in pairs]
        start = tuple(0 if not i else n - c for i, c, n in pairs)
        yield Block(source, start, whole[tuple(places)])


_BLOCKS = {
    "assign": _assign,
    "concatenate": _concatenate,
    "element": _element,
    "embed": _embed,
    "embed_many": _embed_many,
    "roll": _roll,
    "stack": _stack,
}


def _call(
    node: Node, block: Block, whole: Any, locations: Mapping[Node, Location]
) -> KernelCall:
    """Write the kernel that copies a block."""
    home, part = locations[node], block.part
    address = part.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    strides: list[Shape] = [part.strides]
    arrays = [Array(home.root, home.offset + address, ())]
    if block.source is not None:
        where = locations[block.source]
        start = zip(block.start, where.strides, strict=True)
        offset = where.offset + sum(i * s for i, s in start)
        strides.insert(0, _aligned(where.strides, block.source.shape, part.shape))
        arrays.insert(0, Array(where.root, offset, ()))
    space, merged = _merge(part.shape, strides)
    pairs = zip(arrays, merged, strict=True)
    sources = () if block.source is None else (block.source,)
    dtypes = [n.dtype.name for n in (*sources, node)]
    letters = [pattern_of(s, space) for s in merged]
    kernel = Kernel(
        len(space),
        tuple(map(Operand, dtypes, letters)),
        tuple(_body(dtypes, block.adds)),
        few_columns(space),
    )
    arrays = [Array(a.root, a.offset, s) for a, s in pairs]
    return KernelCall(kernel, space, tuple(arrays), (node,))


def _aligned(strides: Shape, shape: Shape, whole: Shape) -> Shape:
    """Return the strides of an array that is broadcast to a shape."""
    extra = len(whole) - len(shape)
    own = [s if n > 1 else 0 for s, n in zip(strides, shape, strict=True)]
    return (0,) * extra + tuple(own[max(-extra, 0) :])


def _body(dtypes: list[str], adds: bool) -> Iterator[Statement]:
    target, dtype = len(dtypes) - 1, dtypes[-1]
    value = 0
    if target:
        yield Statement("load", (), dtypes[0], 0)
        if dtypes[0] != dtype:
            yield Statement("cast", (0,), dtype)
            value = 1
    else:
        zero = np.zeros((), dtype).item()
        yield Statement("constant", (), dtype, value=zero)
    if adds:
        yield Statement("load", (), dtype, target)
        yield Statement("add", (value + 1, value), dtype)
        value += 2
    yield Statement("store", (value,), dtype, target)


def _merge(shape: Shape, strides: list[Shape]) -> tuple[Shape, list[Shape]]:
    """Drop axes of length 1, and make one of neighbours that all arrays run through."""
    space: list[int] = []
    kept: list[list[int]] = [[] for _ in strides]
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        if space and all(
            k[-1] == s[axis] * length for k, s in zip(kept, strides, strict=True)
        ):
            space[-1] *= length
        else:
            space.append(length)
            for k in kept:
                k.append(0)
        for k, s in zip(kept, strides, strict=True):
            k[-1] = s[axis]
    return tuple(space), [tuple(k) for k in kept]
