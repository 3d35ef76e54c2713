"""Gates that move elements as operators of ONNX."""

from __future__ import annotations

import onnx_ir as ir

from hubel.onnx._rule import Rule, converted
from hubel.onnx._sizes import Length, Size, Step
from hubel.onnx._writer import Writer

Args = tuple[ir.Value, ...]
Span = tuple[Size, Size | None, int]

_FIRST = -(2**62)
"""A stop before every first element."""


def _reshape(write: Writer, step: Step, args: Args) -> ir.Value:
    """Let one length that follows the examples be found by the runtime."""
    moving = [isinstance(size, Length) for size in step.shape]
    if sum(moving) == 1 and 0 not in step.shape:
        plain = [-1 if isinstance(size, Length) else size for size in step.shape]
        return write.op("Reshape", args[0], write.numbers(*plain))
    return write.op("Reshape", args[0], write.sizes(step.shape), allowzero=1)


def _transpose(write: Writer, step: Step, args: Args) -> ir.Value:
    return write.transposed(args[0], step.params["axes"])


def _broadcast_to(write: Writer, step: Step, args: Args) -> ir.Value:
    return write.op("Expand", args[0], write.sizes(step.shape))


def _concatenate(write: Writer, step: Step, args: Args) -> ir.Value:
    parts = converted(write, step, args, step.node.dtype)
    return write.op("Concat", *parts, axis=step.params["axis"])


def _stack(write: Writer, step: Step, args: Args) -> ir.Value:
    axis = step.params["axis"] % len(step.shape)
    parts = converted(write, step, args, step.node.dtype)
    parts = [write.unsqueezed(part, axis) for part in parts]
    return write.op("Concat", *parts, axis=axis)


def _slice(write: Writer, step: Step, args: Args) -> ir.Value:
    """Take spans, then drop the axes of single places and put in the new ones."""
    spans, dropped, added = _parts(step.params["index"])
    value = _spans(write, args[0], spans) if spans else args[0]
    value = write.squeezed(value, *dropped)
    return write.unsqueezed(value, *added)


def _parts(
    index: tuple[Size | Span | None, ...],
) -> tuple[list[Span], list[int], list[int]]:
    """Return the span of each axis, the axes of single places, and the new axes.

    New axes are counted in the result, the others in what is indexed.
    """
    spans: list[Span] = []
    dropped: list[int] = []
    added: list[int] = []
    place = 0
    for item in index:
        if item is None:
            added.append(place)
        elif isinstance(item, tuple):
            spans.append(item)
        else:
            dropped.append(len(spans))
            spans.append((item, _next(item), 1))
            continue
        place += 1
    return spans, dropped, added


def _next(place: Size) -> Size:
    if isinstance(place, Length):
        return Length(place.slope, place.offset + 1)
    return place + 1


def _spans(write: Writer, value: ir.Value, spans: list[Span]) -> ir.Value:
    """Take a span of each of the first axes."""
    starts = write.sizes([start for start, _, _ in spans])
    stops = write.sizes([_FIRST if stop is None else stop for _, stop, _ in spans])
    axes = write.numbers(*range(len(spans)))
    steps = write.numbers(*[step for _, _, step in spans])
    return write.op("Slice", value, starts, stops, axes, steps)


def _embed(write: Writer, step: Step, args: Args) -> ir.Value:
    """Undo a slice: spread each axis to its step, then pad it with zeros.

    A span that runs backward is turned around first.
    """
    spans, dropped, added = _parts(step.params["index"])
    value = write.squeezed(args[0], *added)
    value = write.unsqueezed(value, *dropped)
    zero = write.constant(0, step.node.dtype)
    before: list[ir.Value] = []
    after: list[ir.Value] = []
    for axis, (start, _, by) in enumerate(spans):
        if by < 0:
            value = _turned(write, value, axis)
        if abs(by) > 1:
            value = _spread(write, value, axis, abs(by), zero)
        length = write.op("Shape", value, start=axis, end=axis + 1)
        first = write.size(start)
        if by < 0:  # the first place is the last one now
            one = write.numbers(1)
            first = write.op("Sub", write.op("Add", first, one), length)
        rest = write.op("Sub", write.size(step.shape[axis]), first)
        before.append(first)
        after.append(write.op("Sub", rest, length))
    if not spans:
        return value
    axes = write.numbers(*range(len(spans)))
    pads = write.op("Concat", *before, *after, axis=0)
    return write.op("Pad", value, pads, zero, axes)


def _turned(write: Writer, value: ir.Value, axis: int) -> ir.Value:
    ends = write.numbers(-1), write.numbers(_FIRST)
    return write.op("Slice", value, *ends, write.numbers(axis), write.numbers(-1))


def _spread(
    write: Writer, value: ir.Value, axis: int, by: int, zero: ir.Value
) -> ir.Value:
    """Put ``by - 1`` zeros between the elements along an axis."""
    length = write.op("Shape", value, start=axis, end=axis + 1)
    wide = write.op("Mul", length, write.numbers(by))
    apart = write.unsqueezed(value, axis + 1)
    pads = write.numbers(0, by - 1)
    apart = write.op("Pad", apart, pads, zero, write.numbers(axis + 1))
    lead = write.op("Shape", value, start=0, end=axis)
    rest = write.op("Shape", value, start=axis + 1)
    shape = write.op("Concat", lead, wide, rest, axis=0)
    joined = write.op("Reshape", apart, shape, allowzero=1)
    stop = write.op("Sub", wide, write.numbers(by - 1))
    return write.op("Slice", joined, write.numbers(0), stop, write.numbers(axis))


LAYOUTS: dict[str, Rule] = {
    "broadcast_to": _broadcast_to,
    "concatenate": _concatenate,
    "embed": _embed,
    "reshape": _reshape,
    "slice": _slice,
    "stack": _stack,
    "transpose": _transpose,
}
