"""From graphs to the bytes of an ONNX model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import onnx_ir as ir

from hubel.errors import ExportError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT
from hubel.onnx._operators import OPERATORS
from hubel.onnx._primitives import to_written
from hubel.onnx._sizes import Counted, Counts, Length, Share, Size, Step, align
from hubel.onnx._writer import INT64, IR_VERSION, OPSET, Writer, tensor_type

EXAMPLES = "n"
"""What the number of examples is called."""
_LARGEST = 2**31 - 2**20
"""The format that ONNX files are in ends at 2 GB."""


def translate(
    graphs: Sequence[CoreGraph],
    parameters: Mapping[str, Any],
    *,
    metadata: Mapping[str, str],
    counts: Counts = (),
) -> bytes:
    """Return the model of one graph, or of three for as many numbers of examples.

    Parameters
    ----------
    graphs : sequence of CoreGraph
    parameters : mapping of str to array
        Inputs that are constants of the file; of their paths ``own.`` is left out, of
        those of other inputs ``given.``, of those of outputs ``out.``.
    metadata : mapping of str to str
    counts : tuple of int
        The number of examples of each graph, which the first axis of the other inputs
        counts; of one graph alone none.
    """
    graphs = [to_written(graph) for graph in graphs]
    first, steps = graphs[0], align(graphs, counts)
    _check_size(first, parameters)
    inputs = {
        node: _value(name.removeprefix("given."), steps[node].shape, node.dtype)
        for name, node in first.inputs.items()
        if name not in parameters
    }
    write = Writer(next(iter(inputs.values())) if counts and inputs else None)
    known = dict(inputs)
    for name, node in first.inputs.items():
        if name in parameters:
            known[node] = write.named(parameters[name], name.removeprefix("own."))
    for node, step in steps.items():
        if node not in known:
            known[node] = _step(write, step, [known[i] for i in node.inputs])
    taken = {str(value.name) for value in [*inputs.values(), *write.constants]}
    outputs = [
        _output(write, _named(name, taken), steps[node], known[node])
        for name, node in first.outputs.items()
    ]
    return _packed(write, list(inputs.values()), outputs, metadata)


def _step(write: Writer, step: Step, args: list[ir.Value]) -> ir.Value:
    """Write a constant, or the operators of a gate."""
    node = step.node
    tensor_type(node.dtype)
    if node.gate is not CONSTANT:
        return OPERATORS[node.gate.name](write, step, tuple(args))
    value = step.constant
    if isinstance(value, Counted):
        return _counted(write, step)
    if isinstance(value, Length | Share):
        one = write.squeezed(_number(write, value, node.dtype), 0)
    else:
        array = np.asarray(value, node.dtype)
        one = write.constant(array)
        if array.shape == node.shape:
            return one
    return write.op("Expand", one, write.sizes(step.shape)) if step.shape else one


def _number(write: Writer, value: Length | Share, dtype: np.dtype[Any]) -> ir.Value:
    """Compute a number that follows the examples, of shape (1,)."""
    if isinstance(value, Length):
        return write.cast(write.size(value), np.dtype(type(value.slope)), dtype)
    count = write.cast(write.size(Length(1, 0)), INT64, np.float64)
    share = write.op("Div", write.constant(np.array([value.total])), count)
    return write.cast(share, np.float64, dtype)


def _counted(write: Writer, step: Step) -> ir.Value:
    """Give the elements of an array their numbers."""
    shape = write.sizes(step.shape)
    size = write.op("ReduceProd", shape, keepdims=0)
    zero, one = (write.constant(number, np.int64) for number in (0, 1))
    value = write.op("Reshape", write.op("Range", zero, size, one), shape, allowzero=1)
    return write.cast(value, INT64, step.node.dtype)


def _value(name: str, shape: Sequence[Size], dtype: np.dtype[Any]) -> ir.Value:
    """Declare an input."""
    kind = ir.TensorType(tensor_type(dtype))
    return ir.Value(name=name, shape=_shape(shape), type=kind)


def _named(path: str, taken: Collection[str]) -> str:
    """Return the name of an output: that of a single array is ``output``."""
    name = "output" if path == "out" else path.removeprefix("out.")
    if name in taken:
        raise ExportError(
            f"an output and what goes in are both called {name}",
            remedy="Return a dict with other keys, or name the argument otherwise.",
        )
    return name


def _output(write: Writer, name: str, step: Step, value: ir.Value) -> ir.Value:
    """Give a value its name as an output."""
    made = write.op("Identity", value)
    made.name = name
    made.shape = _shape(step.shape)
    made.type = ir.TensorType(tensor_type(step.node.dtype))
    return made


def _shape(sizes: Sequence[Size]) -> ir.Shape:
    """Write a shape, a length that follows the examples by a name."""
    return ir.Shape([_length(size) for size in sizes])


def _length(size: Size) -> int | str:
    if not isinstance(size, Length):
        return size
    factor = "" if size.slope == 1 else f"{size.slope}*"
    return f"{factor}{EXAMPLES}" + (f"{size.offset:+d}" if size.offset else "")


def _check_size(graph: CoreGraph, parameters: Mapping[str, Any]) -> None:
    """Refuse what would be larger than a file may be."""
    arrays = [np.asarray(value) for value in parameters.values()]
    arrays += [np.asarray(n.known) for n in graph.nodes if n.gate is CONSTANT]
    total = sum(array.nbytes for array in arrays)
    if total > _LARGEST:
        raise ExportError(
            f"{total:,} bytes of constants are more than one ONNX file can hold",
            remedy="Export a smaller net.",
        )


def _packed(
    write: Writer,
    inputs: list[ir.Value],
    outputs: list[ir.Value],
    metadata: Mapping[str, str],
) -> bytes:
    """Put the model together and check it."""
    import onnx

    graph = ir.Graph(
        inputs,
        outputs,
        nodes=write.nodes,
        initializers=write.constants,
        opset_imports={"": OPSET},
        name="hubel",
    )
    model = ir.Model(
        graph,
        ir_version=IR_VERSION,
        producer_name="hubel",
        metadata_props=dict(metadata),
    )
    proto = ir.to_proto(model)
    checker: Any = onnx.checker
    checker.check_model(proto, full_check=True)
    return proto.SerializeToString()
