"""Reading and writing by index arrays as operators of ONNX.

The index arrays are for a block of neighbouring axes. ONNX has it that the block comes
first and the places are the rows of one array.
"""

from __future__ import annotations

import onnx_ir as ir

from hubel.onnx._rule import Rule, computed
from hubel.onnx._sizes import Step
from hubel.onnx._writer import INT64, Writer

Args = tuple[ir.Value, ...]


def _gather(write: Writer, step: Step, args: Args) -> ir.Value:
    axis, count = step.params["axis"], len(args) - 1
    whole = step.inputs[0].shape
    if count == 1:
        index = write.cast(args[1], step.inputs[1].node.dtype, INT64)
        return write.op("Gather", args[0], index, axis=axis)
    x = write.transposed(args[0], _to_front(len(whole), axis, count))
    picked = write.op("GatherND", x, _places(write, step, args, 1))
    rest = len(whole) - count
    return write.transposed(picked, _from_front(_block(step, 1), rest, axis))


def _scatter_add(write: Writer, step: Step, args: Args) -> ir.Value:
    """Add to zeros."""
    order = _to_front(len(step.shape), step.params["axis"], len(args) - 1)
    shape = write.sizes([step.shape[i] for i in order])
    wide = computed(step.node.dtype)
    zeros = write.op("Expand", write.constant(0, wide), shape)
    new = write.cast(args[0], step.inputs[0].node.dtype, wide)
    total = _scatter(write, step, (zeros, new, _places(write, step, args, 1)), "add")
    return write.cast(total, wide, step.node.dtype)


def _assign_at(write: Writer, step: Step, args: Args) -> ir.Value:
    """Write in the order of the places, so that of several the last one stays."""
    axis, count, dtype = step.params["axis"], len(args) - 2, step.node.dtype
    places = _places(write, step, args, 2)
    shape = [write.op("Shape", places, start=0, end=-1)]
    before, after = step.shape[:axis], step.shape[axis + count :]
    shape = [write.sizes(before), *shape] if before else shape
    shape = [*shape, write.sizes(after)] if after else shape
    new = write.cast(args[1], step.inputs[1].node.dtype, dtype)
    new = write.op("Expand", new, write.op("Concat", *shape, axis=0))
    x = write.transposed(args[0], _to_front(len(step.shape), axis, count))
    return _scatter(write, step, (x, new, places), "none")


def _scatter(write: Writer, step: Step, args: Args, how: str) -> ir.Value:
    """Put ``new`` at places of ``x``, whose block is in front; bring the block back."""
    x, new, places = args
    first = 1 if how == "add" else 2
    axis, count = step.params["axis"], len(step.inputs) - first
    rest = len(step.shape) - count
    rows = write.transposed(new, _inverse(_from_front(_block(step, first), rest, axis)))
    out = write.op("ScatterND", x, places, rows, reduction=how)
    return write.transposed(out, _from_front(count, rest, axis))


def _places(write: Writer, step: Step, args: Args, first: int) -> ir.Value:
    """Join the index arrays, broadcast together, along a last axis."""
    ndim = _block(step, first)
    given = [
        write.cast(arg, source.node.dtype, INT64)
        for arg, source in zip(args[first:], step.inputs[first:], strict=True)
    ]
    total = given[0]
    for index in given[1:]:
        total = write.op("Add", total, index)
    shape = write.op("Shape", total)
    wide = [write.op("Expand", index, shape) for index in given]
    return write.op("Concat", *[write.unsqueezed(i, ndim) for i in wide], axis=ndim)


def _block(step: Step, first: int) -> int:
    """Count the axes of the index arrays, broadcast together."""
    return max([len(each.shape) for each in step.inputs[first:]])


def _to_front(ndim: int, axis: int, count: int) -> list[int]:
    """Return the order in which a block of axes comes first."""
    block = range(axis, axis + count)
    return [*block, *[i for i in range(ndim) if i not in block]]


def _from_front(count: int, rest: int, axis: int) -> list[int]:
    """Return the order that brings a block of axes from the front to its place."""
    others = range(count, count + rest)
    return [*others[:axis], *range(count), *others[axis:]]


def _inverse(order: list[int]) -> list[int]:
    """Return the order that undoes an order."""
    return sorted(range(len(order)), key=order.__getitem__)


INDEXING: dict[str, Rule] = {
    "assign_at": _assign_at,
    "gather": _gather,
    "scatter_add": _scatter_add,
}
